// HPKE, RFC 9180, base mode: what RFC 9420 needs of it (single-shot seal and open, and export for
// external commits).
#pragma once

#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kem.h"

namespace mayfly::crypto {

struct HpkeSuite {
    KemId kem;
    HashId kdf;
    AeadId aead;
};
struct HpkeCiphertext {  // RFC 9420 section 7.6
    Bytes kem_output;
    Bytes ciphertext;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.kem_output, self.ciphertext);
    }
    bool operator==(const HpkeCiphertext&) const = default;
};
struct HpkeExport {
    Bytes kem_output;
    Secret secret;
};

// HpkeInfo: what the key schedule makes of `info`, before it knows any key (section 5.1). Whoever
// seals for many with one long info makes it once; threads may share it.
class HpkeInfo {
  public:
    HpkeInfo(HpkeSuite suite, BytesView info);

    HpkeSuite suite() const { return suite_; }
    BytesView suite_id() const { return suite_id_; }
    BytesView key_schedule_context() const { return context_; }

  private:
    HpkeSuite suite_;
    std::array<uint8_t, 10> suite_id_;
    Bytes context_;  // public: hashes of what both sides know
};

Result<HpkeCiphertext> hpke_seal(const HpkeInfo& info, BytesView public_key,
                                 BytesView associated_data, BytesView plaintext, Entropy& entropy);
Result<HpkeCiphertext> hpke_seal(HpkeSuite suite, BytesView public_key, BytesView info,
                                 BytesView associated_data, BytesView plaintext, Entropy& entropy);
Result<SecretBuffer> hpke_open(HpkeSuite suite, const Secret& private_key, BytesView info,
                               BytesView associated_data, const HpkeCiphertext& sealed);
Result<HpkeExport> hpke_send_export(HpkeSuite suite, BytesView public_key, BytesView info,
                                    BytesView context, size_t length_bytes, Entropy& entropy);
Result<Secret> hpke_receive_export(HpkeSuite suite, const Secret& private_key, BytesView kem_output,
                                   BytesView info, BytesView context, size_t length_bytes);

}  // namespace mayfly::crypto
