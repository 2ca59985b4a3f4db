// Mayfly's MLS library as a peer in interop tests: members of MLS groups behind a pipe.
//
//     mls_peer SEED NOW_MS
//
// One JSON object a line on stdin: {"op": ..., "member": ..., ...}; one answer a line on stdout,
// with "ok". Bytes are hex. Every member is restored from its stored records after every step.
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "crypto/seeded_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group.h"

namespace mayfly::mls {
namespace {

using Json = nlohmann::json;

// Thrown with an answer for the driver: the request made no sense, or the library refused it.
struct Refusal {
    std::string text;
};

template <class T>
T must(Result<T> result) {
    if (result.ok()) return *std::move(result);
    throw Refusal{std::string(error_name(result.error().code)) + " at " + result.error().where};
}
void must(Status status) {
    if (status.ok()) return;
    throw Refusal{std::string(error_name(status.error().code)) + " at " + status.error().where};
}

std::string text_of(const Json& request, const char* name) {
    return request.at(name).get<std::string>();
}

Bytes bytes_from(const Json& value) {
    auto out = from_hex(value.get<std::string>());
    if (!out) throw Refusal{"not hex"};
    return *std::move(out);
}
Bytes bytes_of(const Json& request, const char* name) { return bytes_from(request.at(name)); }

class SharedKeys final : public PskSource {
  public:
    Result<SecretBuffer> external_psk(BytesView psk_id) const override {
        const auto found = keys.find(to_bytes(psk_id));
        ENSURE(found != keys.end(), mls_missing_psk);
        return SecretBuffer(found->second);
    }
    std::map<Bytes, Bytes> keys;
};

struct Participant {
    Identity identity;
    CipherSuiteId suite{};
    std::vector<KeyPackageSecrets> key_packages;
    SharedKeys psks;
    std::optional<Group> group;
    std::map<Bytes, SecretBuffer> store;
};

// The one type of proposal that tests/interop/extensions.mjs defines.
class TestProposals final : public ProposalPolicy {
  public:
    static constexpr ProposalType type{0xf101};

    Status check(const CustomProposal& proposal, const Sender&, BytesView) const override {
        ENSURE(proposal.proposal_type == type, mls_unsupported_proposal);
        return {};
    }
    bool needs_path(ProposalType) const override { return false; }
};

class Peer {
  public:
    Peer(uint64_t seed, Time now) : entropy_(seed), now_(now) {}

    Json answer(const Json& request) {
        const std::string op = text_of(request, "op");
        const std::string name = text_of(request, "member");
        if (op == "new") return make_member(name, request);
        const auto found = members_.find(name);
        if (found == members_.end()) throw Refusal{"no such member: " + name};
        const auto handler = handlers().find(op);
        if (handler == handlers().end()) throw Refusal{"no such op: " + op};
        Json out = (this->*handler->second)(found->second, request);
        restore(found->second);
        return out;
    }

  private:
    using Handler = Json (Peer::*)(Participant&, const Json&);

    static const std::map<std::string, Handler>& handlers() {
        static const std::map<std::string, Handler> table = {
            {"key_package", &Peer::key_package},
            {"create", &Peer::create},
            {"join", &Peer::join},
            {"join_external", &Peer::join_external},
            {"join_linked", &Peer::join_linked},
            {"branch", &Peer::branch},
            {"reinitialise", &Peer::reinitialise},
            {"psk", &Peer::learn_psk},
            {"group_info", &Peer::group_info},
            {"propose", &Peer::propose},
            {"commit", &Peer::commit},
            {"accepted", &Peer::accepted},
            {"process", &Peer::process},
            {"protect", &Peer::protect},
            {"state", &Peer::state},
        };
        return table;
    }

    Environment environment(const Participant& member) {
        return {now_, entropy_, policy_, &member.psks, nullptr, &proposals_};
    }

    static Group& group_of(Participant& member) {
        if (!member.group) throw Refusal{"not in a group"};
        return *member.group;
    }

    LeafOptions leaf_options() const {
        LeafOptions out;
        // core-crypto's groups require both; the others' members list them anyway.
        out.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
        out.capabilities.proposals = {TestProposals::type};
        out.lifetime = key_package_lifetime(now_, Duration::days(30));
        return out;
    }

    // restore goes on from what the member's store holds, as after a restart.
    static void restore(Participant& member) {
        if (!member.group) return;
        for (GroupRecord& record : member.group->take_changes()) {
            member.store.erase(record.key);
            if (record.value) member.store.emplace(std::move(record.key), *std::move(record.value));
        }
        std::vector<GroupRecord> records;
        for (const auto& [key, value] : member.store) records.push_back({key, value.clone()});
        member.group = must(Group::load(records));
    }

