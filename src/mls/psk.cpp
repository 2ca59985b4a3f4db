#include "mls/psk.h"

namespace mayfly::mls {

namespace {

struct PskLabel {
    const PreSharedKeyId& id;
    uint16_t index;
    uint16_t count;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.id, self.index, self.count);
    }
};

}  // namespace

Result<Secret> derive_psk_secret(const CipherSuite& suite, const std::vector<ResolvedPsk>& psks) {
    ENSURE(psks.size() <= UINT16_MAX, input_too_large);
    const Secret zero(suite.hash_size_bytes());
    Secret psk_secret = zero.clone();
    for (size_t i = 0; i < psks.size(); ++i) {
        const Secret extracted =
            crypto::hkdf_extract(suite.hash, zero.expose(), psks[i].psk.expose());
        const PskLabel label{psks[i].id, static_cast<uint16_t>(i),
                             static_cast<uint16_t>(psks.size())};
        const Secret input = expand_with_label(suite, extracted, "derived psk",
                                               codec::encode(label), suite.hash_size_bytes());
        psk_secret = crypto::hkdf_extract(suite.hash, input.expose(), psk_secret.expose());
    }
    return psk_secret;
}

}  // namespace mayfly::mls
