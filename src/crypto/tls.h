// TLS 1.3 (RFC 8446) over non-blocking sockets, and nothing older. Native only; the one place that
// holds an SSL object. docs/spec/transport.md section 2.
//
// Contexts may be shared by threads; a stream belongs to one thread at a time. No session is ever
// resumed: a ticket would link a client's connections and would keep the keys of earlier ones
// alive.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "crypto/certificate.h"
#include "crypto/unique_fd.h"

namespace mayfly::crypto {

enum class TlsProgress : uint8_t {
    done,
    want_read,   // call again when the socket can be read
    want_write,  // call again when the socket can be written
    closed,      // the peer ended the connection in order
    failed,      // see TlsStream::error; the stream is of no further use
};
struct TlsIo {
    TlsProgress progress = TlsProgress::failed;
    size_t size_bytes = 0;  // read or written; not 0 if and only if progress is done
};

// TlsStream owns its socket. It never blocks and never raises SIGPIPE. Its buffers are released
// whenever they are empty, so that an idle connection costs little.
class TlsStream {
  public:
    struct State;
    explicit TlsStream(std::unique_ptr<State> state);
    TlsStream(TlsStream&&) noexcept;
    TlsStream& operator=(TlsStream&&) noexcept;
    ~TlsStream();

    TlsProgress handshake();
    TlsIo read(MutableBytesView out);
    // write takes at least one byte and may take fewer than given.
    TlsIo write(BytesView in);
    // shutdown tells the peer that nothing follows (RFC 8446 section 6.1); it does not wait for the
    // peer's answer.
    TlsProgress shutdown();

    // has_buffered_input: read has more to give before the socket becomes readable again.
    bool has_buffered_input() const;
    int fd() const;
    // error after `failed`: relay_untrusted (only a client), tls_failed (the peer breaks the
    // protocol or speaks another one), connection_lost.
    Error error() const;

  private:
    std::unique_ptr<State> state_;
};

class TlsServerContext {
  public:
    // Errors: invalid_key if a part is unreadable, encrypted, or key and certificate do not fit.
    static Result<TlsServerContext> create(const TlsIdentity& identity);
    TlsServerContext(TlsServerContext&&) noexcept;
    TlsServerContext& operator=(TlsServerContext&&) noexcept;
    ~TlsServerContext();

    // accept takes a connected non-blocking socket.
    Result<TlsStream> accept(UniqueFd socket) const;
    const KeyFingerprint& fingerprint() const;

  private:
    struct State;
    explicit TlsServerContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

class TlsClientContext {
  public:
    static Result<TlsClientContext> create();
    TlsClientContext(TlsClientContext&&) noexcept;
    TlsClientContext& operator=(TlsClientContext&&) noexcept;
    ~TlsClientContext();

    // connect takes a connected non-blocking socket. With a pin, the server's key must have that
    // fingerprint and nothing else of the certificate counts; without one, the system's certificate
    // authorities must vouch for the host (RFC 9525).
    Result<TlsStream> connect(UniqueFd socket, std::string_view host,
                              const std::optional<KeyFingerprint>& pin) const;

  private:
    struct State;
    explicit TlsClientContext(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace mayfly::crypto
