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
    Schedule(const HpkeInfo& info, const Secret& shared)
        : info_(info),
          secret_(hpke_labeled_extract(info.suite().kdf, info.suite_id(), shared.expose(), "secret",
                                       {})) {}

    Secret key() const { return expand("key", aead_key_size_bytes(info_.suite().aead)); }
    // The nonce of the first message is base_nonce itself (sequence number 0).
    Secret nonce() const { return expand("base_nonce", aead_nonce_size_bytes); }
    Secret exported(BytesView context, size_t length_bytes) const {
        const HashId kdf = info_.suite().kdf;
        const Secret exporter = expand("exp", hash_size_bytes(kdf));
        return hpke_labeled_expand(kdf, info_.suite_id(), exporter.expose(), "sec", context,
                                   length_bytes);
    }

  private:
    Secret expand(std::string_view label, size_t length_bytes) const {
        return hpke_labeled_expand(info_.suite().kdf, info_.suite_id(), secret_.expose(), label,
                                   info_.key_schedule_context(), length_bytes);
    }

    const HpkeInfo& info_;
    Secret secret_;
};

std::array<uint8_t, 10> hpke_suite_id(HpkeSuite suite) {
    std::array<uint8_t, 10> out = {'H', 'P', 'K', 'E'};
    const uint16_t numbers[3] = {static_cast<uint16_t>(suite.kem), kdf_number(suite.kdf),
                                 aead_number(suite.aead)};
    for (size_t i = 0; i < 3; ++i) {
        out[4 + 2 * i] = static_cast<uint8_t>(numbers[i] >> 8);
        out[5 + 2 * i] = static_cast<uint8_t>(numbers[i]);
    }
    return out;
}

}  // namespace

HpkeInfo::HpkeInfo(HpkeSuite suite, BytesView info)
    : suite_(suite), suite_id_(hpke_suite_id(suite)) {
    context_.push_back(mode_base);
    append(context_, hpke_labeled_extract(suite.kdf, suite_id_, {}, "psk_id_hash", {}).expose());
    append(context_, hpke_labeled_extract(suite.kdf, suite_id_, {}, "info_hash", info).expose());
}

Result<HpkeCiphertext> hpke_seal(const HpkeInfo& info, BytesView public_key,
                                 BytesView associated_data, BytesView plaintext, Entropy& entropy) {
    TRY_ASSIGN(Encapsulation sent, kem_encapsulate(info.suite().kem, public_key, entropy));
    const Schedule schedule(info, sent.shared_secret);
    Bytes ciphertext = aead_seal(info.suite().aead, schedule.key().expose(),
                                 schedule.nonce().expose(), associated_data, plaintext);
    return HpkeCiphertext{std::move(sent.ciphertext), std::move(ciphertext)};
}

Result<HpkeCiphertext> hpke_seal(HpkeSuite suite, BytesView public_key, BytesView info,
                                 BytesView associated_data, BytesView plaintext, Entropy& entropy) {
    return hpke_seal(HpkeInfo(suite, info), public_key, associated_data, plaintext, entropy);
}

Result<SecretBuffer> hpke_open(HpkeSuite suite, const Secret& private_key, BytesView info,
                               BytesView associated_data, const HpkeCiphertext& sealed) {
    TRY_ASSIGN(const Secret shared, kem_decapsulate(suite.kem, private_key, sealed.kem_output));
    const HpkeInfo hashed(suite, info);
    const Schedule schedule(hashed, shared);
    return aead_open(suite.aead, schedule.key().expose(), schedule.nonce().expose(),
                     associated_data, sealed.ciphertext);
}

Result<HpkeExport> hpke_send_export(HpkeSuite suite, BytesView public_key, BytesView info,
                                    BytesView context, size_t length_bytes, Entropy& entropy) {
    TRY_ASSIGN(Encapsulation sent, kem_encapsulate(suite.kem, public_key, entropy));
    const HpkeInfo hashed(suite, info);
    Secret secret = Schedule(hashed, sent.shared_secret).exported(context, length_bytes);
    return HpkeExport{std::move(sent.ciphertext), std::move(secret)};
}

Result<Secret> hpke_receive_export(HpkeSuite suite, const Secret& private_key, BytesView kem_output,
                                   BytesView info, BytesView context, size_t length_bytes) {
    TRY_ASSIGN(const Secret shared, kem_decapsulate(suite.kem, private_key, kem_output));
    const HpkeInfo hashed(suite, info);
    return Schedule(hashed, shared).exported(context, length_bytes);
}

}  // namespace mayfly::crypto
