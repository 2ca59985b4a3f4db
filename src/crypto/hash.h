// Hashes, HMAC (RFC 2104), HKDF (RFC 5869) and SHAKE256 (FIPS 202). None of these can fail on any
// input: a wrong output size is our own bug and asserts.
#pragma once

#include <memory>

#include "util/bytes.h"
#include "util/secret.h"

namespace mayfly::crypto {

enum class HashId : uint8_t { sha256, sha384, sha512 };

constexpr size_t hash_size_bytes(HashId id) {
    return id == HashId::sha256 ? 32 : id == HashId::sha384 ? 48 : 64;
}

// hash writes hash_size_bytes(id) bytes to out, which must have that size.
void hash(HashId id, BytesView input, MutableBytesView out);
Bytes hash(HashId id, BytesView input);
std::array<uint8_t, 32> sha256(BytesView input);

// Hasher hashes in pieces. finish may be called once, and nothing after it.
class Hasher {
  public:
    explicit Hasher(HashId id);
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    ~Hasher();
    void update(BytesView input);
    Bytes finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// hmac writes hash_size_bytes(id) bytes to out. Compare tags with constant_time_equal.
void hmac(HashId id, BytesView key, BytesView input, MutableBytesView out);

// RFC 5869. hkdf_expand: length_bytes is at most 255 * hash_size and at most
// Secret::capacity_bytes.
Secret hkdf_extract(HashId id, BytesView salt, BytesView input_key);
Secret hkdf_expand(HashId id, BytesView pseudo_random_key, BytesView info, size_t length_bytes);

// shake256 fills out, of any size.
void shake256(BytesView input, MutableBytesView out);

}  // namespace mayfly::crypto
