#include "core/identity.h"

#include <gtest/gtest.h>

#include "core/vault.h"
#include "crypto/seeded_entropy.h"

namespace mayfly::core {
namespace {

const Time now{1'800'000'000'000};

NewAccount make(uint64_t seed) {
    crypto::SeededEntropy entropy(seed);
    AccountOptions options;
    options.relays = {"relay.example", "other.example:8443"};
    options.handle_name = "Alice";
    options.display_name = "Alice A.";
    auto made = make_account(options, now, entropy);
    EXPECT_TRUE(made.ok());
    return std::move(made).value();
}

// The record that follows: same account, next number, changed by `change`.
template <class Change>
Bytes successor(const NewAccount& account, const Bytes& previous, const Change& change) {
    auto record = wire::verify_account_record(previous);
    EXPECT_TRUE(record.ok());
    ++record->number;
    record->previous = wire::account_record_hash(previous);
    change(*record);
    wire::SignedAccountRecord envelope;
    envelope.body = codec::encode(*record);
    envelope.signature =
        sign_with(account.row.account_seed, wire::account_record_to_sign(envelope.body));
    return codec::encode(envelope);
}
Bytes renamed(const NewAccount& account, const Bytes& previous, const std::string& name) {
    return successor(account, previous,
                     [&](wire::AccountRecord& record) { record.display_name = name; });
}
Pin pin_of(const Bytes& record) {
    return {wire::verify_account_record(record)->number, wire::account_record_hash(record)};
}

TEST(Identity, new_account_has_a_record_that_others_accept) {
    const NewAccount account = make(1);
    const auto verified = verify_chain({account.record}, std::nullopt);
    ASSERT_TRUE(verified.ok());
    EXPECT_EQ(verified->account, wire::account_id_of(account.row.account_key));
    EXPECT_EQ(verified->record.handles.front().name, "alice");
    EXPECT_EQ(verified->record.handles.front().relay, "relay.example");
    EXPECT_EQ(verified->record.devices.front().intro.size(), 2U);
    EXPECT_NE(find_device(verified->record, account.row.certificate), nullptr);
}

TEST(Identity, account_options_that_make_no_sense_are_refused) {
    crypto::SeededEntropy entropy(1);
    const auto code = [&](std::vector<std::string> relays, const std::string& handle,
                          const std::string& name) {
        AccountOptions options;
        options.relays = std::move(relays);
        options.handle_name = handle;
        options.display_name = name;
        return make_account(options, now, entropy).code();
    };
    EXPECT_EQ(code({}, "", ""), ErrorCode::invalid_argument);
    EXPECT_EQ(code({"a.example", "A.example"}, "", ""), ErrorCode::invalid_argument);
    EXPECT_EQ(code({"not a relay"}, "", ""), ErrorCode::bad_address);
    EXPECT_EQ(code({"a.example"}, "no", ""), ErrorCode::bad_handle);
    EXPECT_EQ(code({"a.example"}, "", "bell\a"), ErrorCode::invalid_argument);
    EXPECT_EQ(code({"a.example"}, "", std::string(200, 'x')), ErrorCode::invalid_argument);
}

TEST(Identity, chain_is_followed_to_its_newest_record) {
    const NewAccount account = make(1);
    const Bytes second = renamed(account, account.record, "two");
    const Bytes third = renamed(account, second, "three");
    const auto verified = verify_chain({account.record, second, third}, pin_of(account.record));
    ASSERT_TRUE(verified.ok());
    EXPECT_EQ(verified->record.number, 3U);
    EXPECT_EQ(verified->record.display_name, "three");
    EXPECT_TRUE(verify_chain({third}, pin_of(second)).ok());
}

TEST(Identity, stale_record_is_refused) {
    const NewAccount account = make(1);
    const Bytes second = renamed(account, account.record, "two");
    EXPECT_EQ(verify_chain({account.record}, pin_of(second)).code(), ErrorCode::stale_record);
}

TEST(Identity, forged_and_forked_records_are_refused) {
    const NewAccount account = make(1);
    const NewAccount other = make(2);
    const Bytes second = renamed(account, account.record, "two");
    const Bytes fork = renamed(account, account.record, "fork");
    Bytes damaged = account.record;
    damaged.back() ^= 1;
    EXPECT_EQ(verify_chain({damaged}, std::nullopt).code(), ErrorCode::forged_record);
    EXPECT_EQ(verify_chain({fork}, pin_of(second)).code(), ErrorCode::forged_record);
    EXPECT_EQ(verify_chain({account.record, other.record}, std::nullopt).code(),
              ErrorCode::forged_record);
    const Bytes third = renamed(account, second, "three");
    EXPECT_EQ(verify_chain({account.record, third}, std::nullopt).code(), ErrorCode::forged_record);
    EXPECT_EQ(verify_chain({third}, pin_of(account.record)).code(), ErrorCode::forged_record);
    EXPECT_EQ(verify_chain({}, std::nullopt).code(), ErrorCode::unknown_record);
}

TEST(Identity, revoked_device_is_no_device) {
    const NewAccount account = make(1);
    const Bytes second = successor(account, account.record, [](wire::AccountRecord& record) {
        record.devices.front().revoked = true;
    });
    const auto verified = verify_chain({account.record, second}, std::nullopt);
    ASSERT_TRUE(verified.ok());
    EXPECT_EQ(find_device(verified->record, account.row.certificate), nullptr);
}

TEST(Identity, leaf_needs_a_certificate_for_its_own_key) {
    const NewAccount account = make(1);
    const NewAccount other = make(2);
    const MemberPolicy policy;
    const mls::Credential good = credential_of(account.row.certificate);
    const BytesView key = account.row.certificate.device_key.view();
    EXPECT_TRUE(policy.check({good, key, nullptr, {}}).ok());
    EXPECT_FALSE(policy.check({good, other.row.certificate.device_key.view(), nullptr, {}}).ok());
    wire::DeviceCertificate unsigned_one = account.row.certificate;
    unsigned_one.signature.bytes[0] ^= 1;
    const mls::Credential bad = credential_of(unsigned_one);
    EXPECT_FALSE(policy.check({bad, key, nullptr, {}}).ok());
    mls::Credential empty;
    EXPECT_FALSE(policy.check({empty, key, nullptr, {}}).ok());
    const mls::Credential another = credential_of(other.row.certificate);
    EXPECT_FALSE(policy.check({good, key, &another, {}}).ok());
    EXPECT_TRUE(policy.check({good, key, &good, {}}).ok());
}

TEST(Vault, kit_gives_the_account_back) {
    const NewAccount account = make(1);
    crypto::SeededEntropy entropy(7);
    VaultContent content;
    content.account_seed = account.row.account_seed.clone();
    content.relays = account.row.relays;
    content.contacts.push_back({wire::account_id_of(make(2).row.account_key), {}, 1, {}});
    const Bytes sealed = seal_vault(account.row.vault, 3, content, entropy);
    const auto words = format_recovery_kit(account.kit);
    const auto kit = parse_recovery_kit(words.expose());
    ASSERT_TRUE(kit.ok());
    const VaultKeys keys = derive_vault_keys(*kit);
    EXPECT_EQ(vault_public_key(keys), vault_public_key(account.row.vault));
    const auto opened = open_vault(keys, 3, sealed);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(public_key_of(opened->account_seed), account.row.account_key);
    EXPECT_EQ(opened->relays, account.row.relays);
    EXPECT_EQ(opened->contacts.size(), 1U);
}

TEST(Vault, old_version_damage_and_other_kits_are_refused) {
    const NewAccount account = make(1);
    crypto::SeededEntropy entropy(7);
    Bytes sealed = seal_vault(account.row.vault, 3, VaultContent{}, entropy);
    EXPECT_EQ(open_vault(account.row.vault, 4, sealed).code(), ErrorCode::decryption_failed);
    EXPECT_EQ(open_vault(make(2).row.vault, 3, sealed).code(), ErrorCode::decryption_failed);
    sealed.back() ^= 1;
    EXPECT_EQ(open_vault(account.row.vault, 3, sealed).code(), ErrorCode::decryption_failed);
    EXPECT_EQ(open_vault(account.row.vault, 3, {}).code(), ErrorCode::decryption_failed);
}

}  // namespace
}  // namespace mayfly::core
