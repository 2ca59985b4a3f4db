#include "codec/codec.h"

#include <gtest/gtest.h>

namespace mayfly::codec {
namespace {

enum class Kind : uint8_t { plain = 1, numbered = 2 };
bool is_known(Kind kind) { return kind == Kind::plain || kind == Kind::numbered; }

struct Item {
    Kind kind = Kind::plain;
    uint32_t number = 0;
    Bytes data;
    std::optional<uint16_t> extra;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.kind);
        if (self.kind == Kind::numbered) archive(self.number);
        archive(self.data, self.extra);
    }
    bool operator==(const Item&) const = default;
};

TEST(Codec, structure_round_trips) {
    const std::vector<Item> items = {{Kind::plain, 0, {1, 2, 3}, std::nullopt},
                                     {Kind::numbered, 7, Bytes(100, 9), uint16_t{5}}};
    const Bytes bytes = encode(items);
    auto back = decode<std::vector<Item>>(bytes);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(*back, items);
}

TEST(Codec, every_truncation_and_extension_is_refused) {
    Bytes bytes = encode(Item{Kind::numbered, 7, Bytes(70, 9), uint16_t{5}});
    for (size_t n = 0; n < bytes.size(); ++n) {
        EXPECT_FALSE(decode<Item>(BytesView(bytes).first(n)).ok()) << n;
    }
    bytes.push_back(0);
    EXPECT_EQ(decode<Item>(bytes).code(), ErrorCode::trailing_input);
}

TEST(Codec, lengths_use_the_shortest_form_only) {
    const std::vector<std::pair<uint64_t, std::string>> known = {
        {0, "00"}, {37, "25"}, {63, "3f"}, {64, "4040"}, {15293, "7bbd"}, {494878333, "9d7f3e7d"}};
    for (const auto& [value, hex] : known) {
        Writer writer;
        writer.varint(value);
        EXPECT_EQ(to_hex(writer.view()), hex);
        Reader reader(writer.view());
        EXPECT_EQ(reader.varint(), value);
        EXPECT_TRUE(reader.finish().ok());
    }
    for (const char* hex : {"4025", "80000040", "c000000000000000", "9d7f3e"}) {
        const Bytes bytes = from_hex(hex).value();
        Reader reader(bytes);
        reader.varint();
        EXPECT_FALSE(reader.ok()) << hex;
    }
}

TEST(Codec, unknown_enum_value_and_presence_byte_are_refused) {
    EXPECT_FALSE(decode<Item>(from_hex("030000").value()).ok());
    EXPECT_FALSE(decode<Item>(from_hex("01000200").value()).ok());
    EXPECT_TRUE(decode<Item>(from_hex("010000").value()).ok());
}

TEST(Codec, huge_length_allocates_nothing) {
    EXPECT_EQ(decode<Bytes>(from_hex("bfffffff00").value()).code(), ErrorCode::truncated_input);
}

TEST(Codec, oversized_secret_is_refused) {
    EXPECT_EQ(decode<Secret>(encode(Bytes(80, 1))).code(), ErrorCode::input_too_large);
}

}  // namespace
}  // namespace mayfly::codec
