// What becomes of a direct conversation when a modified client makes a commit that the rules
// forbid: the others take nothing of it, and go on in a conversation of their own.
#include "core/device_test_support.h"
#include "core/odd_peer_test_support.h"

namespace mayfly::core {
namespace {

class DirectRepair : public Devices {
  protected:
    // Alice has a second device, and Bob has one.
    void add_devices() {
        alices_other_ = &link(*alice_, "Alice 2");
        bobs_other_ = &link(*bob_, "Bob 2");
        ASSERT_TRUE(agree(with(*alice_, *bob_), everybody()));
    }
    std::vector<TestClient*> everybody() { return {alice_, alices_other_, bob_, bobs_other_}; }

    mls::LeafIndex leaf_of(const mls::Group& group, TestClient& whom) {
        const wire::DeviceId device = whom.messenger().account()->device;
        const auto leaves = leaves_of(group.current());
        for (const Leaf& leaf : *leaves) {
            if (leaf.device == device) return leaf.index;
        }
        ADD_FAILURE() << "no leaf of " << whom.name;
        return {};
    }
    // Bob's first device makes a commit that nobody may make, and the hub takes it.
    void bob_adds_carol() {
        const ConversationId id = with(*bob_, *alice_);
        const mls::KeyPackageSecrets keys = carols_key_package();
        Bytes welcome;
        OddPeer(network_, *bob_, id)
            .commit(
                [&](const mls::Group&) {
                    mls::CommitOptions options;
                    options.proposals.push_back(mls::Proposal{mls::Add{keys.key_package}});
                    return options;
                },
                &welcome);
        auto joined = mls::Group::join(welcome, keys, std::nullopt, carols_environment());
        ASSERT_TRUE(joined.ok()) << error_name(joined.code());
        intruder_.emplace(std::move(joined).value());
    }
    mls::KeyPackageSecrets carols_key_package() {
        Machine machine(carol_->store());
        EXPECT_TRUE(load_tables(machine.store, machine.tables).ok());
        mls::KeyPackageOptions options;
        options.leaf.capabilities = mls::default_capabilities(conversation_extension_types());
        options.leaf.lifetime = mls::key_package_lifetime(network_.now, key_package_lifetime);
        auto made = mls::create_key_package(mls::default_cipher_suite_id,
                                            identity_of(*machine.tables.account), options,
                                            carol_->entropy());
        EXPECT_TRUE(made.ok());
        return std::move(made).value();
    }
    // Everything that leaves a relay from now on, the intruder tries to read.
    void let_the_intruder_listen() {
        network_.tamper = [this](const std::string&, Bytes& frame) {
            auto decoded = wire::decode_relay_frame(frame);
            if (!decoded.ok() || !intruder_) return true;
            const auto* delivery = std::get_if<wire::Delivery>(&decoded->body);
            if (delivery == nullptr) return true;
            ++overheard_;
            const auto read = intruder_->process(delivery->payload, carols_environment());
            if (read.ok()) ++read_;
            return true;
        };
    }
    bool intruder_reads(TestClient& from, const ConversationId& id) {
        Machine machine(from.store());
        EXPECT_TRUE(load_tables(machine.store, machine.tables).ok());
        Step step(from.store(), network_.now, &from.entropy());
        auto sealed = (*group_of(machine, step, id))
                          ->protect(as_bytes("hello"), mls::ProtectOptions{}, from.entropy());
        return sealed.ok() && intruder_->process(*sealed, carols_environment()).ok();
    }
    mls::Environment carols_environment() {
        return {network_.now, carol_->entropy(), policy_, nullptr, nullptr};
    }
    void expect_conversation(TestClient& one, TestClient& other, const std::string& text) {
        const auto sent = one.send(with(one, other), text);
        ASSERT_TRUE(sent.ok()) << error_name(sent.code());
        ASSERT_TRUE(network_.finish(one, *sent)) << one.name << " to " << other.name;
        ASSERT_TRUE(one.ended(*sent)->ok()) << error_name(one.ended(*sent)->code());
        network_.pass(Duration::seconds(1));
    }
    std::vector<ConversationRow> rows_with(TestClient& client, TestClient& other) {
        Tables tables;
        EXPECT_TRUE(load_tables(client.store(), tables).ok());
        std::vector<ConversationRow> out;
        for (auto& [id, row] : tables.conversations) {
            const bool is_theirs =
                row.contact == id_of(other) && row.info.kind == ConversationKind::direct;
            if (is_theirs) out.push_back(std::move(row));
        }
        return out;
    }
    // Both people write from each of their devices, and each device hears.
    void expect_all_go_on() {
        for (TestClient* client : everybody()) texts(*client);
        for (TestClient* from : everybody()) {
            TestClient& to = from == alice_ || from == alices_other_ ? *bob_ : *alice_;
            expect_conversation(*from, to, "from " + from->name);
        }
        for (TestClient* client : everybody()) {
            const std::vector<std::string> heard = alive(*client, with_other(*client));
            for (TestClient* from : everybody()) {
                EXPECT_NE(std::find(heard.begin(), heard.end(), "from " + from->name), heard.end())
                    << client->name << " of " << from->name;
            }
        }
    }
    ConversationId with_other(TestClient& client) {
        const bool is_alice = &client == alice_ || &client == alices_other_;
        return with(client, is_alice ? *bob_ : *alice_);
    }

