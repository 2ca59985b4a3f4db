// deps: codec
// max_len: 4096
//
// Two things about every input: what decodes encodes to the same bytes again (there is one encoding
// of a value), and the readers never touch what is outside of the input.
#include "codec/codec.h"

#include <cstdint>

#include "util/bytes.h"

namespace mayfly::codec {
namespace {

enum class Kind : uint8_t { plain = 1, numbered = 2, nested = 3 };
bool is_known(Kind kind) { return kind >= Kind::plain && kind <= Kind::nested; }

struct Leaf {
    bool flag = false;
    uint16_t number = 0;
    std::array<uint8_t, 4> tag{};
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.flag, self.number, self.tag);
    }
};

// Item has one member of every shape that codec.h can describe.
struct Item {
    Kind kind = Kind::plain;
    uint64_t number = 0;
    Bytes data;
    std::string text;
    std::vector<Leaf> leaves;
    std::optional<uint32_t> extra;
    Secret key;
    SecretBuffer body;
    SecretArray<8> seed;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.kind);
        if (self.kind == Kind::numbered) archive(self.number);
        archive(self.data, self.text);
        if (self.kind == Kind::nested) archive(self.leaves);
        archive(self.extra, self.key, self.body, self.seed);
    }
};

template <class T>
void round_trip(BytesView input) {
    const auto value = decode<T>(input);
    if (value.ok()) MAYFLY_ASSERT(equal(encode(*value), input));
}

void varint_round_trip(BytesView input) {
    Reader reader(input);
    const uint64_t value = reader.varint();
    if (!reader.ok()) return;
    Writer writer;
    writer.varint(value);
    MAYFLY_ASSERT(equal(writer.view(), input.first(input.size() - reader.rest().size())));
}

}  // namespace
}  // namespace mayfly::codec

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly::codec;
    const mayfly::BytesView input(data, size_bytes);
    round_trip<Item>(input);
    round_trip<std::vector<Item>>(input);
    round_trip<std::vector<mayfly::Bytes>>(input);
    varint_round_trip(input);
    return 0;
}
