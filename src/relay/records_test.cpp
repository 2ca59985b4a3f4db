#include "relay/relay_driver.h"
#include "relay/store_invariants.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

constexpr const char* here = "here.example";

// An account that writes records, one after the other.
struct Account {
    explicit Account(uint64_t seed) : key(key_pair_of(seed)), device(key_pair_of(seed + 1'000)) {
        record.account_key = key.public_key;
        record.relays = {here};
        wire::DeviceEntry entry;
        entry.certificate.account_key = key.public_key;
        entry.certificate.device_key = device.public_key;
        entry.certificate.signature = key.sign(wire::device_certificate_to_sign(entry.certificate));
        record.devices = {entry};
    }
    wire::AccountId id() const { return wire::account_id_of(key.public_key); }
    Bytes sign() const {
        wire::SignedAccountRecord out;
        out.body = codec::encode(record);
        out.signature = key.sign(wire::account_record_to_sign(out.body));
        return codec::encode(out);
    }
    void succeed(BytesView before) {
        record.previous = wire::account_record_hash(before);
        ++record.number;
    }
    KeyPair key;
    KeyPair device;
    wire::AccountRecord record;
};

class records : public testing::Test {
  protected:
    static RelayConfig config() {
        RelayConfig out;
        out.own_addresses = {here};
        return out;
    }
    ReplyStatus put(const Bytes& record) { return relay.status(client, wire::RecordPut{record}); }
    std::vector<Bytes> get(const Account& account, uint64_t after_number) {
        auto reply = relay.ask(client, wire::RecordGet{account.id(), after_number});
        auto* list = std::get_if<wire::RecordList>(&reply);
        return list == nullptr ? std::vector<Bytes>{} : std::move(list->records);
    }
    // put_chain puts `count` more records.
    std::vector<Bytes> put_chain(Account& account, size_t count) {
        std::vector<Bytes> out;
        for (size_t i = 0; i < count; ++i) {
            out.push_back(account.sign());
            EXPECT_EQ(put(out.back()), ReplyStatus::ok);
            account.succeed(out.back());
        }
        return out;
    }

    RelayDriver relay{config()};
    ConnectionId client = relay.device(1);
    Account alice{10};
    Account bob{20};
};

TEST_F(records, a_record_that_does_not_verify_is_refused) {
    Bytes record = alice.sign();
    record[record.size() - 1] ^= 1;
    EXPECT_EQ(put(record), ReplyStatus::forged_record);
    EXPECT_EQ(put({1, 2, 3}), ReplyStatus::malformed);
    alice.record.version = 2;
    EXPECT_EQ(put(alice.sign()), ReplyStatus::unsupported_version);
    EXPECT_EQ(relay.status(client, wire::RecordGet{alice.id(), 0}), ReplyStatus::unknown_record);
}

TEST_F(records, an_older_or_other_record_of_a_number_is_refused) {
    const auto chain = put_chain(alice, 2);
    EXPECT_EQ(put(chain[1]), ReplyStatus::ok) << "the same again";
    EXPECT_EQ(put(chain[0]), ReplyStatus::ok);
    alice.record.number = 2;
    alice.record.previous = wire::account_record_hash(chain[0]);
    alice.record.display_name = "another";
    EXPECT_EQ(put(alice.sign()), ReplyStatus::stale_record);
    EXPECT_EQ(get(alice, 0), chain);
}

TEST_F(records, records_are_stored_without_gaps) {
    const Bytes first = alice.sign();
    alice.succeed(first);
    EXPECT_EQ(put(alice.sign()), ReplyStatus::unknown_record);
    EXPECT_EQ(put(first), ReplyStatus::ok);
    EXPECT_EQ(put(alice.sign()), ReplyStatus::ok);
}

TEST_F(records, a_record_that_breaks_the_chain_is_refused) {
    put_chain(alice, 1);
    alice.record.previous.bytes[0] ^= 1;
    EXPECT_EQ(put(alice.sign()), ReplyStatus::forged_record);
    EXPECT_EQ(get(alice, 0).size(), 1U);
}

TEST_F(records, a_name_belongs_to_one_account) {
    alice.record.handles = {{"alice", here}};
    EXPECT_EQ(put(alice.sign()), ReplyStatus::ok);
    bob.record.handles = {{"bob", here}, {"alice", here}};
    EXPECT_EQ(put(bob.sign()), ReplyStatus::handle_taken);
    EXPECT_EQ(relay.status(client, wire::RecordGet{bob.id(), 0}), ReplyStatus::unknown_record);
    EXPECT_EQ(relay.status(client, wire::HandleGet{"bob"}), ReplyStatus::unknown_record);
    bob.record.handles = {{"bob", here}, {"alice", "elsewhere.example"}};
    EXPECT_EQ(put(bob.sign()), ReplyStatus::ok) << "names at other relays are theirs to give";
}

TEST_F(records, a_name_that_is_given_up_is_free) {
    alice.record.handles = {{"alice", here}, {"kept", here}};
    put_chain(alice, 1);
    alice.record.handles = {{"kept", here}};
    put_chain(alice, 1);
    EXPECT_EQ(relay.status(client, wire::HandleGet{"alice"}), ReplyStatus::unknown_record);
    EXPECT_EQ(relay.status(client, wire::HandleGet{"kept"}), ReplyStatus::ok);
    bob.record.handles = {{"alice", here}};
    EXPECT_EQ(put(bob.sign()), ReplyStatus::ok);
}

wire::RecordDelete deletion(const Account& account) {
    return {account.key.public_key,
            account.key.sign(wire::record_delete_to_sign(account.key.public_key))};
}

TEST_F(records, a_deleted_account_is_gone_for_good_and_its_names_are_free) {
    alice.record.handles = {{"alice", here}};
    const auto chain = put_chain(alice, 3);
    EXPECT_EQ(relay.status(client, deletion(alice)), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, deletion(alice)), ReplyStatus::ok) << "the same again";
    const auto gone = relay.ask(client, wire::RecordGet{alice.id(), 0});
    const auto& proof = std::get<wire::RecordDeleted>(gone);
    EXPECT_EQ(proof.account_key, alice.key.public_key);
    EXPECT_EQ(proof.proof, deletion(alice).proof) << "whoever asks can check it";
    EXPECT_EQ(relay.status(client, wire::HandleGet{"alice"}), ReplyStatus::unknown_record);
    for (const Bytes& record : chain) EXPECT_EQ(put(record), ReplyStatus::stale_record);
    EXPECT_EQ(put(alice.sign()), ReplyStatus::stale_record) << "the next of the chain";
    bob.record.handles = {{"alice", here}};
    EXPECT_EQ(put(bob.sign()), ReplyStatus::ok);
    EXPECT_TRUE(broken_invariant(relay.store.visible()).empty());
}

