#include "tests/sim/seal_observer.h"

#include "crypto/aead.h"
#include "crypto/hash.h"

namespace mayfly::sim {
namespace {

thread_local std::vector<Seal> seals;

void observe(BytesView key, BytesView nonce, BytesView associated_data, BytesView plaintext) {
    crypto::Hasher hasher(crypto::HashId::sha256);
    hasher.update(crypto::hash(crypto::HashId::sha256, associated_data));
    hasher.update(plaintext);
    seals.push_back(
        {crypto::hash(crypto::HashId::sha256, key), to_bytes(nonce), key.size(), hasher.finish()});
}

}  // namespace

std::vector<Seal> drain_seals() { return std::exchange(seals, {}); }

// The mangled names of the two overloads of crypto::aead_seal. If they change, the wrapping ends
// and `seals_are_observed` in main.cpp fails.
#define MAYFLY_SEAL_BYTES \
    "_ZN6mayfly6crypto9aead_sealENS0_6AeadIdESt4spanIKhLm18446744073709551615EES4_S4_S4_"
#define MAYFLY_SEAL_INTO MAYFLY_SEAL_BYTES "S2_IhLm18446744073709551615EE"

void real_seal_into(crypto::AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                    BytesView plaintext, MutableBytesView out) __asm__("__real_" MAYFLY_SEAL_INTO);
void wrapped_seal_into(crypto::AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                       BytesView plaintext,
                       MutableBytesView out) __asm__("__wrap_" MAYFLY_SEAL_INTO);
Bytes real_seal_bytes(crypto::AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                      BytesView plaintext) __asm__("__real_" MAYFLY_SEAL_BYTES);
Bytes wrapped_seal_bytes(crypto::AeadId id, BytesView key, BytesView nonce,
                         BytesView associated_data,
                         BytesView plaintext) __asm__("__wrap_" MAYFLY_SEAL_BYTES);

void wrapped_seal_into(crypto::AeadId id, BytesView key, BytesView nonce, BytesView associated_data,
                       BytesView plaintext, MutableBytesView out) {
    observe(key, nonce, associated_data, plaintext);
    real_seal_into(id, key, nonce, associated_data, plaintext, out);
}

Bytes wrapped_seal_bytes(crypto::AeadId id, BytesView key, BytesView nonce,
                         BytesView associated_data, BytesView plaintext) {
    observe(key, nonce, associated_data, plaintext);
    return real_seal_bytes(id, key, nonce, associated_data, plaintext);
}

}  // namespace mayfly::sim
