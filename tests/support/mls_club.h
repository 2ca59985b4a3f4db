// A club: the members of one MLS group in one process, with a delivery service that hands every
// message to everybody else. Each member has a store, and is restored from it after every step.
#pragma once

#include <gtest/gtest.h>

#include <map>

#include "crypto/seeded_entropy.h"
#include "mls/group.h"

namespace mayfly::testing {

class OpenPolicy : public mls::CredentialPolicy {
  public:
    Status check(const mls::CredentialCheck& question) const override {
        ++questions;
        ENSURE(question.credential.identity != refused, invalid_argument);
        return {};
    }
    Bytes refused = {0xff};  // the one identity that is not accepted
    mutable size_t questions = 0;
};

class MapPsks : public mls::PskSource {
  public:
    Result<SecretBuffer> external_psk(BytesView psk_id) const override {
        const auto found = keys.find(to_bytes(psk_id));
        if (found == keys.end()) return MAYFLY_ERROR(mls_missing_psk);
        return SecretBuffer(found->second);
    }
    Result<SecretBuffer> resumption_psk(BytesView group_id, mls::Epoch epoch) const override {
        const auto found = resumption.find({to_bytes(group_id), epoch});
        if (found == resumption.end()) return MAYFLY_ERROR(mls_missing_psk);
        return SecretBuffer(found->second);
    }
    std::map<Bytes, Bytes> keys;
    std::map<std::pair<Bytes, mls::Epoch>, Bytes> resumption;
};

// The club's own proposals: one type with a path, one without. Bodies that start with 0 are
// refused.
class ClubProposals : public mls::ProposalPolicy {
  public:
    static constexpr mls::ProposalType plain{0xf101};
    static constexpr mls::ProposalType with_path{0xf102};

