#include "relay_net/stream.h"

#include <sys/socket.h>

#include <cerrno>

namespace mayfly::relay_net {
namespace {

using crypto::TlsProgress;

constexpr uint8_t tls_handshake_record = 0x16;  // RFC 8446 section 5.1

crypto::TlsIo plain_io(ssize_t size_bytes, TlsProgress not_yet) {
    if (size_bytes > 0) return {TlsProgress::done, static_cast<size_t>(size_bytes)};
    if (size_bytes == 0) return {TlsProgress::closed, 0};
    const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return {again ? not_yet : TlsProgress::failed, 0};
}

}  // namespace

TlsProgress Stream::handshake() {
    if (tls_) return tls_->handshake();
    uint8_t first = 0;
    const crypto::TlsIo io =
        plain_io(recv(socket_.get(), &first, sizeof first, MSG_PEEK), TlsProgress::want_read);
    if (io.progress != TlsProgress::done) return io.progress;
    const auto context = std::exchange(context_, nullptr);
    is_plain_ = first != tls_handshake_record;
    if (is_plain_) return TlsProgress::done;
    auto stream = context->accept(std::move(socket_));
    if (!stream.ok()) return TlsProgress::failed;
    tls_ = std::move(*stream);
    return tls_->handshake();
}

crypto::TlsIo Stream::read(MutableBytesView out) {
    if (tls_) return tls_->read(out);
    return plain_io(recv(socket_.get(), out.data(), out.size(), 0), TlsProgress::want_read);
}

crypto::TlsIo Stream::write(BytesView in) {
    if (tls_) return tls_->write(in);
    return plain_io(send(socket_.get(), in.data(), in.size(), MSG_NOSIGNAL),
                    TlsProgress::want_write);
}

TlsProgress Stream::shutdown() { return tls_ ? tls_->shutdown() : TlsProgress::done; }

}  // namespace mayfly::relay_net
