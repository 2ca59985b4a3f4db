// How mayfly-relay wakes browsers: its key for push services, and what sends to them.
#pragma once

#include "options.h"
#include "relay_net/data_directory.h"
#include "relay_net/host.h"
#include "relay_net/push_sender.h"
#include "wire/relay_address.h"

namespace mayfly::relay_app {

class Pushing {
  public:
    // open is for a relay that clients know by `address`; it does nothing where pushes are off.
    // Errors: invalid_key (the key in the data directory is damaged), those of files.
    static Result<Pushing> open(const ServeOptions& options, const relay_net::DataDirectory& data,
                                const wire::RelayAddress& address, relay_net::Host& host);

    std::optional<wire::PushKey> key() const { return key_; }
    void send(std::vector<relay::Push> pushes) {
        if (sender_) sender_->send(std::move(pushes));
    }

  private:
    std::optional<wire::PushKey> key_;
    std::unique_ptr<relay_net::PushSender> sender_;
};

}  // namespace mayfly::relay_app
