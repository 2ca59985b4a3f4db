#include "crypto/hpke.h"

#include "crypto/hpke_label.h"

namespace mayfly::crypto {
namespace {

constexpr uint8_t mode_base = 0x00;

uint16_t kdf_number(HashId id) { return static_cast<uint16_t>(1 + static_cast<uint16_t>(id)); }
uint16_t aead_number(AeadId id) { return static_cast<uint16_t>(1 + static_cast<uint16_t>(id)); }
// RFC 9180 sections 7.2 and 7.3: both registries count from 1 in the order of our enums.
static_assert(static_cast<int>(HashId::sha256) == 0 && static_cast<int>(HashId::sha512) == 2);
static_assert(static_cast<int>(AeadId::aes_128_gcm) == 0 &&
              static_cast<int>(AeadId::chacha20_poly1305) == 2);

// The key schedule of RFC 9180 section 5.1 for the base mode: no pre-shared key, no sender's key.
class Schedule {
  public:
    Schedule(HpkeSuite suite, const Secret& shared, BytesView info) : suite_(suite) {
        const uint16_t numbers[3] = {static_cast<uint16_t>(suite.kem), kdf_number(suite.kdf),
                                     aead_number(suite.aead)};
        for (size_t i = 0; i < 3; ++i) {
            suite_id_[4 + 2 * i] = static_cast<uint8_t>(numbers[i] >> 8);
            suite_id_[5 + 2 * i] = static_cast<uint8_t>(numbers[i]);
        }
        const Secret psk_id_hash =
            hpke_labeled_extract(suite.kdf, suite_id_, {}, "psk_id_hash", {});
        const Secret info_hash = hpke_labeled_extract(suite.kdf, suite_id_, {}, "info_hash", info);
        context_.push_back(mode_base);
        append(context_, psk_id_hash.expose());
        append(context_, info_hash.expose());
        secret_ = hpke_labeled_extract(suite.kdf, suite_id_, shared.expose(), "secret", {});
    }

    Secret key() const { return expand("key", aead_key_size_bytes(suite_.aead)); }
    // The nonce of the first message is base_nonce itself (sequence number 0).
    Secret nonce() const { return expand("base_nonce", aead_nonce_size_bytes); }
    Secret exported(BytesView context, size_t length_bytes) const {
        const Secret exporter = expand("exp", hash_size_bytes(suite_.kdf));
        return hpke_labeled_expand(suite_.kdf, suite_id_, exporter.expose(), "sec", context,
                                   length_bytes);
    }

  private:
    Secret expand(std::string_view label, size_t length_bytes) const {
        return hpke_labeled_expand(suite_.kdf, suite_id_, secret_.expose(), label, context_,
                                   length_bytes);
    }

    HpkeSuite suite_;
    std::array<uint8_t, 10> suite_id_ = {'H', 'P', 'K', 'E'};
    Bytes context_;  // public: hashes of what both sides know
    Secret secret_;
};

}  // namespace

Result<HpkeCiphertext> hpke_seal(HpkeSuite suite, BytesView public_key, BytesView info,
                                 BytesView associated_data, BytesView plaintext, Entropy& entropy) {
    TRY_ASSIGN(Encapsulation sent, kem_encapsulate(suite.kem, public_key, entropy));
    const Schedule schedule(suite, sent.shared_secret, info);
    Bytes ciphertext = aead_seal(suite.aead, schedule.key().expose(), schedule.nonce().expose(),
                                 associated_data, plaintext);
    return HpkeCiphertext{std::move(sent.ciphertext), std::move(ciphertext)};
}

Result<SecretBuffer> hpke_open(HpkeSuite suite, const Secret& private_key, BytesView info,
                               BytesView associated_data, const HpkeCiphertext& sealed) {
    TRY_ASSIGN(const Secret shared, kem_decapsulate(suite.kem, private_key, sealed.kem_output));
    const Schedule schedule(suite, shared, info);
    return aead_open(suite.aead, schedule.key().expose(), schedule.nonce().expose(),
                     associated_data, sealed.ciphertext);
}

Result<HpkeExport> hpke_send_export(HpkeSuite suite, BytesView public_key, BytesView info,
                                    BytesView context, size_t length_bytes, Entropy& entropy) {
    TRY_ASSIGN(Encapsulation sent, kem_encapsulate(suite.kem, public_key, entropy));
    const Schedule schedule(suite, sent.shared_secret, info);
    Secret secret = schedule.exported(context, length_bytes);
    return HpkeExport{std::move(sent.ciphertext), std::move(secret)};
}

Result<Secret> hpke_receive_export(HpkeSuite suite, const Secret& private_key, BytesView kem_output,
                                   BytesView info, BytesView context, size_t length_bytes) {
    TRY_ASSIGN(const Secret shared, kem_decapsulate(suite.kem, private_key, kem_output));
    return Schedule(suite, shared, info).exported(context, length_bytes);
}

}  // namespace mayfly::crypto