    Json make_member(const std::string& name, const Json& request) {
        Participant member;
        member.suite = static_cast<CipherSuiteId>(request.at("suite").get<uint16_t>());
        member.identity.credential.identity = bytes_of(request, "identity");
        const CipherSuite suite = must(find_cipher_suite(member.suite));
        member.identity.signature_keys =
            must(crypto::signature_generate(suite.signature, entropy_));
        members_.insert_or_assign(name, std::move(member));
        return Json::object();
    }

    Json key_package(Participant& member, const Json&) {
        KeyPackageOptions options;
        options.leaf = leaf_options();
        member.key_packages.push_back(
            must(create_key_package(member.suite, member.identity, options, entropy_)));
        const KeyPackage& made = member.key_packages.back().key_package;
        return {{"key_package", to_hex(encode_key_package_message(made))}};
    }

    Json create(Participant& member, const Json& request) {
        GroupParameters parameters;
        parameters.cipher_suite = member.suite;
        parameters.group_id = bytes_of(request, "group_id");
        member.store.clear();
        member.group =
            must(Group::create(parameters, member.identity, leaf_options(), environment(member)));
        return Json::object();
    }

    Json join(Participant& member, const Json& request) {
        return join_after(nullptr, member, request);
    }
    Json join_linked(Participant& member, const Json& request) {
        return join_after(&group_of(member), member, request);
    }

    // Joins a group; one that continues `origin` if there is one.
    Json join_after(const Group* origin, Participant& member, const Json& request) {
        const Bytes welcome = bytes_of(request, "welcome");
        std::optional<Bytes> tree;
        if (request.contains("tree")) tree = bytes_of(request, "tree");
        const auto tree_view = tree ? std::optional<BytesView>(*tree) : std::nullopt;
        if (member.key_packages.empty()) throw Refusal{"no key package"};
        const KeyPackageSecrets key_package = std::move(member.key_packages.back());
        member.key_packages.pop_back();
        const Environment env = environment(member);
        Group joined =
            origin == nullptr
                ? must(Group::join(welcome, key_package, tree_view, env))
                : must(Group::join_linked(welcome, key_package, tree_view, *origin, env));
        member.store.clear();
        member.group = std::move(joined);
        return Json::object();
    }

    Json branch(Participant& member, const Json& request) {
        return begin(member, must(group_of(member).branch(bytes_of(request, "group_id"), {},
                                                          packages_of(request), member.identity,
                                                          leaf_options(), environment(member))));
    }
    Json reinitialise(Participant& member, const Json& request) {
        return begin(member,
                     must(group_of(member).reinitialise(packages_of(request), member.identity,
                                                        leaf_options(), environment(member))));
    }

    static std::vector<KeyPackage> packages_of(const Json& request) {
        std::vector<KeyPackage> out;
        for (const Json& one : request.at("key_packages")) {
            out.push_back(must(decode_key_package_message(bytes_from(one))));
        }
        return out;
    }
    static Json begin(Participant& member, Group::Beginning beginning) {
        member.store.clear();
        member.group = std::move(beginning.group);
        return {{"welcome", to_hex(*beginning.messages.welcome)}};
    }

    Json join_external(Participant& member, const Json& request) {
        Group::ExternalJoinOptions options;
        if (request.contains("tree")) options.ratchet_tree = bytes_of(request, "tree");
        if (request.contains("replaces")) {
            options.replaces = LeafIndex{request["replaces"].get<uint32_t>()};
        }
        Group::ExternalJoin joined =
            must(Group::join_external(bytes_of(request, "group_info"), member.identity,
                                      leaf_options(), options, environment(member)));
        member.store.clear();
        member.group = std::move(joined.group);
        return {{"commit", to_hex(joined.commit)}};
    }

    Json learn_psk(Participant& member, const Json& request) {
        member.psks.keys[bytes_of(request, "id")] = bytes_of(request, "secret");
        return Json::object();
    }

    Json group_info(Participant& member, const Json& request) {
        const bool with_tree = request.value("with_tree", true);
        const Bytes info = must(group_of(member).group_info(true, with_tree, environment(member)));
        return {{"group_info", to_hex(info)}, {"tree", to_hex(group_of(member).ratchet_tree())}};
    }

    Proposal proposal_from(const Group& group, const Json& wanted) {
        const std::string kind = text_of(wanted, "kind");
        if (kind == "add") {
            return {Add{must(decode_key_package_message(bytes_of(wanted, "key_package")))}};
        }
        if (kind == "remove") return {Remove{LeafIndex{wanted.at("leaf").get<uint32_t>()}}};
        if (kind == "psk")
            return group.make_external_psk_proposal(bytes_of(wanted, "id"), entropy_);
        if (kind == "resumption") {
            const Epoch epoch{wanted.at("epoch").get<uint64_t>()};
            return group.make_resumption_psk_proposal(group.group_id(), epoch,
                                                      ResumptionPskUsage::application, entropy_);
        }
        if (kind == "custom")
            return {CustomProposal{TestProposals::type, bytes_of(wanted, "body")}};
        if (kind == "reinit") {
            return {ReInit{bytes_of(wanted, "group_id"),
                           ProtocolVersion::mls10,
                           group.current().cipher_suite(),
                           {}}};
        }
        throw Refusal{"no such proposal: " + kind};
    }

