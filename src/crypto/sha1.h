// SHA-1, for the one place that a standard asks for it: the WebSocket handshake of RFC 6455 section
// 4.2.2, where nothing depends on its strength. Use crypto/hash.h for everything else.
#pragma once

#include "util/bytes.h"

namespace mayfly::crypto {

std::array<uint8_t, 20> sha1_not_for_security(BytesView input);

}  // namespace mayfly::crypto
