// Client: the answers of Mayfly's MLS library to the working group's interop harness, one function
// for each call of mls_client.proto. Not for use by several threads at once.
#pragma once

#include <map>
#include <stdexcept>

#include "crypto/system_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group.h"
#include "mls_client.pb.h"

namespace mayfly::mls_client {

namespace rpc = ::mls_client;

// Refusal is an answer for the harness: the request made no sense, or the library refused it.
enum class RefusalKind : uint8_t { failed, not_found, not_implemented };
struct Refusal {
    RefusalKind kind;
    std::string text;
};

class Client {
  public:
    void Name(const rpc::NameRequest& in, rpc::NameResponse& out);
    void SupportedCiphersuites(const rpc::SupportedCiphersuitesRequest& in,
                               rpc::SupportedCiphersuitesResponse& out);

    // Becoming a member.
    void CreateGroup(const rpc::CreateGroupRequest& in, rpc::CreateGroupResponse& out);
    void CreateKeyPackage(const rpc::CreateKeyPackageRequest& in,
                          rpc::CreateKeyPackageResponse& out);
    void JoinGroup(const rpc::JoinGroupRequest& in, rpc::JoinGroupResponse& out);
    void ExternalJoin(const rpc::ExternalJoinRequest& in, rpc::ExternalJoinResponse& out);

    // Being one.
    void GroupInfo(const rpc::GroupInfoRequest& in, rpc::GroupInfoResponse& out);
    void StateAuth(const rpc::StateAuthRequest& in, rpc::StateAuthResponse& out);
    void Export(const rpc::ExportRequest& in, rpc::ExportResponse& out);
    void Protect(const rpc::ProtectRequest& in, rpc::ProtectResponse& out);
    void Unprotect(const rpc::UnprotectRequest& in, rpc::UnprotectResponse& out);
    void StorePSK(const rpc::StorePSKRequest& in, rpc::StorePSKResponse& out);
    void Free(const rpc::FreeRequest& in, rpc::FreeResponse& out);

    void AddProposal(const rpc::AddProposalRequest& in, rpc::ProposalResponse& out);
    void UpdateProposal(const rpc::UpdateProposalRequest& in, rpc::ProposalResponse& out);
    void RemoveProposal(const rpc::RemoveProposalRequest& in, rpc::ProposalResponse& out);
    void ExternalPSKProposal(const rpc::ExternalPSKProposalRequest& in, rpc::ProposalResponse& out);
    void ResumptionPSKProposal(const rpc::ResumptionPSKProposalRequest& in,
                               rpc::ProposalResponse& out);
    void GroupContextExtensionsProposal(const rpc::GroupContextExtensionsProposalRequest& in,
                                        rpc::ProposalResponse& out);
    void ReInitProposal(const rpc::ReInitProposalRequest& in, rpc::ProposalResponse& out);
    void AddExternalSigner(const rpc::AddExternalSignerRequest& in, rpc::ProposalResponse& out);

    void Commit(const rpc::CommitRequest& in, rpc::CommitResponse& out);
    void HandleCommit(const rpc::HandleCommitRequest& in, rpc::HandleCommitResponse& out);
    void HandlePendingCommit(const rpc::HandlePendingCommitRequest& in,
                             rpc::HandleCommitResponse& out);

    // One group that follows another: reinitialisation and branching.
    void ReInitCommit(const rpc::CommitRequest& in, rpc::CommitResponse& out);
    void HandlePendingReInitCommit(const rpc::HandlePendingCommitRequest& in,
                                   rpc::HandleReInitCommitResponse& out);
    void HandleReInitCommit(const rpc::HandleCommitRequest& in,
                            rpc::HandleReInitCommitResponse& out);
    void ReInitWelcome(const rpc::ReInitWelcomeRequest& in, rpc::CreateSubgroupResponse& out);
    void HandleReInitWelcome(const rpc::HandleReInitWelcomeRequest& in,
                             rpc::JoinGroupResponse& out);
    void CreateBranch(const rpc::CreateBranchRequest& in, rpc::CreateSubgroupResponse& out);
    void HandleBranch(const rpc::HandleBranchRequest& in, rpc::HandleBranchResponse& out);

