// Stream: one connected socket that speaks TLS or, from loopback only, nothing but TCP. The peer's
// first byte says which: no HTTP method begins with that of a TLS record.
// docs/spec/transport.md section 2.
#pragma once

#include <memory>

#include "crypto/tls.h"

namespace mayfly::relay_net {

// Stream has TlsStream's interface and its promises: it owns its socket, never blocks and never
// raises SIGPIPE.
class Stream {
  public:
    Stream(crypto::UniqueFd socket, std::shared_ptr<const crypto::TlsServerContext> context)
        : socket_(std::move(socket)), context_(std::move(context)) {}

    // handshake is done at once when the peer speaks no TLS: ask is_plain.
    crypto::TlsProgress handshake();
    bool is_plain() const { return is_plain_; }
    crypto::TlsIo read(MutableBytesView out);
    crypto::TlsIo write(BytesView in);
    crypto::TlsProgress shutdown();
    int fd() const { return tls_ ? tls_->fd() : socket_.get(); }

  private:
    crypto::UniqueFd socket_;  // unless TLS owns it
    std::shared_ptr<const crypto::TlsServerContext> context_;
    std::optional<crypto::TlsStream> tls_;
    bool is_plain_ = false;
};

}  // namespace mayfly::relay_net