    Status check(const mls::CustomProposal& proposal, const mls::Sender&,
                 BytesView) const override {
        ENSURE(proposal.proposal_type == plain || proposal.proposal_type == with_path,
               mls_unsupported_proposal);
        ENSURE(proposal.body.empty() || proposal.body.front() != 0, mls_bad_proposal);
        return {};
    }
    bool needs_path(mls::ProposalType type) const override { return type == with_path; }
};

using Store = std::map<Bytes, SecretBuffer>;

inline size_t save(mls::Group& group, Store& store) {
    size_t written_bytes = 0;
    for (mls::GroupRecord& record : group.take_changes()) {
        store.erase(record.key);
        if (!record.value) continue;
        written_bytes += record.key.size() + record.value->size();
        store.emplace(std::move(record.key), *std::move(record.value));
    }
    return written_bytes;
}

inline std::vector<mls::GroupRecord> records_of(const Store& store) {
    std::vector<mls::GroupRecord> out;
    for (const auto& [key, value] : store) out.push_back({key, value.clone()});
    return out;
}

inline std::string describe(const Error& error) {
    return std::string(error_name(error.code)) + " at " + error.where;
}

#define ASSERT_OK(result) \
    ASSERT_TRUE((result).ok()) << ::mayfly::testing::describe((result).error())
#define EXPECT_ERROR(result, name) \
    do { \
        const auto& checked = (result); \
        ASSERT_FALSE(checked.ok()); \
        EXPECT_EQ(error_name(checked.code()), std::string(#name)); \
    } while (false)

struct ClubMember {
    mls::Identity identity;
    mls::Group group;
    Store store;
};

class Club {
  public:
    static constexpr mls::ExtensionType club_extension{0xf123};

    explicit Club(mls::CipherSuiteId suite_id, uint64_t seed = 1) : suite(suite_id), entropy(seed) {
        mls::GroupParameters parameters;
        parameters.cipher_suite = suite;
        parameters.group_id = to_bytes(as_bytes("club"));
        mls::Identity identity = make_identity();
        auto group = mls::Group::create(parameters, identity, leaf_options(), env());
        MAYFLY_ASSERT(group.ok());
        admit(std::move(identity), std::move(*group));
    }

    mls::Environment env() { return {now, entropy, policy, &psks, nullptr, &proposals}; }

    mls::Identity make_identity() {
        mls::Identity out;
        out.credential.identity = to_bytes(as_bytes("member " + std::to_string(identities++)));
        const mls::CipherSuite found = mls::find_cipher_suite(suite).value();
        out.signature_keys = crypto::signature_generate(found.signature, entropy).value();
        return out;
    }

    mls::LeafOptions leaf_options() const {
        mls::LeafOptions out;
        out.capabilities = mls::default_capabilities({club_extension});
        out.capabilities.proposals = {mls::ProposalType::self_remove, ClubProposals::plain,
                                      ClubProposals::with_path};
        out.lifetime = mls::key_package_lifetime(now, Duration::days(30));
        return out;
    }

    mls::KeyPackageSecrets make_key_package(const mls::Identity& identity) {
        mls::KeyPackageOptions options;
        options.leaf = leaf_options();
        return mls::create_key_package(suite, identity, options, entropy).value();
    }

    size_t admit(mls::Identity identity, mls::Group group) {
        members.push_back({std::move(identity), std::move(group), {}});
        sync(members.size() - 1);
        return members.size() - 1;
    }

    // sync writes what changed and goes on from what was written.
    void sync(size_t index) {
        ClubMember& member = members[index];
        save(member.group, member.store);
        auto loaded = mls::Group::load(records_of(member.store));
        ASSERT_OK(loaded);
        member.group = *std::move(loaded);
        EXPECT_TRUE(member.group.take_changes().empty());
    }

    mls::Group& group(size_t index) { return members[index].group; }

    // deliver hands a handshake to all but the sender; commits are applied at once.
    void deliver(BytesView message, size_t sender) {
        for (size_t i = 0; i < members.size(); ++i) {
            if (i == sender || !group(i).is_active()) continue;
            auto done = group(i).process(message, env());
            ASSERT_OK(done);
            if (auto* staged = std::get_if<mls::StagedCommit>(&*done)) {
                ASSERT_OK(group(i).apply(std::move(*staged)));
            }
            sync(i);
        }
    }

    // commit stages, "sends", merges, delivers, and lets those welcomed in.
    void commit(size_t sender, mls::CommitOptions options,
                std::vector<std::pair<mls::Identity, mls::KeyPackageSecrets>> joiners = {}) {
        for (const auto& [identity, package] : joiners) {
            options.proposals.push_back({mls::Add{package.key_package}});
        }
        auto sent = group(sender).commit(options, env());
        ASSERT_OK(sent);
        sync(sender);
        ASSERT_OK(group(sender).merge_pending_commit());
        sync(sender);
        deliver(sent->commit, sender);
        for (auto& [identity, package] : joiners) {
            std::optional<BytesView> tree;
            if (sent->ratchet_tree) tree = *sent->ratchet_tree;
            auto joined = mls::Group::join(*sent->welcome, package, tree, env());
            ASSERT_OK(joined);
            admit(std::move(identity), *std::move(joined));
        }
    }

    void add(size_t sender, size_t count) {
        std::vector<std::pair<mls::Identity, mls::KeyPackageSecrets>> joiners;
        for (size_t i = 0; i < count; ++i) {
            mls::Identity identity = make_identity();
            mls::KeyPackageSecrets package = make_key_package(identity);
            joiners.emplace_back(std::move(identity), std::move(package));
        }
        commit(sender, {}, std::move(joiners));
    }

    std::vector<size_t> active() {
        std::vector<size_t> out;
        for (size_t i = 0; i < members.size(); ++i) {
            if (group(i).is_active()) out.push_back(i);
        }
        return out;
    }

    // expect_agreement: all active members are in the same epoch and can read each other.
    void expect_agreement() {
        const std::vector<size_t> all = active();
        for (size_t i : all) {
            EXPECT_EQ(group(i).epoch(), group(all[0]).epoch());
            EXPECT_EQ(to_hex(group(i).current().epoch_authenticator()),
                      to_hex(group(all[0]).current().epoch_authenticator()));
            EXPECT_EQ(group(i).members().size(), all.size());
        }
        for (size_t i : all) expect_heard(i, "hello from " + std::to_string(i));
    }

    void expect_heard(size_t sender, const std::string& text) {
        auto sent = group(sender).protect(as_bytes(text), {}, entropy);
        ASSERT_OK(sent);
        sync(sender);
        for (size_t i : active()) {
            if (i == sender) continue;
            auto done = group(i).process(*sent, env());
            ASSERT_OK(done);
            const auto& heard = std::get<mls::ApplicationMessage>(*done);
            EXPECT_EQ(as_text(heard.plaintext.expose()), text);
            EXPECT_EQ(heard.sender, group(sender).own_leaf());
            sync(i);
        }
    }

    mls::CipherSuiteId suite;
    crypto::SeededEntropy entropy;
    OpenPolicy policy;
    MapPsks psks;
    ClubProposals proposals;
    Time now{1'700'000'000'000};
    std::vector<ClubMember> members;
    size_t identities = 0;
};

}  // namespace mayfly::testing
