// deps: crypto
// max_len: 4096
//
// Keys, ciphertexts and signatures from a peer, for every algorithm. The first byte chooses; the
// rest is the input. Nothing may crash, what a check refuses no operation may accept, and nothing
// that was not made with the private key may open or verify.
#include <cstdint>

#include "crypto/hpke.h"
#include "crypto/seeded_entropy.h"
#include "crypto/signature.h"

namespace mayfly::crypto {
namespace {

constexpr KemId kems[] = {KemId::dhkem_p256,    KemId::dhkem_p384,     KemId::dhkem_p521,
                          KemId::dhkem_x25519,  KemId::dhkem_x448,     KemId::mlkem768,
                          KemId::mlkem768_p256, KemId::mlkem768_x25519};

void public_key(KemId id, BytesView input) {
    SeededEntropy entropy(1);
    const bool checked = kem_check_public_key(id, input).ok();
    const bool used = kem_encapsulate(id, input, entropy).ok();
    MAYFLY_ASSERT(checked || !used);
}

void ciphertext(KemId id, BytesView input) {
    SeededEntropy entropy(2);
    const auto pair = kem_generate(id, entropy);
    const auto secret = kem_decapsulate(id, pair->private_key, input);
    MAYFLY_ASSERT(!secret.ok() || input.size() == kem_ciphertext_size_bytes(id));
    const HpkeSuite suite{id, HashId::sha256, AeadId::chacha20_poly1305};
    const size_t split = std::min(input.size(), kem_ciphertext_size_bytes(id));
    const HpkeCiphertext sealed{to_bytes(input.first(split)), to_bytes(input.subspan(split))};
    MAYFLY_ASSERT(!hpke_open(suite, pair->private_key, {}, {}, sealed).ok());
}

void signature(SignatureId id, BytesView input) {
    SeededEntropy entropy(3);
    const auto pair = signature_generate(id, entropy);
    MAYFLY_ASSERT(!verify(id, pair->public_key, as_bytes("not signed"), input).ok());
    const size_t split = std::min(input.size(), signature_public_key_size_bytes(id));
    const bool checked = signature_check_public_key(id, input.first(split)).ok();
    const auto status = verify(id, input.first(split), {}, input.subspan(split));
    MAYFLY_ASSERT(checked || !status.ok());
    const auto stored = signature_from_private(id, input);
    if (stored.ok()) MAYFLY_ASSERT(sign(id, stored->private_key, input).ok());
}

}  // namespace
}  // namespace mayfly::crypto

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly::crypto;
    if (size_bytes == 0) return 0;
    const mayfly::BytesView input(data + 1, size_bytes - 1);
    const uint8_t choice = data[0];
    if (choice < 6)
        public_key(kems[choice], input);
    else if (choice < 12)
        ciphertext(kems[choice - 6], input);
    else if (choice < 17)
        signature(static_cast<SignatureId>(choice - 12), input);
    return 0;
}
