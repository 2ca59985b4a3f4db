// Clients that do not do what a Link does: plain TCP, and TLS with any bytes in it. They block,
// with a time limit on each wait.
#pragma once

#include <thread>

#include "crypto/tls.h"
#include "wire/relay_address.h"

namespace mayfly::test {

class TcpClient {
  public:
    explicit TcpClient(uint16_t port);
    bool write(BytesView bytes);
    // read_to_end gives all that the peer sends until it ends the connection; no value if it does
    // not end in time.
    std::optional<Bytes> read_to_end();
    void set_receive_buffer(int size_bytes);
    void abort();  // ends with a reset
    crypto::UniqueFd& socket() { return socket_; }

  private:
    crypto::UniqueFd socket_;
};

// SilentServer accepts one connection, says at most `greeting`, and no more.
class SilentServer {
  public:
    explicit SilentServer(std::string greeting = {});
    ~SilentServer();
    uint16_t port() const { return port_; }

  private:
    crypto::UniqueFd listen_fd_;
    uint16_t port_ = 0;
    std::thread thread_;
    crypto::UniqueFd client_;
};

class TlsClient {
  public:
    // Connects and shakes hands; `ok` says whether that worked.
    explicit TlsClient(const wire::RelayAddress& relay, int receive_buffer_size_bytes = 0);
    bool ok() const { return ok_; }
    bool write(BytesView bytes);
    // read_some gives at least one byte, or none at the end of the connection.
    Bytes read_some();
    Bytes read_to_end();
    // upgrade does the WebSocket handshake.
    bool upgrade();
    void abort();  // ends with a reset

  private:
    bool wait(crypto::TlsProgress progress);

    std::optional<crypto::TlsStream> stream_;
    bool ok_ = false;
};

}  // namespace mayfly::test
