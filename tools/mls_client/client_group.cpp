// Proposals and commits.
#include <set>

#include "client.h"
#include "mls/mls_message.h"
#include "mls/public_message.h"
#include "mls/ratchet_tree.h"

namespace mayfly::mls_client {
namespace {

mls::PreSharedKeyId psk_id_of(const rpc::ProposalDescription& wanted, const mls::GroupId& group,
                              size_t nonce_size_bytes, Entropy& entropy) {
    mls::PreSharedKeyId id;
    if (wanted.proposal_type() == "externalPSK") {
        id.psk_id = to_bytes(view_of(wanted.psk_id()));
    } else {
        id.type = mls::PskType::resumption;
        id.psk_group_id = group;
        id.psk_epoch = {wanted.epoch_id()};
    }
    id.psk_nonce.resize(nonce_size_bytes);
    entropy.fill(id.psk_nonce);
    return id;
}

// The group as the sender of a proposal sees it: a member, or somebody outside.
struct GroupView {
    const mls::CipherSuite& suite;
    const mls::GroupId& group_id;
    const std::vector<mls::Member>& members;
};

mls::Proposal make_proposal(const GroupView& group, const rpc::ProposalDescription& wanted,
                            Entropy& entropy) {
    const std::string& type = wanted.proposal_type();
    if (type == "add") {
        return {mls::Add{must(mls::decode_key_package_message(view_of(wanted.key_package())))}};
    }
    if (type == "remove") {
        for (const mls::Member& member : group.members) {
            if (equal(member.credential.identity, view_of(wanted.removed_id()))) {
                return {mls::Remove{member.leaf}};
            }
        }
        throw Refusal{RefusalKind::not_found, "no member has this identity"};
    }
    if (type == "externalPSK" || type == "resumptionPSK") {
        return {mls::PreSharedKey{
            psk_id_of(wanted, group.group_id, group.suite.hash_size_bytes(), entropy)}};
    }
    if (type == "groupContextExtensions") {
        return {mls::GroupContextExtensions{extensions_from(wanted.extensions())}};
    }
    if (type == "reinit") {
        mls::ReInit reinit;
        reinit.group_id = to_bytes(view_of(wanted.group_id()));
        reinit.cipher_suite = suite_from(wanted.cipher_suite());
        reinit.extensions = extensions_from(wanted.extensions());
        return {std::move(reinit)};
    }
    throw Refusal{RefusalKind::not_implemented, "this type of proposal is not implemented"};
}

}  // namespace

mls::Proposal Client::proposal_from(const State& state, const rpc::ProposalDescription& wanted) {
    const mls::EpochView epoch = state.group.current();
    const mls::CipherSuite suite = must(mls::find_cipher_suite(epoch.cipher_suite()));
    const mls::GroupId group_id = to_bytes(epoch.group_id());
    return make_proposal({suite, group_id, epoch.members()}, wanted, entropy_);
}

void Client::propose(uint32_t state_id, const mls::Proposal& proposal, rpc::ProposalResponse& out) {
    State& state = find(states_, state_id, "state");
    Bytes message = must(state.group.propose(proposal, environment(state.psks)));
    out.set_proposal(text_of(message));
    state.proposals[std::move(message)] = state.group.pending_proposals().back().reference;
}

void Client::AddProposal(const rpc::AddProposalRequest& in, rpc::ProposalResponse& out) {
    propose(in.state_id(),
            {mls::Add{must(mls::decode_key_package_message(view_of(in.key_package())))}}, out);
}

void Client::UpdateProposal(const rpc::UpdateProposalRequest& in, rpc::ProposalResponse& out) {
    State& state = find(states_, in.state_id(), "state");
    Bytes message = must(state.group.propose_update(nullptr, environment(state.psks)));
    out.set_proposal(text_of(message));
    state.proposals[std::move(message)] = state.group.pending_proposals().back().reference;
}

void Client::RemoveProposal(const rpc::RemoveProposalRequest& in, rpc::ProposalResponse& out) {
    rpc::ProposalDescription wanted;
    wanted.set_proposal_type("remove");
    wanted.set_removed_id(in.removed_id());
    propose(in.state_id(), proposal_from(find(states_, in.state_id(), "state"), wanted), out);
}

void Client::ExternalPSKProposal(const rpc::ExternalPSKProposalRequest& in,
                                 rpc::ProposalResponse& out) {
    const State& state = find(states_, in.state_id(), "state");
    propose(in.state_id(), state.group.make_external_psk_proposal(view_of(in.psk_id()), entropy_),
            out);
}

void Client::ResumptionPSKProposal(const rpc::ResumptionPSKProposalRequest& in,
                                   rpc::ProposalResponse& out) {
    const mls::Group& group = find(states_, in.state_id(), "state").group;
    propose(in.state_id(),
            group.make_resumption_psk_proposal(group.group_id(), {in.epoch_id()},
                                               mls::ResumptionPskUsage::application, entropy_),
            out);
}

void Client::GroupContextExtensionsProposal(const rpc::GroupContextExtensionsProposalRequest& in,
                                            rpc::ProposalResponse& out) {
    propose(in.state_id(), {mls::GroupContextExtensions{extensions_from(in.extensions())}}, out);
}

void Client::ReInitProposal(const rpc::ReInitProposalRequest& in, rpc::ProposalResponse& out) {
    mls::ReInit reinit;
    reinit.group_id = to_bytes(view_of(in.group_id()));
    reinit.cipher_suite = suite_from(in.cipher_suite());
    reinit.extensions = extensions_from(in.extensions());
    propose(in.state_id(), {std::move(reinit)}, out);
}

void Client::AddExternalSigner(const rpc::AddExternalSignerRequest& in,
                               rpc::ProposalResponse& out) {
    const State& state = find(states_, in.state_id(), "state");
    mls::Extensions extensions = state.group.current().extensions();
    mls::ExternalSenders senders = must(mls::read_extension<mls::ExternalSenders>(extensions))
                                       .value_or(mls::ExternalSenders());
    senders.external_senders.push_back(
        must(codec::decode<mls::ExternalSender>(view_of(in.external_sender()))));
    mls::set_extension(extensions, senders);
    propose(in.state_id(), {mls::GroupContextExtensions{std::move(extensions)}}, out);
}

// Our own are known from when they were sent.
void Client::hear_proposals(State& state,
                            const google::protobuf::RepeatedPtrField<std::string>& messages) {
    for (const std::string& message : messages) {
        if (state.proposals.contains(to_bytes(view_of(message)))) continue;
        const mls::Processed done =
            must(state.group.process(view_of(message), environment(state.psks)));
        const auto* received = std::get_if<mls::ReceivedProposal>(&done);
        if (received == nullptr) throw Refusal{RefusalKind::failed, "not a proposal"};
        state.proposals[to_bytes(view_of(message))] = received->reference;
    }
}

void Client::Commit(const rpc::CommitRequest& in, rpc::CommitResponse& out) {
    State& state = find(states_, in.state_id(), "state");
    hear_proposals(state, in.by_reference());
    std::set<mls::ProposalRef> wanted;
    for (const std::string& message : in.by_reference()) {
        wanted.insert(state.proposals.at(to_bytes(view_of(message))));
    }
    for (const mls::ReceivedProposal& waiting : state.group.pending_proposals()) {
        if (!wanted.contains(waiting.reference)) state.group.forget_proposal(waiting.reference);
    }
    mls::CommitOptions options;
    for (const rpc::ProposalDescription& description : in.by_value()) {
        options.proposals.push_back(proposal_from(state, description));
    }
    options.path = in.force_path();
    options.tree_in_welcome = !in.external_tree();
    const mls::CommitMessages sent = must(state.group.commit(options, environment(state.psks)));
    out.set_commit(text_of(sent.commit));
    if (sent.welcome) out.set_welcome(text_of(*sent.welcome));
    if (sent.ratchet_tree) out.set_ratchet_tree(text_of(*sent.ratchet_tree));
}

void Client::advance(State& state, const std::string& commit) {
    mls::Processed done = must(state.group.process(view_of(commit), environment(state.psks)));
    auto* staged = std::get_if<mls::StagedCommit>(&done);
    if (staged == nullptr) throw Refusal{RefusalKind::failed, "not a commit"};
    must(state.group.apply(std::move(*staged)));
    state.proposals.clear();
}

void Client::HandleCommit(const rpc::HandleCommitRequest& in, rpc::HandleCommitResponse& out) {
    State& state = find(states_, in.state_id(), "state");
    hear_proposals(state, in.proposal());
    advance(state, in.commit());
    out.set_state_id(in.state_id());
    out.set_epoch_authenticator(text_of(state.group.current().epoch_authenticator()));
}

void Client::HandlePendingCommit(const rpc::HandlePendingCommitRequest& in,
                                 rpc::HandleCommitResponse& out) {
    State& state = find(states_, in.state_id(), "state");
    must(state.group.merge_pending_commit());
    state.proposals.clear();
    out.set_state_id(in.state_id());
    out.set_epoch_authenticator(text_of(state.group.current().epoch_authenticator()));
}

namespace {

// A proposal of somebody who is no member: signed, and in the clear.
Bytes send_from_outside(const mls::CipherSuite& suite, const mls::GroupInfo& info,
                        mls::Sender sender, mls::Proposal proposal, const Secret& signature_key) {
    mls::FramedContent content;
    content.group_id = info.group_context.group_id;
    content.epoch = info.group_context.epoch;
    content.sender = sender;
    content.content.emplace<mls::Proposal>(std::move(proposal));
    mls::AuthenticatedContent message =
        must(mls::sign_content(suite, mls::WireFormat::public_message, std::move(content),
                               codec::encode(info.group_context), signature_key));
    return mls::encode_message(mls::protect_public(suite, std::move(message), {}, Secret()));
}

}  // namespace

void Client::NewMemberAddProposal(const rpc::NewMemberAddProposalRequest& in,
                                  rpc::NewMemberAddProposalResponse& out) {
    const auto info = must(mls::decode_message<mls::GroupInfo>(view_of(in.group_info())));
    const mls::CipherSuite suite = must(mls::find_cipher_suite(info.group_context.cipher_suite));
    Joiner joiner = make_joiner(suite.id, view_of(in.identity()));
    const mls::KeyPackageSecrets& made = joiner.key_package;
    out.set_proposal(
        text_of(send_from_outside(suite, info, {mls::SenderType::new_member_proposal, 0},
                                  {mls::Add{made.key_package}}, made.signature_private_key)));
    out.set_init_priv(text_of(made.init_private_key.expose()));
    out.set_encryption_priv(text_of(made.leaf_private_key.expose()));
    out.set_signature_priv(text_of(made.signature_private_key.expose()));
    out.set_transaction_id(next_id_);
    joiners_.emplace(next_id_++, std::move(joiner));
}

void Client::CreateExternalSigner(const rpc::CreateExternalSignerRequest& in,
                                  rpc::CreateExternalSignerResponse& out) {
    mls::Identity signer = make_identity(suite_from(in.cipher_suite()), view_of(in.identity()));
    out.set_external_sender(text_of(
        codec::encode(mls::ExternalSender{signer.signature_keys.public_key, signer.credential})));
    out.set_signer_id(next_id_);
    signers_.emplace(next_id_++, std::move(signer));
}

// The harness's runner leaves signer_index at 0: the place of our key in the group's list counts.
void Client::ExternalSignerProposal(const rpc::ExternalSignerProposalRequest& in,
                                    rpc::ProposalResponse& out) {
    const mls::Identity& signer = find(signers_, in.signer_id(), "external signer");
    const auto info = must(mls::decode_message<mls::GroupInfo>(view_of(in.group_info())));
    const mls::CipherSuite suite = must(mls::find_cipher_suite(info.group_context.cipher_suite));
    const auto listed =
        must(mls::read_extension<mls::ExternalSenders>(info.group_context.extensions))
            .value_or(mls::ExternalSenders())
            .external_senders;
    const auto place = std::find_if(listed.begin(), listed.end(), [&](const auto& sender) {
        return sender.signature_key == signer.signature_keys.public_key;
    });
    if (place == listed.end()) throw Refusal{RefusalKind::failed, "the group does not list us"};

    std::vector<mls::Member> members;
    if (!in.ratchet_tree().empty()) {
        const auto tree = must(mls::RatchetTree::decode(suite, view_of(in.ratchet_tree())));
        for (mls::LeafIndex leaf : tree.members()) {
            members.push_back({leaf, tree.leaf(leaf)->credential, tree.leaf(leaf)->signature_key});
        }
    }
    const mls::Sender sender{mls::SenderType::external,
                             static_cast<uint32_t>(place - listed.begin())};
    out.set_proposal(text_of(send_from_outside(
        suite, info, sender,
        make_proposal({suite, info.group_context.group_id, members}, in.description(), entropy_),
        signer.signature_keys.private_key)));
}

}  // namespace mayfly::mls_client
