// One group that follows another: reinitialisation (RFC 9420 section 11.2) and branching (11.3).
#include <algorithm>

#include "client.h"

namespace mayfly::mls_client {
namespace {

std::vector<mls::Proposal> adds_of(
    const google::protobuf::RepeatedPtrField<std::string>& key_packages) {
    std::vector<mls::Proposal> out;
    for (const std::string& package : key_packages) {
        out.push_back({mls::Add{must(mls::decode_key_package_message(view_of(package)))}});
    }
    return out;
}

// Section 11.3: whoever is in the new group is in the old one.
void check_branch(const mls::Group& branch, const mls::Group& origin) {
    const std::vector<mls::Member> old = origin.members();
    for (const mls::Member& member : branch.members()) {
        const bool known = std::any_of(old.begin(), old.end(), [&](const mls::Member& other) {
            return other.credential == member.credential;
        });
        if (!known) throw Refusal{RefusalKind::failed, "a branch holds a stranger"};
    }
    if (branch.current().cipher_suite() != origin.current().cipher_suite()) {
        throw Refusal{RefusalKind::failed, "a branch has another cipher suite"};
    }
}

}  // namespace

Client::State Client::create_subgroup(Subgroup wanted, mls::Identity identity, Keys psks,
                                      mls::WireFormat format, rpc::CreateSubgroupResponse& out) {
    mls::Group group =
        must(mls::Group::create(wanted.parameters, identity, leaf_options(), environment(psks)));
    mls::CommitOptions options;
    options.proposals = std::move(wanted.adds);
    options.proposals.push_back(group.make_resumption_psk_proposal(
        wanted.origin.group_id, wanted.origin.epoch, wanted.origin.usage, entropy_));
    options.path = wanted.path;
    options.tree_in_welcome = !wanted.external_tree;
    const mls::CommitMessages sent = must(group.commit(options, environment(psks)));
    must(group.merge_pending_commit());
    if (sent.welcome) out.set_welcome(text_of(*sent.welcome));
    if (sent.ratchet_tree) out.set_ratchet_tree(text_of(*sent.ratchet_tree));
    out.set_epoch_authenticator(text_of(group.current().epoch_authenticator()));
    return {std::move(group), std::move(identity), format, std::move(psks), {}};
}

void Client::ReInitCommit(const rpc::CommitRequest& in, rpc::CommitResponse& out) {
    Commit(in, out);
}

// The group is closed; from here a new one begins.
void Client::close_for_reinit(uint32_t state_id, rpc::HandleReInitCommitResponse& out) {
    const State& state = find(states_, state_id, "state");
    const auto& wanted = state.group.reinit();
    if (!wanted) throw Refusal{RefusalKind::failed, "the commit does not reinitialise the group"};
    const mls::EpochView epoch = state.group.current();
    Reinit next{*wanted,
                state_id,
                {to_bytes(epoch.group_id()), epoch.epoch(), mls::ResumptionPskUsage::reinit},
                state.format,
                make_joiner(wanted->cipher_suite, state.identity.credential.identity)};
    next.joiner.psks = state.psks.clone();
    next.joiner.psks.resumption[{next.origin.group_id, next.origin.epoch}] =
        must(state.group.resumption_psk(next.origin.epoch));
    out.set_key_package(
        text_of(mls::encode_key_package_message(next.joiner.key_package.key_package)));
    out.set_epoch_authenticator(text_of(epoch.epoch_authenticator()));
    out.set_reinit_id(next_id_);
    reinits_.emplace(next_id_++, std::move(next));
}

void Client::HandlePendingReInitCommit(const rpc::HandlePendingCommitRequest& in,
                                       rpc::HandleReInitCommitResponse& out) {
    State& state = find(states_, in.state_id(), "state");
    must(state.group.merge_pending_commit());
    close_for_reinit(in.state_id(), out);
}

void Client::HandleReInitCommit(const rpc::HandleCommitRequest& in,
                                rpc::HandleReInitCommitResponse& out) {
    State& state = find(states_, in.state_id(), "state");
    hear_proposals(state, in.proposal());
    advance(state, in.commit());
    close_for_reinit(in.state_id(), out);
}

void Client::ReInitWelcome(const rpc::ReInitWelcomeRequest& in, rpc::CreateSubgroupResponse& out) {
    Reinit& reinit = find(reinits_, in.reinit_id(), "reinitialisation");
    Subgroup wanted{{reinit.wanted.cipher_suite, reinit.wanted.group_id, reinit.wanted.extensions},
                    reinit.origin,
                    adds_of(in.key_package()),
                    in.force_path(),
                    in.external_tree()};
    State made = create_subgroup(std::move(wanted), clone(reinit.joiner.identity),
                                 reinit.joiner.psks.clone(), reinit.format, out);
    reinits_.erase(in.reinit_id());
    out.set_state_id(add_state(std::move(made)));
}

void Client::HandleReInitWelcome(const rpc::HandleReInitWelcomeRequest& in,
                                 rpc::JoinGroupResponse& out) {
    const Reinit& reinit = find(reinits_, in.reinit_id(), "reinitialisation");
    State state = join(reinit.joiner, view_of(in.welcome()), view_of(in.ratchet_tree()),
                       reinit.format, &find(states_, reinit.closed, "state").group);
    reinits_.erase(in.reinit_id());
    out.set_epoch_authenticator(text_of(state.group.current().epoch_authenticator()));
    out.set_state_id(add_state(std::move(state)));
}

void Client::CreateBranch(const rpc::CreateBranchRequest& in, rpc::CreateSubgroupResponse& out) {
    const State& state = find(states_, in.state_id(), "state");
    const mls::EpochView epoch = state.group.current();
    Keys psks = state.psks.clone();
    const mls::GroupId origin = to_bytes(epoch.group_id());
    psks.resumption[{origin, epoch.epoch()}] = must(state.group.resumption_psk(epoch.epoch()));
    Subgroup wanted{
        {epoch.cipher_suite(), to_bytes(view_of(in.group_id())), extensions_from(in.extensions())},
        {origin, epoch.epoch(), mls::ResumptionPskUsage::branch},
        adds_of(in.key_packages()),
        in.force_path(),
        in.external_tree()};
    State made = create_subgroup(std::move(wanted), clone(state.identity), std::move(psks),
                                 state.format, out);
    check_branch(made.group, state.group);
    out.set_state_id(add_state(std::move(made)));
}

void Client::HandleBranch(const rpc::HandleBranchRequest& in, rpc::HandleBranchResponse& out) {
    const State& origin = find(states_, in.state_id(), "state");
    Joiner& joiner = find(joiners_, in.transaction_id(), "key package");
    for (const auto& [id, psk] : origin.psks.external) {
        joiner.psks.external.insert_or_assign(id, psk.clone());
    }
    State state = join(joiner, view_of(in.welcome()), view_of(in.ratchet_tree()), origin.format,
                       &origin.group);
    joiners_.erase(in.transaction_id());
    out.set_epoch_authenticator(text_of(state.group.current().epoch_authenticator()));
    out.set_state_id(add_state(std::move(state)));
}

}  // namespace mayfly::mls_client
