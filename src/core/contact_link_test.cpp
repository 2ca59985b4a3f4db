#include "core/contact_link.h"

#include <gtest/gtest.h>

namespace mayfly::core {
namespace {

ContactLink example_link() {
    ContactLink link;
    link.account.bytes.fill(3);
    link.relays = {"relay.example:8443", "other.example"};
    for (std::string& relay : link.relays) relay = canonical_relay(relay).value();
    return link;
}

TEST(ContactLink, text_gives_the_link_back) {
    const std::string text = format_contact_link(example_link());
    EXPECT_TRUE(text.starts_with("mayfly:"));
    const auto parsed = parse_contact_link(" " + text + "\n");
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(*parsed, example_link());
}

TEST(ContactLink, any_changed_letter_is_refused) {
    const std::string text = format_contact_link(example_link());
    for (size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = text[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(parse_contact_link(changed).code(), ErrorCode::bad_link) << i;
    }
    EXPECT_EQ(parse_contact_link(text.substr(0, text.size() - 1)).code(), ErrorCode::bad_link);
    EXPECT_EQ(parse_contact_link("mayfly:").code(), ErrorCode::bad_link);
}

TEST(ContactLink, link_without_relays_or_with_an_odd_one_is_refused) {
    ContactLink link = example_link();
    link.relays.clear();
    EXPECT_EQ(parse_contact_link(format_contact_link(link)).code(), ErrorCode::bad_link);
    link.relays = {"NOT Canonical"};
    EXPECT_EQ(parse_contact_link(format_contact_link(link)).code(), ErrorCode::bad_link);
    link.relays.assign(6, "relay.example");
    EXPECT_EQ(parse_contact_link(format_contact_link(link)).code(), ErrorCode::bad_link);
}

TEST(ContactLink, handles_fold_to_one_form) {
    const auto handle = parse_handle("Alice@Relay.Example:8443");
    ASSERT_TRUE(handle.ok());
    EXPECT_EQ(handle->name, "alice");
    EXPECT_EQ(format_handle(*handle), "alice@relay.example:8443");
    EXPECT_EQ(parse_handle("alice").code(), ErrorCode::bad_handle);
    EXPECT_EQ(parse_handle("al@relay.example").code(), ErrorCode::bad_handle);
    EXPECT_EQ(parse_handle("alice@").code(), ErrorCode::bad_address);
}

}  // namespace
}  // namespace mayfly::core
