// KeyFingerprint: SHA-256 of a certificate's SubjectPublicKeyInfo, as RFC 7469 section 2.4 pins
// keys. It names the key, not the certificate, so a renewed certificate keeps its fingerprint.
#pragma once

#include "util/bytes.h"

namespace mayfly::crypto {

struct KeyFingerprintTag;
using KeyFingerprint = FixedBytes<KeyFingerprintTag, 32>;

}  // namespace mayfly::crypto
