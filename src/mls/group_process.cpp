// Processing what members send: RFC 9420 sections 6, 12.1 and 12.4.2.
#include "mls/epoch_step.h"
#include "mls/group.h"
#include "mls/handshake.h"
#include "mls/tree_validation.h"

namespace mayfly::mls {

namespace {

// The commit's proposals, those by reference looked up.
Result<std::vector<CommittedProposal>> find_proposals(const GroupState& group, const Commit& commit,
                                                      const Sender& sender) {
    std::vector<CommittedProposal> out;
    out.reserve(commit.proposals.size());
    for (const ProposalOrRef& item : commit.proposals) {
        if (const Proposal* proposal = item.proposal()) {
            out.push_back({proposal, sender, false});
            continue;
        }
        const CachedProposal* cached = group.find_proposal(*item.reference());
        ENSURE(cached != nullptr, mls_unknown_proposal);
        // check 12.4.3.2-1: an external commit refers to nothing but SelfRemoves.
        ENSURE(sender.is_member() || cached->received.proposal.get_if<SelfRemove>() != nullptr,
               mls_bad_proposal_list);
        out.push_back({&cached->received.proposal, cached->received.sender, true});
    }
    return out;
}

// The keys that go into the next epoch before the path: our own Update may be among the proposals.
Result<EpochStep> begin_step(const GroupState& group, const Commit& commit,
                             const AppliedProposals& applied) {
    const EpochState& epoch = *group.epoch;
    EpochStep step{applied.tree, applied.extensions, epoch.keys.clone(), {}, {}, {}, {}};
    step.signature_key = epoch.signature_key.clone();
    for (const ProposalOrRef& item : commit.proposals) {
        if (item.reference() == nullptr) continue;
        const CachedProposal* cached = group.find_proposal(*item.reference());
        if (cached == nullptr || !cached->own_update) continue;
        step.keys.set_leaf_key(cached->own_update->leaf_key.clone());
        if (!cached->own_update->signature_key.empty()) {
            step.signature_key = cached->own_update->signature_key.clone();
        }
    }
    step.keys.forget_blank(applied.tree);
    step.commit_secret = zero_secret(epoch.suite);
    return step;
}

// Checks the committer's path and puts it into the tree (section 12.4.2).
Status take_path(const EpochState& epoch, const UpdatePath& path, const Sender& sender,
                 LeafIndex committer, AppliedProposals& applied, const Environment& env) {
    const LeafNode& leaf = path.leaf_node;
    const Credential* replaces = nullptr;
    Decoded<LeafNode> before;
    bool is_new = true;
    if (sender.is_member()) {
        before = epoch.tree.leaf(committer);
        ENSURE(before, mls_unknown_sender);
        replaces = &before->credential;
        is_new =
            before->credential != leaf.credential || before->signature_key != leaf.signature_key;
        // check 12.4.2-6: the leaf has a new encryption key.
        ENSURE(before->encryption_key != leaf.encryption_key, mls_bad_update_path);
    } else {
        for (const RemovedMember& removed : applied.summary.removed) {
            // check 12.2-21: whom the joiner removes is the joiner itself.
            if (!removed.proposed_by.is_member()) replaces = &removed.member.credential;
        }
    }
    if (is_new) {
        // check 7.3-1: the application accepts the credential.
        TRY(env.credentials.check(
            {leaf.credential, leaf.signature_key, replaces, epoch.context.group_id}));
    }
    TRY(apply_path(applied.tree, committer, path, applied.new_leaves, epoch.context.group_id));
    const Member after{committer, leaf.credential, leaf.signature_key};
    if (sender.is_member()) {
        applied.summary.updated.push_back({*epoch.member(committer), after});
    } else {
        applied.summary.added.push_back({after, {}});
    }
    return {};
}

Result<Secret> init_secret_of(const EpochState& epoch, const AppliedProposals& applied) {
    if (applied.external_init == nullptr) return epoch.secrets.init_secret.clone();
    return external_init_receive(epoch.suite, epoch.secrets.external_secret,
                                 applied.external_init->kem_output);
}

// The next epoch's state from a verified commit whose proposals and path are applied.
Result<std::unique_ptr<EpochState>> open_commit(const GroupState& group,
                                                const AuthenticatedContent& message,
                                                const AppliedProposals& applied,
                                                LeafIndex committer, const Environment& env) {
    const EpochState& epoch = *group.epoch;
    const Commit& commit = std::get<Commit>(message.content.content);
    TRY_ASSIGN(EpochStep step, begin_step(group, commit, applied));
    if (commit.path) {
        const GroupContext context = provisional_context(epoch, step.tree, step.extensions);
        TRY_ASSIGN(OpenedPath opened,
                   step.keys.open_path(step.tree, committer, *commit.path, applied.new_leaves,
                                       codec::encode(context)));
        step.keys = std::move(opened.next);
        step.commit_secret = std::move(opened.commit_secret);
    }
    // check 12.4.2-3: every pre-shared key is there.
    TRY_ASSIGN(const auto psks, resolve_psks(applied.summary.psks, &group, env));
    TRY_ASSIGN(step.psk_secret, derive_psk_secret(epoch.suite, psks));
    TRY_ASSIGN(step.init_secret, init_secret_of(epoch, applied));
    NextEpoch next = advance_epoch(epoch, std::move(step), message);
    // check 12.4.2-9: the committer has reached the same epoch.
    ENSURE(constant_time_equal(next.state->confirmation_tag, message.auth.confirmation_tag),
           mls_bad_confirmation_tag);
    return std::move(next.state);
}

Result<StagedCommit> stage(const GroupState& group, const AuthenticatedContent& message,
                           const Environment& env) {
    const EpochState& epoch = *group.epoch;
    const Commit& commit = std::get<Commit>(message.content.content);
    const Sender& sender = message.content.sender;
    TRY_ASSIGN(const auto proposals, find_proposals(group, commit, sender));
    TRY_ASSIGN(AppliedProposals applied,
               apply_proposals(epoch, proposals, sender, LifetimeCheck::none, env));
    // check 12.4.2-4: a path is there where one is needed.
    ENSURE(commit.path || !applied.needs_path, mls_bad_update_path);

    const LeafIndex committer =
        sender.is_member() ? sender.leaf() : applied.tree.first_blank_leaf();
    ENSURE(committer.value < tree_leaves_max, input_too_large);
    if (commit.path) TRY(take_path(epoch, *commit.path, sender, committer, applied, env));
    // check 12.2-12: the tree that the commit leads to is valid.
    TRY(check_members(applied.tree, applied.extensions));

    applied.summary.committer = committer;
    applied.summary.external = !sender.is_member();
    applied.summary.has_path = commit.path.has_value();
    applied.summary.authenticated_data = message.content.authenticated_data;
    std::unique_ptr<EpochState> next;
    if (!applied.summary.removes_us) {
        TRY_ASSIGN(next, open_commit(group, message, applied, committer, env));
    }
    return StagedCommit(std::move(applied.summary), std::move(next), epoch.interim_transcript_hash);
}

Result<ReceivedProposal> check_received(const GroupState& group, AuthenticatedContent& message,
                                        const Environment& env) {
    ENSURE(group.proposals.size() < cached_proposals_max, mls_too_many_proposals);
    ReceivedProposal out;
    out.sender = message.content.sender;
    out.reference = proposal_ref(group.epoch->suite, message);
    out.authenticated_data = message.content.authenticated_data;
    out.proposal = std::get<Proposal>(std::move(message.content.content));
    // check 20.1-6: a SelfRemove is sent in the clear, for those who join by external commit.
    ENSURE(out.proposal.get_if<SelfRemove>() == nullptr ||
               message.wire_format == WireFormat::public_message,
           unexpected_message);
    TRY(check_proposal(*group.epoch, out.proposal, out.sender, LifetimeCheck::none, env));
    return out;
}

}  // namespace

StagedCommit::StagedCommit(CommitSummary summary, std::unique_ptr<EpochState> next, Bytes base)
    : summary_(std::move(summary)), next_(std::move(next)), base_(std::move(base)) {}
StagedCommit::StagedCommit(StagedCommit&&) noexcept = default;
StagedCommit& StagedCommit::operator=(StagedCommit&&) noexcept = default;
StagedCommit::~StagedCommit() = default;

std::optional<EpochView> StagedCommit::next() const {
    if (!next_) return std::nullopt;
    return EpochView(*next_);
}

Result<Processed> Group::process(BytesView message, const Environment& env) {
    TRY_ASSIGN(Received received, receive(*state_, message));
    AuthenticatedContent& content = received.message;
    if (auto* data = std::get_if<ApplicationData>(&content.content.content)) {
        ApplicationMessage out;
        out.sender = content.content.sender.leaf();
        const auto past = state_->past.find(received.epoch);
        out.signature_key = past == state_->past.end()
                                ? state_->epoch->member(out.sender)->signature_key
                                : to_bytes(past->second.members.signature_key(out.sender));
        out.epoch = received.epoch;
        out.generation = received.key->generation;
        out.authenticated_data = std::move(content.content.authenticated_data);
        out.plaintext = std::move(data->data);
        out.signature = std::move(content.auth.signature);
        out.group_context =
            past == state_->past.end() ? state_->epoch->context_bytes : past->second.context_bytes;
        accept(*state_, received);
        return Processed(std::move(out));
    }
    ENSURE(is_active(), mls_inactive);
    if (content.content.type() == ContentType::proposal) {
        TRY_ASSIGN(ReceivedProposal out, check_received(*state_, content, env));
        accept(*state_, received);
        if (state_->find_proposal(out.reference) == nullptr) {
            state_->add_proposal(out, std::nullopt);
        }
        return Processed(std::move(out));
    }
    TRY_ASSIGN(StagedCommit out, stage(*state_, content, env));
    accept(*state_, received);
    return Processed(std::move(out));
}

Status Group::apply(StagedCommit staged, PreviousEpoch previous) {
    ENSURE(is_active(), mls_inactive);
    ENSURE(staged.base_ == state_->epoch->interim_transcript_hash, mls_wrong_epoch);
    TRY(state_->may_enter(staged.next_.get()));
    if (staged.summary_.removes_us) {
        state_->close(previous);
        return {};
    }
    state_->enter(std::move(staged.next_), previous);
    if (staged.summary_.reinit) {
        state_->status = GroupStatus::reinitialised;
        state_->reinit = std::move(staged.summary_.reinit);
    }
    return {};
}

}  // namespace mayfly::mls
