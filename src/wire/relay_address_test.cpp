#include "wire/relay_address.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace mayfly::wire {
namespace {

const std::string pin(52, 'a');  // 32 zero bytes

std::string canonical(std::string_view text) {
    const auto address = parse_relay_address(text);
    return address.ok() ? format_relay_address(*address) : error_name(address.code());
}

TEST(relay_address, forms_are_read_and_written_canonically) {
    EXPECT_EQ(canonical("relay.example"), "relay.example");
    EXPECT_EQ(canonical("Relay.EXAMPLE:443"), "relay.example");
    EXPECT_EQ(canonical("relay.example:8443"), "relay.example:8443");
    EXPECT_EQ(canonical("127.0.0.1:8443#" + pin), "127.0.0.1:8443#" + pin);
    EXPECT_EQ(canonical("relay.example#" + pin), "relay.example:443#" + pin);
    EXPECT_EQ(canonical("[2001:DB8:0:0:1:0:0:1]:7"), "[2001:db8::1:0:0:1]:7");
    EXPECT_EQ(canonical("[0:0:0:0:0:0:0:0]"), "[::]");
    EXPECT_EQ(canonical("[::1]"), "[::1]");
    EXPECT_EQ(canonical("[1::]"), "[1::]");
    EXPECT_EQ(canonical("[1:0:2:3:4:5:6:7]"), "[1:0:2:3:4:5:6:7]");
    EXPECT_EQ(canonical("[1:0:0:2:0:0:0:3]:443"), "[1:0:0:2::3]");
    EXPECT_EQ(canonical("xn--bcher-kva.example"), "xn--bcher-kva.example");
    EXPECT_EQ(canonical("0a.1b.c2"), "0a.1b.c2");
}

TEST(relay_address, parts_are_told_apart) {
    const auto address = parse_relay_address("a.example:99#" + std::string(51, 'a') + "q");
    ASSERT_TRUE(address.ok());
    EXPECT_EQ(address->host, "a.example");
    EXPECT_EQ(address->port, 99);
    ASSERT_TRUE(address->fingerprint.has_value());
    EXPECT_EQ(address->fingerprint->bytes[31], 1);
}

TEST(relay_address, malformed_text_is_refused) {
    const std::string long_label(64, 'a');
    const std::string long_name = std::string(63, 'a') + "." + std::string(63, 'a') + "." +
                                  std::string(63, 'a') + "." + std::string(62, 'a');
    for (const std::string& text : {std::string(),
                                    std::string(":443"),
                                    std::string("#") + pin,
                                    std::string("a..b"),
                                    std::string("-a.b"),
                                    std::string("a-.b"),
                                    std::string("a_b"),
                                    std::string("a b"),
                                    std::string("a."),
                                    std::string("a:"),
                                    std::string("a:0"),
                                    std::string("a:65536"),
                                    std::string("a:0443"),
                                    std::string("a:+1"),
                                    std::string("a:4:4"),
                                    std::string("a#"),
                                    "a#" + pin.substr(1),
                                    "a#" + pin + "a",
                                    "a#" + std::string(51, 'a') + "b",
                                    "a#" + std::string(51, 'a') + "1",
                                    std::string("1.2.3"),
                                    std::string("1.2.3.4.5"),
                                    std::string("1.2.3.256"),
                                    std::string("01.2.3.4"),
                                    std::string("0x7f.0x1"),
                                    std::string("4294967295"),
                                    std::string("::1"),
                                    std::string("[::1"),
                                    std::string("[]"),
                                    std::string("[:::]"),
                                    std::string("[1:2:3:4:5:6:7:8:9]"),
                                    std::string("[1:2:3:4:5:6:7]"),
                                    std::string("[1:2:3:4::5:6:7:8]"),
                                    std::string("[::1::]"),
                                    std::string("[12345::]"),
                                    std::string("[::1.2.3.4]"),
                                    std::string("[fe80::1%eth0]"),
                                    std::string("[::1]x"),
                                    std::string("a\0b", 3),
                                    long_label,
                                    long_name,
                                    std::string(400, 'a')}) {
        EXPECT_EQ(canonical(text), "bad_address") << text;
    }
}

TEST(relay_address, the_longest_address_fits_its_limit) {
    const std::string host = std::string(63, 'a') + "." + std::string(63, 'a') + "." +
                             std::string(63, 'a') + "." + std::string(61, 'a');
    EXPECT_EQ(canonical(host + ":65535#" + pin), host + ":65535#" + pin);
}

TEST(relay_address, spelling_does_not_make_another_relay) {
    std::unordered_set<RelayAddress> seen;
    for (const char* text : {"[::1]:5", "[0::1]:5", "[0:0:0:0:0:0:0:1]:5"}) {
        seen.insert(*parse_relay_address(text));
    }
    EXPECT_EQ(seen.size(), 1U);
    EXPECT_NE(*parse_relay_address("a:5"), *parse_relay_address("a:5#" + pin));
    EXPECT_NE(*parse_relay_address("a:5"), *parse_relay_address("a:6"));
}

TEST(relay_address, encoding_reads_back_and_refuses_other_forms) {
    for (const std::string& text :
         {std::string("relay.example"), "10.0.0.1:8443#" + pin, std::string("[2001:db8::1]:7")}) {
        const auto address = *parse_relay_address(text);
        const auto back = codec::decode<RelayAddress>(codec::encode(address));
        ASSERT_TRUE(back.ok());
        EXPECT_EQ(*back, address);
    }
    for (const char* host : {"Relay.example", "[::1]", "0::1", "", "a/b"}) {
        const auto back =
            codec::decode<RelayAddress>(codec::encode(RelayAddress{host, 1, std::nullopt}));
        ASSERT_FALSE(back.ok()) << host;
        EXPECT_EQ(back.code(), ErrorCode::bad_address);
    }
    EXPECT_FALSE(codec::decode<RelayAddress>(codec::encode(RelayAddress{"a", 0, {}})).ok());
}

}  // namespace
}  // namespace mayfly::wire
