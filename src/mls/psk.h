// Pre-shared keys: the psk_secret of RFC 9420 section 8.4.
#pragma once

#include "mls/labelled.h"
#include "mls/pre_shared_key.h"

namespace mayfly::mls {

struct ResolvedPsk {
    PreSharedKeyId id;
    SecretBuffer psk;
};

// derive_psk_secret chains the keys in the order given; without any it is the all-zero secret.
// At most 65535 keys (PSKLabel's index has 16 bits).
Result<Secret> derive_psk_secret(const CipherSuite& suite, const std::vector<ResolvedPsk>& psks);

}  // namespace mayfly::mls
