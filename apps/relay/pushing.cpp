#include "pushing.h"

#include "crypto/system_entropy.h"

namespace mayfly::relay_app {

Result<Pushing> Pushing::open(const ServeOptions& options, const relay_net::DataDirectory& data,
                              const wire::RelayAddress& address, relay_net::Host& host) {
    Pushing out;
    if (!options.push) return out;
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const Secret key, data.push_key(entropy));
    // Where whoever has a complaint finds this relay (RFC 8292 section 2.1).
    const std::string subject =
        "https://" + wire::format_relay_address({address.host, address.port, std::nullopt});
    TRY_ASSIGN(auto signer, relay_net::VapidSigner::create(key, subject));
    out.key_ = signer.public_key();
    relay_net::PushSenderConfig config;
    config.may_be_private = options.push_to_private;
    TRY_ASSIGN(out.sender_,
               relay_net::PushSender::start(config, std::move(signer), [&](const auto& push) {
                   host.forget_push(push.queue, push.endpoint);
               }));
    return out;
}

}  // namespace mayfly::relay_app
