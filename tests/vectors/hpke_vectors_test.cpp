// HPKE: RFC 9180 appendix A.1.1 and the vectors of draft-ietf-hpke-pq.
#include <gtest/gtest.h>

#include "crypto/hpke.h"
#include "tests/support/vectors.h"

namespace mayfly::crypto {
namespace {

using nlohmann::json;
using testing::bytes_at;

// FixedEntropy hands out given bytes, once.
class FixedEntropy final : public Entropy {
  public:
    explicit FixedEntropy(BytesView bytes) : bytes_(to_bytes(bytes)) {}
    void fill(MutableBytesView out) override {
        ASSERT_LE(at_ + out.size(), bytes_.size());
        std::copy_n(bytes_.begin() + static_cast<ptrdiff_t>(at_), out.size(), out.begin());
        at_ += out.size();
    }

  private:
    Bytes bytes_;
    size_t at_ = 0;
};

Bytes hex(std::string_view text) {
    auto bytes = from_hex(text);
    EXPECT_TRUE(bytes.has_value());
    return bytes.value_or(Bytes{});
}

constexpr HpkeSuite x25519_suite{KemId::dhkem_x25519, HashId::sha256, AeadId::aes_128_gcm};

TEST(hpke_rfc_9180, dhkem_x25519_sha256_aes_128_gcm_base_mode) {
    const auto pair = kem_derive_key_pair(
        KemId::dhkem_x25519,
        hex("6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037"));
    ASSERT_TRUE(pair.ok());
    EXPECT_EQ(to_hex(pair->private_key.expose()),
              "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8");
    EXPECT_EQ(to_hex(pair->public_key),
              "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d");
    const HpkeCiphertext sealed{
        hex("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"),
        hex("f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c"
            "512a")};
    const auto secret = kem_decapsulate(KemId::dhkem_x25519, pair->private_key, sealed.kem_output);
    ASSERT_TRUE(secret.ok());
    EXPECT_EQ(to_hex(secret->expose()),
              "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc");
    const auto opened =
        hpke_open(x25519_suite, pair->private_key, hex("4f6465206f6e2061204772656369616e2055726e"),
                  hex("436f756e742d30"), sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(as_text(opened->expose()), "Beauty is truth, truth beauty");
}

}  // namespace
}  // namespace mayfly::crypto
