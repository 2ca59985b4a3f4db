// deps: mls crypto
// max_len: 16384
//
// One member of a group of three receives what the input makes: raw bytes, a valid message with
// bytes changed, whatever content a malicious member signs and protects, or a commit that it puts
// together from valid parts. It must not crash, and a message that is refused must leave no trace.
// The first byte says which.
#include <map>
#include <memory>

#include "crypto/seeded_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group_for_testing.h"

namespace mayfly::mls {
namespace {

constexpr CipherSuiteId suite = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;
constexpr auto custom_type = ProposalType{0xf101};

// The application knows one type of its own, and refuses half of what that may say.
class CustomPolicy final : public ProposalPolicy {
  public:
    Status check(const CustomProposal& proposal, const Sender&, BytesView) const override {
        ENSURE(proposal.proposal_type == custom_type, mls_unsupported_proposal);
        ENSURE(proposal.body.size() % 2 == 0, mls_bad_proposal);
        return {};
    }
    bool needs_path(ProposalType) const override { return false; }
};

KeyPackageOptions package_options() {
    KeyPackageOptions out;
    out.leaf.capabilities.proposals = {ProposalType::self_remove, custom_type};
    return out;
}

class World {
  public:
    World() {
        GroupParameters parameters;
        parameters.cipher_suite = suite;
        parameters.group_id = {1};
        evil_ = std::make_unique<Group>(
            Group::create(parameters, make_identity(), package_options().leaf, env()).value());
        CommitOptions options;
        std::vector<KeyPackageSecrets> packages;
        for (int i = 0; i < 3; ++i) {
            packages.push_back(
                create_key_package(suite, make_identity(), package_options(), entropy_).value());
            if (i < 2) options.proposals.push_back({Add{packages.back().key_package}});
        }
        const CommitMessages sent = evil_->commit(options, env()).value();
        evil_->merge_pending_commit().value();
        Group victim = Group::join(*sent.welcome, packages[0], std::nullopt, env()).value();
        stored_ = victim.take_changes();
        restore();
        make_messages({Add{packages[2].key_package}});
        evil_->use_handshake_format(WireFormat::public_message).value();
        make_messages({Remove{{2}}});
        messages_.push_back(evil_->propose({SelfRemove{}}, env()).value());
        GroupForTesting::state(*evil_).forget_proposals();
        const auto commit = decode_message<PublicMessage>(messages_[messages_.size() - 2]).value();
        path_ = std::get<Commit>(commit.content.content).path;
        parts_ = {{Add{packages[2].key_package}},
                  {Add{packages[1].key_package}},
                  {Update{packages[2].key_package.leaf_node}},
                  {Update{path_->leaf_node}},
                  {Remove{{2}}},
                  evil_->make_external_psk_proposal(Bytes{1}, entropy_),
                  evil_->make_resumption_psk_proposal(Bytes{1}, {1},
                                                      ResumptionPskUsage::application, entropy_),
                  {ReInit{}},
                  {SelfRemove{}},
                  {CustomProposal{custom_type, {1, 2}}},
                  {CustomProposal{custom_type, {1}}},
                  {CustomProposal{ProposalType{0xf102}, {}}},
                  {ExternalInit{Bytes(32)}},
                  {GroupContextExtensions{}},
                  {GroupContextExtensions{{Extension{ExtensionType{0xf001}, {}}}}}};
    }

    void raw(BytesView input) { receive(input); }

    void changed(BytesView input) {
        if (input.empty()) return;
        Bytes message = messages_[input[0] % messages_.size()];
        for (input = input.subspan(1); input.size() >= 3; input = input.subspan(3)) {
            const size_t at = static_cast<size_t>(input[0]) << 8 | input[1];
            message[at % message.size()] ^= input[2];
        }
        receive(message);
    }

    void malicious(BytesView input) {
        if (input.empty()) return;
        codec::Reader reader(input.subspan(1));
        Content content;
        content_fields(input[0] % 2 == 0 ? ContentType::proposal : ContentType::commit, content,
                       reader);
        if (!reader.finish().ok()) return;
        const auto sent =
            GroupForTesting::send_for_testing(*evil_, std::move(content), Bytes(32), entropy_);
        if (sent.ok()) receive(*sent);
    }

    // Each byte adds a proposal, by value or by a reference that may not exist.
    void assembled(BytesView input) {
        Commit commit;
        for (size_t i = 0; i < input.size() && i < 8; ++i) {
            const size_t choice = input[i] % (parts_.size() + 2);
            if (choice < parts_.size()) {
                commit.proposals.emplace_back().content = parts_[choice];
            } else if (choice == parts_.size()) {
                commit.proposals.emplace_back().content = Proposal{Remove{{input[i]}}};
            } else {
                commit.proposals.emplace_back().content = ProposalRef(32, input[i]);
            }
        }
        if (!input.empty() && input.front() % 2 == 0) commit.path = path_;
        Content content;
        content.emplace<Commit>(std::move(commit));
        const auto sent =
            GroupForTesting::send_for_testing(*evil_, std::move(content), Bytes(32), entropy_);
        if (sent.ok()) receive(*sent);
    }

  private:
    Environment env() { return {{0}, entropy_, policy_, nullptr, nullptr, &custom_}; }

    Identity make_identity() {
        Identity out;
        out.credential.identity = {next_identity_++};
        out.signature_keys =
            crypto::signature_generate(crypto::SignatureId::ed25519, entropy_).value();
        return out;
    }

    void restore() {
        std::vector<GroupRecord> records;
        for (const GroupRecord& record : stored_) {
            records.push_back({record.key, record.value->clone()});
        }
        victim_ = std::make_unique<Group>(Group::load(records).value());
    }

    // An application message, a proposal and a commit, in the format that is set.
    void make_messages(const Proposal& proposal) {
        messages_.push_back(evil_->protect(as_bytes("text"), {}, entropy_).value());
        messages_.push_back(evil_->propose(proposal, env()).value());
        CommitOptions options;
        options.include_received = false;
        options.proposals = {proposal};
        messages_.push_back(evil_->commit(options, env()).value().commit);
        evil_->discard_pending_commit();
        GroupForTesting::state(*evil_).forget_proposals();
    }

    void receive(BytesView message) {
        auto done = victim_->process(message, env());
        if (!done.ok()) {
            MAYFLY_ASSERT(victim_->take_changes().empty());
            return;
        }
        if (auto* staged = std::get_if<StagedCommit>(&*done)) {
            static_cast<void>(victim_->apply(std::move(*staged)));
        }
        restore();
    }

    crypto::SeededEntropy entropy_{1};
    AcceptAll policy_;
    CustomPolicy custom_;
    uint8_t next_identity_ = 0;
    std::unique_ptr<Group> evil_;
    std::unique_ptr<Group> victim_;
    std::vector<GroupRecord> stored_;
    std::vector<Bytes> messages_;
    std::vector<Proposal> parts_;
    std::optional<UpdatePath> path_;
};

}  // namespace
}  // namespace mayfly::mls

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly;
    static mls::World world;
    if (size_bytes == 0) return 0;
    const BytesView rest = BytesView(data, size_bytes).subspan(1);
    switch (data[0] % 4) {
        case 0: world.raw(rest); break;
        case 1: world.changed(rest); break;
        case 2: world.malicious(rest); break;
        default: world.assembled(rest); break;
    }
    return 0;
}