    // Proposals from outside.
    void NewMemberAddProposal(const rpc::NewMemberAddProposalRequest& in,
                              rpc::NewMemberAddProposalResponse& out);
    void CreateExternalSigner(const rpc::CreateExternalSignerRequest& in,
                              rpc::CreateExternalSignerResponse& out);
    void ExternalSignerProposal(const rpc::ExternalSignerProposalRequest& in,
                                rpc::ProposalResponse& out);

  private:
    class Keys final : public mls::PskSource {
      public:
        Result<SecretBuffer> external_psk(BytesView psk_id) const override;
        Result<SecretBuffer> resumption_psk(BytesView group_id, mls::Epoch epoch) const override;
        Keys clone() const;

        std::map<Bytes, SecretBuffer> external;
        std::map<std::pair<Bytes, mls::Epoch>, SecretBuffer> resumption;
    };
    struct State {  // a member
        mls::Group group;
        mls::Identity identity;
        mls::WireFormat format;
        Keys psks;
        std::map<Bytes, mls::ProposalRef> proposals;  // of this epoch, by message
    };
    struct Joiner {  // somebody about to join
        mls::Identity identity;
        mls::KeyPackageSecrets key_package;
        Keys psks;
    };
    struct Origin {  // what a group follows
        mls::GroupId group_id;
        mls::Epoch epoch;
        mls::ResumptionPskUsage usage;
    };
    struct Reinit {  // between the two groups
        mls::ReInit wanted;
        uint32_t closed;  // state id of the group that it closed
        Origin origin;
        mls::WireFormat format;
        Joiner joiner;
    };
    struct Subgroup {  // a group to be made
        mls::GroupParameters parameters;
        Origin origin;
        std::vector<mls::Proposal> adds;
        bool path;
        bool external_tree;
    };

    mls::Environment environment(const Keys& psks);
    mls::LeafOptions leaf_options();
    mls::Identity make_identity(mls::CipherSuiteId suite, BytesView name);
    Joiner make_joiner(mls::CipherSuiteId suite, BytesView name);
    uint32_t add_state(State state);
    // origin: the group that the new one continues, if any.
    State join(const Joiner& joiner, BytesView welcome, BytesView tree, mls::WireFormat format,
               const mls::Group* origin);

    mls::Proposal proposal_from(const State& state, const rpc::ProposalDescription& wanted);
    void propose(uint32_t state_id, const mls::Proposal& proposal, rpc::ProposalResponse& out);
    void hear_proposals(State& state,
                        const google::protobuf::RepeatedPtrField<std::string>& messages);
    void advance(State& state, const std::string& commit);
    void close_for_reinit(uint32_t state_id, rpc::HandleReInitCommitResponse& out);
    State create_subgroup(Subgroup wanted, mls::Identity identity, Keys psks,
                          mls::WireFormat format, rpc::CreateSubgroupResponse& out);

    crypto::SystemEntropy entropy_;
    mls::AcceptAll policy_;
    uint32_t next_id_ = 1;
    std::map<uint32_t, State> states_;
    std::map<uint32_t, Joiner> joiners_;
    std::map<uint32_t, mls::Identity> signers_;
    std::map<uint32_t, Reinit> reinits_;
};

// Between the harness's types and ours.

BytesView view_of(const std::string& text);
std::string text_of(BytesView bytes);
mls::CipherSuiteId suite_from(uint32_t number);
mls::Extensions extensions_from(const google::protobuf::RepeatedPtrField<rpc::Extension>& list);
mls::WireFormat format_from(bool encrypt_handshake);
mls::Identity clone(const mls::Identity& identity);

template <class T>
T must(Result<T> result) {
    if (result.ok()) return *std::move(result);
    throw Refusal{RefusalKind::failed,
                  std::string(error_name(result.error().code)) + " at " + result.error().where};
}
void must(Status status);

template <class T>
T& find(std::map<uint32_t, T>& entries, uint32_t id, const char* what) {
    const auto found = entries.find(id);
    if (found != entries.end()) return found->second;
    throw Refusal{RefusalKind::not_found, std::string("no ") + what + " has this number"};
}

}  // namespace mayfly::mls_client
