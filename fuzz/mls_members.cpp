// deps: mls crypto
// max_len: 48
//
// Four honest members and a malicious one, over many epochs. Each two bytes of the input are a
// step: somebody talks, commits, proposes or joins again from outside; two commit at once, members
// follow either and some go back; the malicious one sends what it likes, or an old message again.
// A message that is refused leaves no trace, the honest members agree after each commit, and nobody
// encrypts twice under one key.
#include <map>
#include <set>

#include "crypto/seeded_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group_for_testing.h"
#include "mls/group_state.h"

namespace mayfly::mls {
namespace {

constexpr CipherSuiteId suite = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
constexpr size_t honest = 4;                 // the members before the malicious one
constexpr size_t leaves_max = 9;             // of the tree: strangers are added up to it
constexpr size_t input_size_bytes_max = 48;  // as above: 24 steps take a few 0.1 s
constexpr size_t messages_max = 8;           // that are kept to be sent again
constexpr auto keep = PreviousEpoch::keep;
constexpr auto erase = PreviousEpoch::erase;

using Store = std::map<Bytes, SecretBuffer>;

struct Player {
    Identity identity;
    Store beginning;
    Store store;
    std::unique_ptr<Group> group;

    void save() {
        for (GroupRecord& record : group->take_changes()) {
            store.erase(record.key);
            if (record.value) store.emplace(std::move(record.key), *std::move(record.value));
        }
    }
    void load(const Store& from) {
        std::vector<GroupRecord> records;
        for (const auto& [key, value] : from) records.push_back({key, value.clone()});
        group = std::make_unique<Group>(Group::load(records).value());
    }
};

class Party {
  public:
    Party() {
        GroupParameters parameters;
        parameters.cipher_suite = suite;
        parameters.group_id = {1};
        CommitOptions options;
        std::vector<KeyPackageSecrets> packages;
        for (size_t i = 0; i <= honest; ++i) {
            players_[i].identity = make_identity(static_cast<uint8_t>(i));
            packages.push_back(
                create_key_package(suite, players_[i].identity, {}, entropy_).value());
            if (i > 0) options.proposals.push_back({Add{packages[i].key_package}});
        }
        stranger_ = create_key_package(suite, make_identity(99), {}, entropy_).value().key_package;
        Group first = Group::create(parameters, players_[0].identity, {}, env()).value();
        const CommitMessages sent = first.commit(options, env()).value();
        first.merge_pending_commit().value();
        for (size_t i = 0; i <= honest; ++i) {
            Player& player = players_[i];
            player.group = std::make_unique<Group>(
                i == 0 ? std::move(first)
                       : Group::join(*sent.welcome, packages[i], std::nullopt, env()).value());
            player.save();
            player.beginning = std::move(player.store);
        }
    }

    void play(BytesView steps) {
        if (steps.size() > input_size_bytes_max) return;
        entropy_ = crypto::SeededEntropy(2);
        used_keys_.clear();
        messages_.clear();
        for (Player& player : players_) {
            player.load(player.beginning);
            player.store.clear();
            for (const auto& [key, value] : player.beginning) {
                player.store.emplace(key, value.clone());
            }
        }
        for (; steps.size() >= 2; steps = steps.subspan(2)) step(steps[0], steps[1]);
    }

  private:
    void step(uint8_t what, uint8_t how) {
        const size_t who = how % (honest + 1);
        switch (what % 9) {
            case 0: say(who); break;
            case 1: commit(who, how / 8); break;
            case 2: fork(how % honest, what / 16 % honest, how); break;
            case 3: rejoin(who); break;
            case 4: propose(who, how / 8); break;
            case 5: say_anything(how); break;
            case 6: commit_anything(how); break;
            case 7: say_again(what, how); break;
            default: restart(who); break;
        }
    }

    Environment env() { return {{0}, entropy_, policy_}; }

