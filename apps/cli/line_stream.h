// LineStream: one client of the daemon, lines over a socket or over standard input and output.
#pragma once

#include <poll.h>

#include "rpc/server.h"
#include "store/files.h"

namespace mayfly::cli {

class LineStream {
  public:
    // The descriptors of a socket are one and the same; the stream owns it. Those of the standard
    // streams stay open.
    static LineStream of_socket(store::Fd fd, rpc::ClientId client);
    static LineStream of_standard_streams(rpc::ClientId client);

    rpc::ClientId client() const { return client_; }
    // work reads and writes what goes without waiting. False: the stream is over.
    bool work(rpc::Server& server, Time now);
    void wait_on(const rpc::Server& server, std::vector<pollfd>& fds) const;

  private:
    LineStream(store::Fd owned, int in, int out, rpc::ClientId client)
        : owned_(std::move(owned)), in_(in), out_(out), client_(client) {}
    bool read_some(rpc::Server& server, Time now);
    bool write_some(rpc::Server& server, Time now);

    store::Fd owned_;
    int in_;
    int out_;
    rpc::ClientId client_;
    rpc::WipedString input_;
    rpc::WipedString output_;
    size_t written_ = 0;
    bool at_end_ = false;  // the client says nothing more
};

}  // namespace mayfly::cli
