#include "relay/relay_driver.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

class key_packages : public testing::Test {
  protected:
    Bytes take() {
        const auto reply = relay.ask(stranger, wire::KeyPackageTake{id_of<wire::Token>(1)});
        const auto* found = std::get_if<wire::KeyPackageReply>(&reply);
        return found == nullptr ? Bytes{} : found->key_package;
    }
    ReplyStatus put(std::vector<Bytes> list, Bytes last_resort = {}) {
        return relay.status(owner, wire::KeyPackagesPut{relay.queue_of(1), std::move(list),
                                                        std::move(last_resort)});
    }

    RelayDriver relay;
    ConnectionId owner = relay.device(1);
    ConnectionId stranger = relay.greeted();
};

TEST_F(key_packages, a_key_package_is_given_to_one_only) {
    EXPECT_EQ(put({{1}, {2}}), ReplyStatus::ok);
    EXPECT_EQ(put({{3}}), ReplyStatus::ok);
    EXPECT_EQ(take(), Bytes{1});
    relay.restart();
    stranger = relay.greeted();
    EXPECT_EQ(take(), Bytes{2});
    EXPECT_EQ(take(), Bytes{3});
    EXPECT_EQ(relay.status(stranger, wire::KeyPackageTake{id_of<wire::Token>(1)}),
              ReplyStatus::no_key_package);
    EXPECT_EQ(relay.status(stranger, wire::KeyPackageTake{id_of<wire::Token>(2)}),
              ReplyStatus::unknown_address);
}

TEST_F(key_packages, the_last_resort_key_package_stays) {
    EXPECT_EQ(put({{1}}, {9}), ReplyStatus::ok);
    EXPECT_EQ(take(), Bytes{1});
    EXPECT_EQ(take(), Bytes{9});
    EXPECT_EQ(put({}), ReplyStatus::ok);
    EXPECT_EQ(take(), Bytes{9});
    EXPECT_EQ(put({}, {8}), ReplyStatus::ok);
    EXPECT_EQ(take(), Bytes{8});
}

TEST_F(key_packages, a_repeated_key_package_upload_adds_nothing) {
    EXPECT_EQ(put({{1}}, {9}), ReplyStatus::ok);
    EXPECT_EQ(take(), Bytes{1});
    EXPECT_EQ(put({{1}}, {9}), ReplyStatus::ok);
    EXPECT_EQ(take(), Bytes{9}) << "the first one is used up";
    relay.pass(request_memory);
    relay.tick();
    EXPECT_EQ(put({{1}}, {9}), ReplyStatus::ok);
    EXPECT_EQ(take(), Bytes{1});
}

TEST_F(key_packages, the_owner_sees_how_many_key_packages_are_left) {
    const auto count = [&] {
        const auto reply = relay.ask(owner, wire::KeyPackageQuery{relay.queue_of(1)});
        const auto& found = std::get<wire::KeyPackageCount>(reply);
        return std::pair(found.count, found.has_last_resort);
    };
    EXPECT_EQ(count(), std::pair(0U, false));
    EXPECT_EQ(put({{1}, {2}}, {9}), ReplyStatus::ok);
    EXPECT_EQ(count(), std::pair(2U, true));
    take();
    EXPECT_EQ(count(), std::pair(1U, true));
}

TEST_F(key_packages, a_queue_keeps_so_many_key_packages) {
    const std::vector<Bytes> full(wire::key_packages_per_put_max, Bytes{1});
    EXPECT_EQ(put(full), ReplyStatus::ok);
    EXPECT_EQ(put(full, {2}), ReplyStatus::ok);
    EXPECT_EQ(put({{3}}), ReplyStatus::quota_exceeded);
    take();
    EXPECT_EQ(put({{3}}), ReplyStatus::ok);
}

TEST_F(key_packages, an_empty_key_package_is_refused) {
    EXPECT_EQ(put({{1}, {}}), ReplyStatus::malformed);
    EXPECT_EQ(take(), Bytes{});
}

TEST_F(key_packages, a_removed_address_gives_no_key_packages) {
    EXPECT_EQ(put({{1}}), ReplyStatus::ok);
    const auto hash = wire::token_hash_of(id_of<wire::Token>(1));
    EXPECT_EQ(relay.status(owner, wire::AddressRemove{relay.queue_of(1), hash}), ReplyStatus::ok);
    EXPECT_EQ(relay.status(stranger, wire::KeyPackageTake{id_of<wire::Token>(1)}),
              ReplyStatus::unknown_address);
}

class vaults : public testing::Test {
  protected:
    wire::VaultPut put(uint64_t version, Bytes ciphertext) const {
        const Bytes message = wire::vault_proof_to_sign(key.public_key, version, ciphertext);
        return {key.public_key, version, std::move(ciphertext), key.sign(message)};
    }
    RelayDriver relay;
    ConnectionId client = relay.device(1);
    KeyPair key = key_pair_of(50);
};

TEST_F(vaults, only_the_vault_key_writes_a_vault) {
    auto request = put(1, {1});
    request.version = 2;
    EXPECT_EQ(relay.status(client, request), ReplyStatus::not_authorized);
    request = put(1, {1});
    request.vault_key = key_pair_of(51).public_key;
    EXPECT_EQ(relay.status(client, request), ReplyStatus::not_authorized);
    EXPECT_EQ(relay.status(client, put(1, {1})), ReplyStatus::ok);
}

TEST_F(vaults, a_vault_only_moves_forward) {
    EXPECT_EQ(relay.status(client, put(5, {1})), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, put(5, {1})), ReplyStatus::ok) << "the same again";
    EXPECT_EQ(relay.status(client, put(5, {2})), ReplyStatus::stale_record);
    EXPECT_EQ(relay.status(client, put(4, {1})), ReplyStatus::stale_record);
    EXPECT_EQ(relay.status(client, put(6, {3})), ReplyStatus::ok);
}

TEST_F(vaults, an_ended_vault_is_gone_for_good) {
    EXPECT_EQ(relay.status(client, put(5, {1})), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, put(6, {})), ReplyStatus::malformed);
    EXPECT_EQ(relay.status(client, put(wire::vault_version_end, {1})), ReplyStatus::malformed);
    EXPECT_EQ(relay.status(client, put(wire::vault_version_end, {})), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, put(wire::vault_version_end, {})), ReplyStatus::ok);
    EXPECT_EQ(relay.status(client, wire::VaultGet{wire::vault_id_of(key.public_key)}),
              ReplyStatus::unknown_record);
    EXPECT_EQ(relay.status(client, put(7, {1})), ReplyStatus::stale_record);
}

TEST_F(vaults, a_vault_can_be_read_by_whoever_knows_its_id) {
    EXPECT_EQ(relay.status(client, put(5, {1, 2})), ReplyStatus::ok);
    const auto reply =
        relay.ask(relay.greeted(), wire::VaultGet{wire::vault_id_of(key.public_key)});
    EXPECT_EQ(std::get<wire::VaultReply>(reply).version, 5U);
    EXPECT_EQ(std::get<wire::VaultReply>(reply).ciphertext, (Bytes{1, 2}));
}

}  // namespace
}  // namespace mayfly::relay