    static void choose_format(Group& group, const Json& request) {
        must(group.use_handshake_format(request.value("public", false)
                                            ? WireFormat::public_message
                                            : WireFormat::private_message));
    }

    Json propose(Participant& member, const Json& request) {
        Group& group = group_of(member);
        choose_format(group, request);
        const Json& wanted = request.at("proposal");
        const Bytes message =
            wanted.at("kind") == "update"
                ? must(group.propose_update(nullptr, environment(member)))
                : must(group.propose(proposal_from(group, wanted), environment(member)));
        return {{"message", to_hex(message)}};
    }

    Json commit(Participant& member, const Json& request) {
        Group& group = group_of(member);
        choose_format(group, request);
        CommitOptions options;
        for (const Json& wanted : request.value("proposals", Json::array())) {
            options.proposals.push_back(proposal_from(group, wanted));
        }
        options.path = request.value("path", true);
        options.tree_in_welcome = request.value("tree_in_welcome", true);
        if (request.contains("authenticated_data")) {
            options.authenticated_data = bytes_of(request, "authenticated_data");
        }
        const CommitMessages messages = must(group.commit(options, environment(member)));
        Json out = {{"commit", to_hex(messages.commit)}};
        if (messages.welcome) out["welcome"] = to_hex(*messages.welcome);
        if (messages.ratchet_tree) out["tree"] = to_hex(*messages.ratchet_tree);
        return out;
    }

    Json accepted(Participant& member, const Json&) {
        must(group_of(member).merge_pending_commit());
        return Json::object();
    }

    Json process(Participant& member, const Json& request) {
        Group& group = group_of(member);
        Processed done = must(group.process(bytes_of(request, "message"), environment(member)));
        if (const auto* heard = std::get_if<ApplicationMessage>(&done)) {
            return {{"kind", "application"},
                    {"sender", heard->sender.value},
                    {"authenticated_data", to_hex(heard->authenticated_data)},
                    {"plaintext", to_hex(heard->plaintext.expose())}};
        }
        if (std::holds_alternative<ReceivedProposal>(done)) return {{"kind", "proposal"}};
        auto staged = std::get<StagedCommit>(std::move(done));
        Json custom = Json::array();
        for (const CommittedCustom& one : staged.summary().custom)
            custom.push_back(to_hex(one.body));
        must(group.apply(std::move(staged)));
        return {{"kind", "commit"}, {"active", group.is_active()}, {"custom", custom}};
    }

    Json protect(Participant& member, const Json& request) {
        ProtectOptions options;
        if (request.contains("authenticated_data")) {
            options.authenticated_data = bytes_of(request, "authenticated_data");
        }
        const Bytes plaintext = bytes_of(request, "plaintext");
        return {{"message", to_hex(must(group_of(member).protect(plaintext, options, entropy_)))}};
    }

    Json state(Participant& member, const Json& request) {
        const Group& group = group_of(member);
        if (!group.is_active()) return {{"active", false}};
        Json members = Json::array();
        for (const Member& other : group.members()) {
            members.push_back(
                {{"leaf", other.leaf.value}, {"identity", to_hex(other.credential.identity)}});
        }
        const Secret exported =
            must(group.export_secret(request.value("label", "exporter"), {}, 32));
        return {{"active", true},
                {"epoch", group.epoch().value},
                {"own_leaf", group.own_leaf().value},
                {"authenticator", to_hex(group.current().epoch_authenticator())},
                {"exported", to_hex(exported.expose())},
                {"members", members}};
    }

    crypto::SeededEntropy entropy_;
    Time now_;
    AcceptAll policy_;
    TestProposals proposals_;
    std::map<std::string, Participant> members_;
};

int serve(uint64_t seed, Time now) {
    Peer peer(seed, now);
    std::string line;
    while (std::getline(std::cin, line)) {
        Json out;
        try {
            out = peer.answer(Json::parse(line));
            out["ok"] = true;
        } catch (const Refusal& refusal) {
            out = {{"ok", false}, {"error", refusal.text}};
        } catch (const Json::exception& error) {
            out = {{"ok", false}, {"error", error.what()}};
        }
        std::cout << out.dump() << std::endl;
    }
    return 0;
}

}  // namespace
}  // namespace mayfly::mls

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "mls_peer: error: usage: mls_peer SEED NOW_MS\n";
        return 2;
    }
    return mayfly::mls::serve(std::stoull(argv[1]), mayfly::Time{std::stoll(argv[2])});
}