    TestClient* alices_other_ = nullptr;
    TestClient* bobs_other_ = nullptr;
    MemberPolicy policy_;
    std::optional<mls::Group> intruder_;
    size_t overheard_ = 0;
    size_t read_ = 0;
};

TEST_F(DirectRepair, nobody_is_let_into_a_conversation_of_two_and_both_go_on) {
    add_devices();
    const ConversationId before = with(*alice_, *bob_);
    expect_conversation(*alice_, *bob_, "said before");
    alices_other_->go_offline();
    bob_adds_carol();
    let_the_intruder_listen();
    // What is written while there is no conversation to write in, and before one knows better.
    const auto sent = alice_->send(with(*alice_, *bob_), "a secret");
    const auto unknowing = alices_other_->send(with(*alices_other_, *bob_), "from the train");
    ASSERT_TRUE(sent.ok() && unknowing.ok());
    ASSERT_TRUE(network_.finish(*alice_, *sent));
    EXPECT_TRUE(alice_->ended(*sent)->ok());
    alices_other_->go_online();
    ASSERT_TRUE(network_.finish(*alices_other_, *unknowing));
    EXPECT_TRUE(alices_other_->ended(*unknowing)->ok());
    network_.pass(Duration::minutes(2));
    EXPECT_EQ(texts(*bobs_other_),
              (std::vector<std::string>{"said before", "a secret", "from the train"}));
    EXPECT_NE(with(*alice_, *bob_), before);
    expect_all_go_on();
    EXPECT_GT(overheard_, 20U);
    EXPECT_EQ(read_, 0U) << "the intruder read what was not for it";
    // What was said before stays, and the person is told.
    const std::vector<std::string> all = alive(*alices_other_, with(*alices_other_, *bob_));
    EXPECT_NE(std::find(all.begin(), all.end(), "said before"), all.end());
    for (TestClient* client : {alice_, alices_other_}) {
        ASSERT_EQ(client->alarms.size(), 1U) << client->name;
        EXPECT_EQ(client->alarms.front().alarm, Alarm::rules_broken);
    }
    EXPECT_TRUE(bobs_other_->alarms.empty()) << "it was a device of one's own";
    for (TestClient* client : everybody()) client->restart();
    expect_all_go_on();
    // It could: what the one who let it in encrypts there, it reads.
    EXPECT_EQ(read_, 0U);
    EXPECT_TRUE(intruder_reads(*bob_, before));
}

TEST_F(DirectRepair, each_forbidden_change_of_a_direct_conversation_is_refused_and_both_go_on) {
    add_devices();
    using Change = std::function<mls::CommitOptions(const mls::Group&)>;
    const std::vector<Change> forbidden = {
        [&](const mls::Group& group) {
            mls::CommitOptions options;
            options.proposals.push_back(mls::Proposal{mls::Remove{leaf_of(group, *alice_)}});
            return options;
        },
        [&](const mls::Group& group) {
            mls::CommitOptions options;
            for (TestClient* client : {alice_, alices_other_}) {
                options.proposals.push_back(mls::Proposal{mls::Remove{leaf_of(group, *client)}});
            }
            return options;
        },
        [&](const mls::Group& group) {
            mls::CommitOptions options;
            const auto info = info_of(group.current());
            options.proposals.push_back(mls::Proposal{
                mls::GroupContextExtensions{conversation_extensions(*info, ConversationState{})}});
            return options;
        },
    };
    for (size_t i = 0; i < forbidden.size(); ++i) {
        const ConversationId before = with(*alice_, *bob_);
        OddPeer(network_, *bob_, with(*bob_, *alice_)).commit(forbidden[i], nullptr);
        network_.pass(Duration::minutes(2));
        // Whoever does it again and again is given one conversation an hour.
        if (i > 0) {
            EXPECT_EQ(rows_with(*alice_, *bob_).size(), i + 1) << i;
            network_.pass(Duration::hours(1));
        }
        EXPECT_NE(with(*alice_, *bob_), before) << i;
        expect_all_go_on();
    }
    EXPECT_LE(rows_with(*alice_, *bob_).size(), conversations_per_contact_max);
}

}  // namespace
}  // namespace mayfly::core
