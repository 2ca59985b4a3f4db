// What tests of large groups share: devices that are members, and of which there is nothing else.
// Others seal to them and see their leaves; nobody reads what they are sent.
#pragma once

#include "core/device_test_support.h"
#include "core/machine.h"
#include "crypto/hash.h"
#include "relay/rows.h"

namespace mayfly::core {

struct SilentDevice {
    AccountId account;
    wire::DeviceId device;
    mls::KeyPackage key_package;
};

// make_silent makes so many devices, each account with so many of them.
inline std::vector<SilentDevice> make_silent(size_t count, size_t devices_each, Time now,
                                             Entropy& entropy) {
    std::vector<SilentDevice> out;
    SecretArray<32> account_seed;
    for (size_t i = 0; i < count; ++i) {
        if (i % devices_each == 0) entropy.fill(account_seed.expose_mutable());
        SecretArray<32> device_seed;
        entropy.fill(device_seed.expose_mutable());
        AccountRow row;
        row.device_seed = device_seed.clone();
        row.certificate.account_key = public_key_of(account_seed);
        entropy.fill(row.certificate.device.bytes);
        row.certificate.device_key = public_key_of(device_seed);
        row.certificate.signature =
            sign_with(account_seed, wire::device_certificate_to_sign(row.certificate));
        mls::KeyPackageOptions options;
        options.leaf.capabilities = mls::default_capabilities(conversation_extension_types());
        options.leaf.lifetime = mls::key_package_lifetime(now, key_package_lifetime);
        auto made = mls::create_key_package(mls::default_cipher_suite_id, identity_of(row), options,
                                            entropy);
        MAYFLY_ASSERT(made.ok());
        out.push_back({wire::account_id_of(row.certificate.account_key), row.certificate.device,
                       std::move(made->key_package)});
    }
    return out;
}

// These give each the same, made once: what a test does to a group does not change them.
inline const std::vector<SilentDevice>& silent_devices(size_t at_least, Time now) {
    static crypto::SeededEntropy entropy(4711);
    static std::vector<SilentDevice> made;
    while (made.size() < at_least) {
        for (SilentDevice& each : make_silent(3, 3, now, entropy)) made.push_back(std::move(each));
    }
    return made;
}

inline mls::Group load_group(TestClient& client, const ConversationId& id) {
    const Bytes prefix = row_key::group_prefix(id);
    std::vector<mls::GroupRecord> records;
    const Status read = client.store().scan(prefix, [&](BytesView key, SecretBuffer value) {
        records.push_back({to_bytes(key.subspan(prefix.size())), std::move(value)});
        return true;
    });
    MAYFLY_ASSERT(read.ok());
    return mls::Group::load(records).value();
}

template <class Row>
Row read_row(TestClient& client, const Bytes& key) {
    const auto value = client.store().get(key).value();
    MAYFLY_ASSERT(value.has_value());
    return decode_row<Row>(value->expose()).value();
}

// add_tickets lets the devices wait to be let in by the client, as if each had sent its ticket. The
// hub knows none of their addresses. The client starts anew.
inline void add_tickets(TestClient& client, const ConversationId& id,
                        std::span<const SilentDevice> devices) {
    WriteBatch batch;
    for (const SilentDevice& each : devices) {
        TicketRow row;
        row.conversation = id;
        row.account = each.account;
        row.device = each.device;
        row.key_package = mls::encode_key_package_message(each.key_package);
        client.entropy().fill(row.token.bytes);
        batch.put(row_key::ticket(id, each.device), codec::encode_secret(row));
    }
    MAYFLY_ASSERT(client.store().apply(batch).ok());
    client.restart();
}

class LargeGroups : public Devices {
  protected:
    // grow lets so many silent devices into a group of one, in a commit that no client would make:
    // all at once, and nobody but its maker and the hub knows of it.
    void grow(TestClient& client, const ConversationId& id, size_t count) {
        mls::Group group = load_group(client, id);
        mls::CommitOptions options;
        const auto& devices = silent_devices(count, network_.now);
        for (size_t i = 0; i < count; ++i) {
            options.proposals.push_back(mls::Proposal{mls::Add{devices[i].key_package}});
        }
        options.tree_in_welcome = false;
        const MemberPolicy policy;
        const mls::Environment env{network_.now, client.entropy(), policy, nullptr};
        ASSERT_TRUE(group.commit(options, env).ok());
        ASSERT_TRUE(group.merge_pending_commit().ok());
        WriteBatch batch;
        for (mls::GroupRecord& record : group.take_changes()) {
            const Bytes key = row_key::group(id, record.key);
            if (record.value) {
                batch.put(key, std::move(*record.value));
            } else {
                batch.erase(key);
            }
        }
        RosterRow roster = read_row<RosterRow>(client, row_key::roster(id));
        std::map<AccountId, uint32_t> counts;
        for (size_t i = 0; i < count; ++i) ++counts[devices[i].account];
        counts[id_of(client)] = 1;
        roster.members.clear();
        for (const auto& [account, each] : counts) roster.members.push_back({account, each});
        batch.put(row_key::roster(id), codec::encode_secret(roster));
        ASSERT_TRUE(client.store().apply(batch).ok());
        move_hub(client, id, group);
        client.restart();
        network_.settle();
    }
    // fetched_members: what is in everybody's tree.
    size_t path_seals(TestClient& client, const ConversationId& id) {
        return load_group(client, id).current().path_seal_count();
    }
    size_t leaf_count(TestClient& client, const ConversationId& id) {
        return load_group(client, id).current().member_count();
    }
    size_t blob_count() { return network_.relay_store(test_relay).blobs().size(); }

  private:
    void move_hub(TestClient& client, const ConversationId& id, const mls::Group& group) {
        const auto row = read_row<ConversationRow>(client, row_key::conversation(id));
        relay::MemoryStore& store = network_.relay_store(test_relay);
        relay::Transaction transaction(store);
        Bytes key = relay::table_key(relay::Table::channel, row.info.channel);
        auto channel = transaction.load<relay::ChannelRow>(key);
        ASSERT_TRUE(channel.ok() && channel->has_value());
        (*channel)->epoch.value = group.epoch().value;
        const auto secret = group.export_secret(write_token_label, row.info.channel.view(), 32);
        (*channel)->write_token_hash =
            wire::token_hash_of(*wire::Token::from(secret.value().expose()));
        transaction.save(std::move(key), **channel);
        ASSERT_TRUE(store.apply(transaction.take()).ok());
        ASSERT_TRUE(store.sync().ok());
    }
};

}  // namespace mayfly::core
