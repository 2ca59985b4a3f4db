#include "core/vault.h"

#include "core/identity.h"
#include "crypto/aead.h"

namespace mayfly::core {
namespace {

// The version is authenticated, so that a relay cannot pass an old vault off as a new one.
Bytes associated_data(uint64_t version) {
    codec::Writer writer;
    writer.opaque(as_bytes("mayfly vault"));
    writer.u64(version);
    return writer.take();
}

}  // namespace

wire::PublicKey vault_public_key(const VaultKeys& keys) { return public_key_of(keys.signing_seed); }

Bytes seal_vault(const VaultKeys& keys, uint64_t version, const VaultContent& content,
                 Entropy& entropy) {
    const auto nonce = random_array<crypto::aead_nonce_size_bytes>(entropy);
    const SecretBuffer plaintext = codec::encode_secret(content);
    Bytes out = to_bytes(nonce);
    append(out, crypto::aead_seal(crypto::AeadId::chacha20_poly1305, keys.content_key.expose(),
                                  nonce, associated_data(version), plaintext.expose()));
    return out;
}

Result<VaultContent> open_vault(const VaultKeys& keys, uint64_t version, BytesView ciphertext) {
    ENSURE(ciphertext.size() > crypto::aead_nonce_size_bytes, decryption_failed);
    TRY_ASSIGN(
        const SecretBuffer plaintext,
        crypto::aead_open(crypto::AeadId::chacha20_poly1305, keys.content_key.expose(),
                          ciphertext.first(crypto::aead_nonce_size_bytes), associated_data(version),
                          ciphertext.subspan(crypto::aead_nonce_size_bytes)));
    TRY_ASSIGN(VaultContent content, codec::decode<VaultContent>(plaintext.expose()));
    ENSURE(content.version == 1, unsupported_version);
    return content;
}

wire::VaultPut make_vault_put(const VaultKeys& keys, uint64_t version, Bytes ciphertext) {
    wire::VaultPut put;
    put.vault_key = vault_public_key(keys);
    put.version = version;
    put.proof =
        sign_with(keys.signing_seed, wire::vault_proof_to_sign(put.vault_key, version, ciphertext));
    put.ciphertext = std::move(ciphertext);
    return put;
}

}  // namespace mayfly::core
