#include "crypto/socket_bio.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace mayfly::crypto {
namespace {

int fd_of(BIO* bio) { return static_cast<int>(reinterpret_cast<intptr_t>(BIO_get_data(bio))); }

bool try_again(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

int socket_write(BIO* bio, const char* data, int size_bytes) {
    BIO_clear_retry_flags(bio);
    const ssize_t sent = send(fd_of(bio), data, static_cast<size_t>(size_bytes), MSG_NOSIGNAL);
    if (sent < 0 && try_again(errno)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

int socket_read(BIO* bio, char* data, int size_bytes) {
    BIO_clear_retry_flags(bio);
    const ssize_t received = recv(fd_of(bio), data, static_cast<size_t>(size_bytes), 0);
    if (received < 0 && try_again(errno)) BIO_set_retry_read(bio);
    if (received == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return static_cast<int>(received);
}

long socket_control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "mayfly socket");
    if (method == nullptr) return nullptr;
    BIO_meth_set_write(method, socket_write);
    BIO_meth_set_read(method, socket_read);
    BIO_meth_set_ctrl(method, socket_control);
    return method;
}

}  // namespace

BIO* new_socket_bio(int fd) {
    static BIO_METHOD* const method = make_method();  // lives as long as the process
    BIO* bio = method == nullptr ? nullptr : BIO_new(method);
    if (bio == nullptr) return nullptr;
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<intptr_t>(fd)));
    BIO_set_init(bio, 1);
    return bio;
}

}  // namespace mayfly::crypto