TEST_F(records, only_the_account_key_deletes_an_account) {
    const auto chain = put_chain(alice, 1);
    wire::RecordDelete request = deletion(alice);
    request.proof.bytes[0] ^= 1;
    EXPECT_EQ(relay.status(client, request), ReplyStatus::not_authorized);
    request = deletion(bob);
    request.account_key = alice.key.public_key;
    EXPECT_EQ(relay.status(client, request), ReplyStatus::not_authorized);
    EXPECT_EQ(relay.status(client, deletion(bob)), ReplyStatus::unknown_record);
    EXPECT_EQ(get(alice, 0), chain);
}

TEST_F(records, records_are_given_in_pages) {
    const auto chain = put_chain(alice, wire::account_records_per_reply_max + 3);
    const auto first = get(alice, 0);
    ASSERT_EQ(first.size(), wire::account_records_per_reply_max);
    EXPECT_EQ(first.front(), chain.front());
    const auto second = get(alice, wire::account_records_per_reply_max);
    ASSERT_EQ(second.size(), 3U);
    EXPECT_EQ(second.back(), chain.back());
    EXPECT_TRUE(get(alice, chain.size()).empty());
    EXPECT_EQ(relay.status(client, wire::RecordGet{alice.id(), UINT64_MAX}), ReplyStatus::ok);
}

TEST_F(records, a_handle_leads_to_the_newest_record) {
    alice.record.handles = {{"alice", here}};
    const auto chain = put_chain(alice, wire::account_records_per_reply_max + 3);
    const auto reply = relay.ask(client, wire::HandleGet{"Alice"});
    const auto& list = std::get<wire::RecordList>(reply).records;
    ASSERT_EQ(list.size(), wire::account_records_per_reply_max);
    EXPECT_EQ(list.back(), chain.back());
    EXPECT_EQ(list.front(), chain[3]);
    EXPECT_EQ(relay.status(client, wire::HandleGet{"a"}), ReplyStatus::malformed);
    EXPECT_EQ(relay.status(client, wire::HandleGet{"al!ce"}), ReplyStatus::malformed);
}

}  // namespace
}  // namespace mayfly::relay