    Identity make_identity(uint8_t name) {
        Identity out;
        out.credential.identity = {name};
        out.signature_keys =
            crypto::signature_generate(crypto::SignatureId::ed25519, entropy_).value();
        return out;
    }

    bool in(size_t who) const { return players_[who].group->is_active(); }

    // The key that is about to be used was never used before.
    void use_key(size_t who, RatchetType type) {
        Group& group = *players_[who].group;
        const SecretTree& messages = GroupForTesting::state(group).epoch->messages;
        for (uint32_t generation = 0;; ++generation) {
            const auto found = messages.find_key(group.own_leaf(), type, generation);
            if (!found.ok()) continue;
            MAYFLY_ASSERT(used_keys_.insert(to_bytes(found->key.key.expose())).second);
            return;
        }
    }

    void restart(size_t who) {
        players_[who].save();
        players_[who].load(players_[who].store);
    }

    void say(size_t who) {
        Group& group = *players_[who].group;
        if (!in(who) || !group.pending_proposals().empty()) return;
        use_key(who, RatchetType::application);
        spread(group.protect(Bytes{1}, {}, entropy_).value(), who);
    }

    void propose(size_t who, uint8_t how) {
        if (!in(who)) return;
        Group& group = *players_[who].group;
        use_key(who, RatchetType::handshake);
        auto sent = how % 2 == 0 ? group.propose_update(nullptr, env())
                                 : group.propose({Add{stranger_}}, env());
        if (sent.ok()) spread(*sent, who);
        if (!sent.ok()) used_keys_.clear();  // the key that was meant to be used is still there
    }

    std::optional<Bytes> start_commit(size_t who, uint8_t how) {
        if (!in(who) || players_[who].group->has_pending_commit()) return std::nullopt;
        Group& group = *players_[who].group;
        CommitOptions options;
        options.include_received = how % 4 != 1;
        options.path = how % 4 != 2;
        options.external_pub = false;
        if (how % 4 == 3 && group.members().size() < leaves_max) {
            options.proposals.push_back({Add{stranger_}});
        }
        const auto sent = group.commit(options, env());
        if (!sent.ok()) return std::nullopt;
        return sent->commit;
    }

    void commit(size_t who, uint8_t how) {
        const auto sent = start_commit(who, how);
        if (!sent) return;
        players_[who].group->merge_pending_commit().value();
        spread(*sent, who);
        expect_agreement();
    }

    // Two commits of honest members for one epoch. The bits of `how` say which of them each member
    // follows first, and which of them wins.
    void fork(size_t a, size_t b, uint8_t how) {
        if (a == b) return;
        const std::optional<Bytes> commits[2] = {start_commit(a, how / 8), start_commit(b, 0)};
        if (!commits[0] || !commits[1]) {
            players_[a].group->discard_pending_commit();
            players_[b].group->discard_pending_commit();
            return;
        }
        const size_t committers[2] = {a, b};
        const size_t winner = how / 32 % 2;
        for (size_t i = 0; i <= honest; ++i) {
            const size_t side = how >> i & 1U;
            if (!in(i)) continue;
            follow(i, committers[side], *commits[side]);
            if (side != winner) {
                if (players_[i].group->previous_epoch()) {
                    say_alone(i);
                    restart(i);
                    players_[i].group->revert_epoch().value();
                    restart(i);
                }
                follow(i, committers[winner], *commits[winner]);
            }
            if (players_[i].group->previous_epoch()) players_[i].group->confirm_epoch().value();
            players_[i].group->discard_pending_commit();
            restart(i);
        }
        expect_agreement();
    }

    // A message that nobody will hear, in an epoch that is abandoned.
    void say_alone(size_t who) {
        if (!in(who)) return;
        use_key(who, RatchetType::application);
        static_cast<void>(players_[who].group->protect(Bytes{2}, {}, entropy_).value());
    }

