#include "crypto/hash.h"

#include <gtest/gtest.h>

#include "crypto/keccak.h"

namespace mayfly::crypto {
namespace {

const Bytes abc = {'a', 'b', 'c'};

TEST(hash, gives_the_answers_of_fips_180_4) {
    EXPECT_EQ(to_hex(hash(HashId::sha256, abc)),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(hash(HashId::sha384, abc)),
              "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
              "8086072ba1e7cc2358baeca134c825a7");
    EXPECT_EQ(to_hex(hash(HashId::sha512, abc)),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    EXPECT_EQ(to_hex(sha256({})),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(hasher, gives_the_same_in_pieces_as_at_once) {
    Bytes input(1000);
    for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<uint8_t>(i * 7);
    for (const HashId id : {HashId::sha256, HashId::sha384, HashId::sha512}) {
        for (const size_t step : {1U, 63U, 64U, 128U, 999U}) {
            Hasher hasher(id);
            for (size_t at = 0; at < input.size(); at += step) {
                const size_t size = std::min(step, input.size() - at);
                hasher.update(BytesView(input).subspan(at, size));
            }
            EXPECT_EQ(hasher.finish(), hash(id, input));
        }
    }
}

TEST(hasher, moves_with_its_state) {
    Hasher first(HashId::sha256);
    first.update(abc);
    Hasher second = std::move(first);
    EXPECT_EQ(second.finish(), hash(HashId::sha256, abc));
}

TEST(hmac, gives_the_answers_of_rfc_4231) {
    Bytes out(32);
    hmac(HashId::sha256, as_bytes("Jefe"), as_bytes("what do ya want for nothing?"), out);
    EXPECT_EQ(to_hex(out), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    // Test case 6: a key longer than a block is hashed first.
    const Bytes long_key(131, 0xaa);
    hmac(HashId::sha256, long_key,
         as_bytes("Test Using Larger Than Block-Size Key - Hash Key First"), out);
    EXPECT_EQ(to_hex(out), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(hkdf, fills_any_length_up_to_the_capacity_of_a_secret) {
    const Secret key = hkdf_extract(HashId::sha256, {}, abc);
    const Secret whole = hkdf_expand(HashId::sha256, key.expose(), abc, Secret::capacity_bytes);
    for (size_t size = 0; size <= Secret::capacity_bytes; ++size) {
        const Secret part = hkdf_expand(HashId::sha256, key.expose(), abc, size);
        EXPECT_TRUE(equal(part.expose(), whole.expose().first(size)));
    }
}

TEST(keccak, gives_the_answers_of_fips_202) {
    std::array<uint8_t, 32> digest{};
    sha3_256(digest, abc);
    EXPECT_EQ(to_hex(digest), "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
    std::array<uint8_t, 64> wide{};
    sha3_512(wide, BytesView{});
    EXPECT_EQ(to_hex(wide),
              "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6"
              "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26");
    shake256({}, digest);
    EXPECT_EQ(to_hex(digest), "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f");
    Keccak shake128 = Keccak::shake128();
    shake128.squeeze(digest);
    EXPECT_EQ(to_hex(digest), "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26");
}

TEST(keccak, absorbs_and_squeezes_in_pieces) {
    Bytes input(500);
    for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<uint8_t>(i);
    Bytes whole(700);
    shake256(input, whole);
    for (const size_t step : {1U, 7U, 8U, 135U, 136U, 137U}) {
        Keccak sponge = Keccak::shake256();
        for (size_t at = 0; at < input.size(); at += step) {
            sponge.absorb(BytesView(input).subspan(at, std::min(step, input.size() - at)));
        }
        Bytes out(whole.size());
        for (size_t at = 0; at < out.size(); at += step) {
            sponge.squeeze(MutableBytesView(out).subspan(at, std::min(step, out.size() - at)));
        }
        EXPECT_EQ(out, whole) << step;
    }
}

}  // namespace
}  // namespace mayfly::crypto
