#include "crypto/hpke_label.h"

namespace mayfly::crypto {
namespace {

constexpr std::string_view version = "HPKE-v1";

// Joined holds the pieces of one input, secret ones among them, and is wiped on death.
class Joined {
  public:
    explicit Joined(size_t size_bytes) : bytes_(size_bytes) {}
    void add(BytesView piece) {
        std::copy(piece.begin(), piece.end(),
                  bytes_.expose_mutable().begin() + static_cast<ptrdiff_t>(used_));
        used_ += piece.size();
    }
    BytesView view() const { return bytes_.expose().first(used_); }

  private:
    SecretBuffer bytes_;
    size_t used_ = 0;
};

}  // namespace

Secret hpke_labeled_extract(HashId id, BytesView suite_id, BytesView salt, std::string_view label,
                            BytesView input_key) {
    Joined input(version.size() + suite_id.size() + label.size() + input_key.size());
    input.add(as_bytes(version));
    input.add(suite_id);
    input.add(as_bytes(label));
    input.add(input_key);
    return hkdf_extract(id, salt, input.view());
}

Secret hpke_labeled_expand(HashId id, BytesView suite_id, BytesView pseudo_random_key,
                           std::string_view label, BytesView info, size_t length_bytes) {
    const uint8_t length[2] = {static_cast<uint8_t>(length_bytes >> 8),
                               static_cast<uint8_t>(length_bytes)};
    Joined labeled(sizeof length + version.size() + suite_id.size() + label.size() + info.size());
    labeled.add(length);
    labeled.add(as_bytes(version));
    labeled.add(suite_id);
    labeled.add(as_bytes(label));
    labeled.add(info);
    return hkdf_expand(id, pseudo_random_key, labeled.view(), length_bytes);
}

}  // namespace mayfly::crypto