    void follow(size_t who, size_t committer, const Bytes& commit) {
        Group& group = *players_[who].group;
        if (who == committer) return group.merge_pending_commit(keep).value();
        auto done = group.process(commit, env());
        // The malicious member does not know the proposals that it made up.
        if (who == honest && !done.ok()) return;
        MAYFLY_ASSERT(done.ok());
        group.apply(std::get<StagedCommit>(*std::move(done)), keep).value();
    }

    void rejoin(size_t who) {
        const size_t other = (who + 1) % honest;
        if (other == who || !in(other)) return;
        Group& helper = *players_[other].group;
        Group::ExternalJoinOptions options;
        for (const Member& member : helper.members()) {
            if (member.credential == players_[who].identity.credential) {
                options.replaces = member.leaf;
            }
        }
        auto joined = Group::join_external(helper.group_info(true, true, env()).value(),
                                           players_[who].identity, {}, options, env());
        if (!joined.ok()) return;
        players_[who].group = std::make_unique<Group>(std::move(joined->group));
        players_[who].store.clear();
        spread(joined->commit, who);
        expect_agreement();
    }

    // The malicious member signs what it likes.
    void say_anything(uint8_t how) {
        if (!in(honest)) return;
        Content content;
        const LeafIndex leaf{static_cast<uint32_t>(how / 4 % 8)};
        switch (how % 4) {
            case 0: content.emplace<Proposal>(Proposal{Remove{leaf}}); break;
            case 1: content.emplace<Proposal>(Proposal{Update{stranger_.leaf_node}}); break;
            case 2: content.emplace<Proposal>(Proposal{GroupContextExtensions{}}); break;
            default: {
                Commit commit;
                commit.proposals.push_back({ProposalRef(32, how)});
                content.emplace<Commit>(std::move(commit));
            }
        }
        const auto sent = GroupForTesting::send_for_testing(
            *players_[honest].group, std::move(content), Bytes(32), entropy_);
        if (sent.ok()) spread(*sent, honest);
    }

    // A commit of its own that is valid, whatever it does to others.
    void commit_anything(uint8_t how) {
        if (!in(honest)) return;
        Group& group = *players_[honest].group;
        CommitOptions options;
        options.proposals.push_back({Remove{LeafIndex{static_cast<uint32_t>(how % 8)}}});
        options.include_received = how >= 128;
        const auto sent = group.commit(options, env());
        if (!sent.ok()) return;
        group.merge_pending_commit().value();
        spread(sent->commit, honest);
        expect_agreement();
    }

    void say_again(uint8_t which, uint8_t change) {
        if (messages_.empty()) return;
        Bytes message = messages_[which % messages_.size()];
        if (change % 2 == 1) message[change * size_t{7} % message.size()] ^= change;
        spread(message, honest);
    }

    void spread(const Bytes& message, size_t from) {
        for (size_t i = 0; i <= honest; ++i) {
            Player& player = players_[i];
            if (i == from) continue;
            player.save();
            auto done = player.group->process(message, env());
            if (!done.ok()) {
                MAYFLY_ASSERT(player.group->take_changes().empty());
                continue;
            }
            auto* staged = std::get_if<StagedCommit>(&*done);
            if (staged != nullptr) player.group->apply(std::move(*staged), erase).value();
        }
        if (messages_.size() < messages_max) messages_.push_back(message);
    }

    void expect_agreement() const {
        const Group* first = nullptr;
        for (size_t i = 0; i < honest; ++i) {
            const Group& group = *players_[i].group;
            if (!group.is_active()) continue;
            if (first == nullptr) first = &group;
            MAYFLY_ASSERT(equal(first->current().epoch_authenticator(),
                                group.current().epoch_authenticator()));
        }
    }

    crypto::SeededEntropy entropy_{1};
    AcceptAll policy_;
    std::array<Player, honest + 1> players_;
    KeyPackage stranger_;
    std::vector<Bytes> messages_;
    std::set<Bytes> used_keys_;
};

}  // namespace
}  // namespace mayfly::mls

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    static mayfly::mls::Party party;
    party.play({data, size_bytes});
    return 0;
}
