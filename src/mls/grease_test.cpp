#include "mls/grease.h"

#include <set>

#include "mls/mls_message.h"
#include "tests/support/mls_club.h"

namespace mayfly::mls {
namespace {

using testing::Club;

constexpr CipherSuiteId suite_1 = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;

template <class T>
size_t grease_in(const std::vector<T>& list) {
    return static_cast<size_t>(std::count_if(
        list.begin(), list.end(), [](T type) { return is_grease(static_cast<uint16_t>(type)); }));
}
size_t grease_in(const Extensions& list) {
    return static_cast<size_t>(std::count_if(list.begin(), list.end(), [](const Extension& item) {
        return is_grease(static_cast<uint16_t>(item.type));
    }));
}

Extensions group_info_extensions(Club& club, const Environment& env) {
    const auto sent = club.group(0).group_info(true, false, env);
    EXPECT_TRUE(sent.ok());
    return decode_message<GroupInfo>(*sent)->extensions;
}

KeyPackage package(Club& club, bool grease) {
    KeyPackageOptions options;
    options.leaf = club.leaf_options();
    options.leaf.grease = grease;
    return create_key_package(suite_1, club.make_identity(), options, club.entropy)->key_package;
}

TEST(Grease, is_in_every_field_that_may_hold_some) {
    Club club(suite_1);
    std::set<ExtensionType> seen;
    for (int i = 0; i < 200; ++i) {
        const KeyPackage made = package(club, true);
        const Capabilities& capabilities = made.leaf_node.capabilities;
        EXPECT_GE(grease_in(capabilities.cipher_suites), 1U);
        EXPECT_GE(grease_in(capabilities.extensions), 1U);
        EXPECT_GE(grease_in(capabilities.proposals), 1U);
        EXPECT_GE(grease_in(capabilities.credentials), 1U);
        EXPECT_EQ(grease_in(made.leaf_node.extensions), 1U);
        EXPECT_EQ(grease_in(made.extensions), 1U);
        ASSERT_OK(validate_key_package(find_cipher_suite(suite_1).value(), made, club.now));
        for (const Extension& item : made.extensions) seen.insert(item.type);
    }
    EXPECT_EQ(seen.size(), 15U);  // all values that are reserved
    EXPECT_EQ(grease_in(group_info_extensions(club, club.env())), 1U);
}

TEST(Grease, is_nowhere_when_switched_off) {
    Club club(suite_1);
    const KeyPackage made = package(club, false);
    const Capabilities& capabilities = made.leaf_node.capabilities;
    EXPECT_EQ(capabilities, club.leaf_options().capabilities);
    EXPECT_TRUE(made.leaf_node.extensions.empty());
    EXPECT_TRUE(made.extensions.empty());
    Environment env = club.env();
    env.grease = false;
    EXPECT_EQ(grease_in(group_info_extensions(club, env)), 0U);
}

TEST(Grease, leaf_of_an_external_joiner_has_it_too) {
    Club club(suite_1);
    const auto info = club.group(0).group_info(true, true, club.env());
    ASSERT_OK(info);
    const auto joined =
        Group::join_external(*info, club.make_identity(), club.leaf_options(), {}, club.env());
    ASSERT_OK(joined);
    const auto sent = decode_message<PublicMessage>(joined->commit);
    ASSERT_OK(sent);
    EXPECT_EQ(grease_in(std::get<Commit>(sent->content.content).path->leaf_node.extensions), 1U);
}

TEST(KeyPackage, of_last_resort_says_so) {
    Club club(suite_1);
    KeyPackageOptions options;
    options.leaf = club.leaf_options();
    EXPECT_FALSE(is_last_resort(
        create_key_package(suite_1, club.make_identity(), options, club.entropy)->key_package));
    options.last_resort = true;
    options.leaf.grease = false;
    auto made = create_key_package(suite_1, club.make_identity(), options, club.entropy);
    ASSERT_OK(made);
    EXPECT_TRUE(is_last_resort(made->key_package));
    EXPECT_EQ(made->key_package.extensions,
              (Extensions{{ExtensionType{6}, from_hex("03000400").value()}}));

    // Data of other components stays, in order.
    set_extension(options.extensions,
                  AppDataDictionary{{{ComponentId{2}, {1}}, {ComponentId{0x8000}, {2}}}});
    made = create_key_package(suite_1, club.make_identity(), options, club.entropy);
    ASSERT_OK(made);
    EXPECT_EQ(made->key_package.extensions.at(0).data,
              from_hex("0b0002010100040080000102").value());
    set_extension(options.extensions,
                  AppDataDictionary{{{ComponentId::last_resort_key_package, {}}}});
    EXPECT_ERROR(create_key_package(suite_1, club.make_identity(), options, club.entropy),
                 invalid_argument);

    // As earlier versions of the draft, and OpenMLS, mark it.
    KeyPackage old;
    old.extensions = {{ExtensionType{0x000a}, {}}};
    EXPECT_TRUE(is_last_resort(old));
    old.extensions = {{AppDataDictionary::extension_type, from_hex("0400040000").value()}};
    EXPECT_FALSE(is_last_resort(old));
}

}  // namespace
}  // namespace mayfly::mls
