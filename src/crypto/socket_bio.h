// A BIO over a socket that OpenSSL does not own. OpenSSL's own one raises SIGPIPE when the peer is
// gone; this one reports an error. Not for other folders.
#pragma once

#include <openssl/bio.h>

namespace mayfly::crypto {

// new_socket_bio gives nullptr when memory is short.
BIO* new_socket_bio(int fd);

}  // namespace mayfly::crypto
