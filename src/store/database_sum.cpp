#include "store/database_sum.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "codec/codec.h"
#include "crypto/hash.h"
#include "store/files.h"

namespace mayfly::store {
namespace {

constexpr size_t piece_size_bytes = 65'536;
constexpr size_t sum_size_bytes = 8 + 32 + 32;

std::array<uint8_t, 32> tag_of(BytesView key, BytesView body) {
    std::array<uint8_t, 32> tag{};
    crypto::hmac(crypto::HashId::sha256, key, body, tag);
    return tag;
}

std::string sum_path(const std::string& home) { return home + "/store.sum"; }

}  // namespace

Result<std::array<uint8_t, 32>> hash_file(const std::string& path) {
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) return error_of_errno(errno);
    crypto::Hasher hasher(crypto::HashId::sha256);
    Bytes piece(piece_size_bytes);
    while (true) {
        const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_of_errno(errno);
        if (got == 0) break;
        hasher.update(BytesView(piece).first(static_cast<size_t>(got)));
    }
    const Bytes hash = hasher.finish();
    std::array<uint8_t, 32> out{};
    std::copy(hash.begin(), hash.end(), out.begin());
    return out;
}

std::optional<DatabaseSum> read_sum(const std::string& home, BytesView key) {
    const auto content = read_file(sum_path(home), sum_size_bytes);
    if (!content.ok() || !content.value()) return std::nullopt;
    const BytesView bytes = content.value()->expose();
    if (bytes.size() != sum_size_bytes) return std::nullopt;
    const BytesView body = bytes.first(sum_size_bytes - 32);
    if (!constant_time_equal(tag_of(key, body), bytes.last(32))) return std::nullopt;
    const auto sum = codec::decode<DatabaseSum>(body);
    if (!sum.ok()) return std::nullopt;
    return sum.value();
}

void write_sum(const std::string& home, BytesView key, const DatabaseSum& sum) {
    Bytes content = codec::encode(sum);
    append(content, tag_of(key, content));
    const std::string path = sum_path(home);
    const Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd.valid()) return;
    if (::write(fd.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
        ::unlink(path.c_str());
    }
}

}  // namespace mayfly::store
