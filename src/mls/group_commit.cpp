// Creating a commit: RFC 9420 section 12.4.1.
#include <algorithm>
#include <set>

#include "mls/epoch_step.h"
#include "mls/group.h"
#include "mls/handshake.h"
#include "mls/tree_validation.h"

namespace mayfly::mls {

namespace {

// Which of the proposals of this epoch go into our commit: a SelfRemove wins over a removal, that
// over an update, the later of two that exclude each other over the earlier, and anything over a
// ReInit (section 12.2).
class Selection {
  public:
    Selection(const GroupState& group, const CommitOptions& options, Time now)
        : group_(group),
          now_(now),
          include_received_(options.include_received),
          others_(!options.proposals.empty()) {
        take_rank(0);
        for (const Proposal& proposal : options.proposals) claim(proposal, group.epoch->own_leaf());
    }

    std::vector<const CachedProposal*> take() && {
        if (include_received_) {
            take_rank(1);
            take_rank(2);
        }
        std::vector<const CachedProposal*> out = std::move(taken_);
        std::sort(out.begin(), out.end(), [](const CachedProposal* a, const CachedProposal* b) {
            return a->position < b->position;
        });
        return out;
    }

  private:
    static int rank(const Proposal& proposal) {
        if (proposal.get_if<SelfRemove>() != nullptr) return 0;
        return proposal.get_if<Remove>() != nullptr ? 1 : 2;
    }

    void take_rank(int wanted_rank) {
        for (auto at = group_.proposals.rbegin(); at != group_.proposals.rend(); ++at) {
            if (rank(at->received.proposal) != wanted_rank || !wanted(*at)) continue;
            taken_.push_back(&*at);
        }
    }

    bool wanted(const CachedProposal& cached) {
        const Proposal& proposal = cached.received.proposal;
        const Sender& sender = cached.received.sender;
        const LeafIndex own = group_.epoch->own_leaf();
        if (cached.forgotten) return false;
        if (const auto* remove = proposal.get_if<Remove>()) {
            if (remove->removed == own) return false;
        } else if (proposal.get_if<Update>() != nullptr) {
            if (sender.leaf() == own) return false;
        } else if (const auto* add = proposal.get_if<Add>()) {
            if (!add->key_package.leaf_node.lifetime.contains(now_)) return false;
        } else if (proposal.get_if<ReInit>() != nullptr) {
            if (others_ || group_.wanted_proposals() != 1) return false;
        } else if (proposal.get_if<SelfRemove>() != nullptr) {
            if (sender.leaf() == own) return false;
        } else if (proposal.get_if<CustomProposal>() != nullptr) {
            if (!remaining_support(proposal.type())) return false;
        }
        return claim(proposal, sender.leaf());
    }

    // False if something already chosen excludes it.
    bool claim(const Proposal& proposal, LeafIndex sender) {
        if (const auto* remove = proposal.get_if<Remove>()) {
            removed_.push_back(remove->removed);
            return leaves_.insert(remove->removed).second;
        }
        if (proposal.get_if<SelfRemove>() != nullptr) {
            removed_.push_back(sender);
            return leaves_.insert(sender).second;
        }
        if (proposal.get_if<Update>() != nullptr) return leaves_.insert(sender).second;
        if (const auto* add = proposal.get_if<Add>()) {
            return claim_key(add->key_package.leaf_node.signature_key);
        }
        if (proposal.get_if<GroupContextExtensions>() != nullptr) {
            return !std::exchange(replaces_extensions_, true);
        }
        if (const auto* psk = proposal.get_if<PreSharedKey>()) {
            return claim_key(codec::encode(psk->psk));
        }
        return true;
    }

    // Whether those whom the commit does not remove support a type (section 12.2).
    bool remaining_support(ProposalType type) const {
        if (all_support(group_.epoch->tree, type)) return true;
        RatchetTree remaining = group_.epoch->tree;
        for (const LeafIndex leaf : removed_) {
            if (remaining.leaf(leaf) != nullptr) remaining.remove_leaf(leaf);
        }
        return all_support(remaining, type);
    }

    bool claim_key(BytesView key) { return keys_.insert(std::string(as_text(key))).second; }

    const GroupState& group_;
    Time now_;
    bool include_received_;
    bool others_;
    bool replaces_extensions_ = false;
    std::vector<const CachedProposal*> taken_;
    std::vector<LeafIndex> removed_;
    std::set<LeafIndex> leaves_;
    std::set<std::string> keys_;  // of added clients; whole identifiers of pre-shared keys
};

struct Draft {
    Commit commit;
    std::vector<CommittedProposal> proposals;
};

Draft draft_commit(const GroupState& group, const CommitOptions& options, Time now) {
    Draft out;
    for (const CachedProposal* cached : Selection(group, options, now).take()) {
        out.commit.proposals.push_back({cached->received.reference});
        out.proposals.push_back({&cached->received.proposal, cached->received.sender, true});
    }
    const Sender self = Sender::member(group.epoch->own_leaf());
    for (const Proposal& proposal : options.proposals) {
        out.commit.proposals.push_back({proposal});
        out.proposals.push_back({&proposal, self, false});
    }
    return out;
}

// The committer's new leaf, before begin_path gives it its key.
LeafNode next_leaf(const EpochState& epoch, const Identity* new_identity) {
    LeafNode leaf = epoch.own_leaf_node();
    if (new_identity != nullptr) {
        leaf.credential = new_identity->credential;
        leaf.signature_key = new_identity->signature_keys.public_key;
    }
    return leaf;
}

// Puts our path into the tree and the commit. Returns what the Welcome still needs of it.
Result<NewPath> add_path(const EpochState& epoch, AppliedProposals& applied, Commit& commit,
                         const Identity* new_identity, const Secret& signature_key,
                         const Environment& env) {
    const Member before = *epoch.member(epoch.own_leaf());
    TRY_ASSIGN(NewPath path,
               begin_path(applied.tree, epoch.own_leaf(), next_leaf(epoch, new_identity),
                          signature_key, epoch.context.group_id, env.entropy));
    const GroupContext context = provisional_context(epoch, applied.tree, applied.extensions);
    TRY_ASSIGN(commit.path, seal_path(path, applied.tree, applied.new_leaves,
                                      codec::encode(context), env.entropy, env.parallel));
    applied.summary.updated.push_back(
        {before, {before.leaf, path.leaf_node.credential, path.leaf_node.signature_key}});
    return path;
}

Result<Bytes> make_welcome(const NextEpoch& next, const AppliedProposals& applied,
                           const std::optional<NewPath>& path, const CommitOptions& options,
                           const Environment& env) {
    const CipherSuite& suite = next.state->suite;
    TRY_ASSIGN(
        const GroupInfo info,
        make_group_info(*next.state,
                        {false, options.tree_in_welcome, options.group_info_extensions}, env));
    Welcome welcome;
    welcome.cipher_suite = suite.id;
    welcome.encrypted_group_info = encrypt_group_info(suite, next.welcome_secret, info);
    std::vector<WelcomeRecipient> recipients;
    for (size_t i = 0; i < applied.new_members.size(); ++i) {
        GroupSecrets secrets;
        secrets.joiner_secret = next.joiner_secret.clone();
        secrets.psks = applied.summary.psks;
        const auto* shared = path ? path->path_secret_for(applied.new_leaves[i]) : nullptr;
        if (shared != nullptr) secrets.path_secret = shared->secret.clone();
        recipients.push_back(
            {*applied.new_members[i], applied.summary.added[i].key_package, std::move(secrets)});
    }
    TRY_ASSIGN(welcome.secrets,
               encrypt_all_group_secrets(suite, recipients, welcome.encrypted_group_info,
                                         env.entropy, env.parallel));
    return encode_message(std::move(welcome));
}

Status add_optional_messages(CommitMessages& messages, const NextEpoch& next,
                             const AppliedProposals& applied, const std::optional<NewPath>& path,
                             const CommitOptions& options, const Environment& env) {
    if (!applied.new_members.empty()) {
        TRY_ASSIGN(messages.welcome, make_welcome(next, applied, path, options, env));
        if (!options.tree_in_welcome) messages.ratchet_tree = next.state->tree.encode();
    }
    if (options.external_pub) {
        TRY_ASSIGN(
            GroupInfo info,
            make_group_info(*next.state,
                            {true, options.tree_in_welcome, options.group_info_extensions}, env));
        messages.group_info = encode_message(std::move(info));
    }
    return {};
}

}  // namespace

Result<CommitMessages> Group::commit(const CommitOptions& options, const Environment& env) {
    ENSURE(is_active(), mls_inactive);
    ENSURE(!state_->pending, mls_commit_pending);
    const EpochState& epoch = *state_->epoch;
    if (options.new_identity != nullptr) TRY(check_identity(epoch.suite, *options.new_identity));

    Draft draft = draft_commit(*state_, options, env.now);
    TRY_ASSIGN(AppliedProposals applied,
               apply_proposals(epoch, draft.proposals, Sender::member(epoch.own_leaf()),
                               LifetimeCheck::now, env));
    EpochStep step{RatchetTree(epoch.suite), {}, epoch.keys.clone(), {}, {}, {}, {}};
    step.signature_key = options.new_identity != nullptr
                             ? options.new_identity->signature_keys.private_key.clone()
                             : epoch.signature_key.clone();
    step.keys.forget_blank(applied.tree);
    step.commit_secret = zero_secret(epoch.suite);
    std::optional<NewPath> path;
    if (options.path || applied.needs_path || options.new_identity != nullptr) {
        TRY_ASSIGN(path, add_path(epoch, applied, draft.commit, options.new_identity,
                                  step.signature_key, env));
        step.keys = path->next.clone();
        step.commit_secret = path->commit_secret.clone();
    }
    // check 12.2-12: the tree that the commit leads to is valid.
    TRY(check_members(applied.tree, applied.extensions));
    TRY_ASSIGN(const auto psks, resolve_psks(applied.summary.psks, state_.get(), env));
    TRY_ASSIGN(step.psk_secret, derive_psk_secret(epoch.suite, psks));
    step.init_secret = epoch.secrets.init_secret.clone();
    step.tree = applied.tree;
    step.extensions = applied.extensions;

    Content content;
    content.emplace<Commit>(std::move(draft.commit));
    TRY_ASSIGN(AuthenticatedContent message,
               sign_handshake(*state_, std::move(content), options.authenticated_data,
                              state_->handshake_format));
    NextEpoch next = advance_epoch(epoch, std::move(step), message);
    message.auth.confirmation_tag = next.state->confirmation_tag;

    CommitMessages messages;
    TRY(add_optional_messages(messages, next, applied, path, options, env));
    // The last step that can fail is also the first that changes the group.
    TRY_ASSIGN(messages.commit, protect_handshake(*state_, std::move(message), env.entropy));

    applied.summary.committer = epoch.own_leaf();
    applied.summary.has_path = path.has_value();
    applied.summary.authenticated_data = options.authenticated_data;
    CommitMessages kept = messages;
    kept.ratchet_tree.reset();  // the next epoch has it
    state_->pending.emplace(
        PendingCommit{std::move(kept), std::move(applied.summary), std::move(next.state)});
    state_->changes.insert(pending_record());
    return messages;
}

bool Group::has_pending_commit() const { return state_->pending.has_value(); }
const CommitMessages* Group::pending_commit() const {
    return state_->pending ? &state_->pending->messages : nullptr;
}
const CommitSummary* Group::pending_summary() const {
    return state_->pending ? &state_->pending->summary : nullptr;
}
std::optional<EpochView> Group::pending_epoch() const {
    if (!state_->pending) return std::nullopt;
    return EpochView(*state_->pending->next);
}

Status Group::merge_pending_commit(PreviousEpoch previous) {
    ENSURE(state_->pending, mls_no_pending_commit);
    TRY(state_->may_enter(state_->pending->next.get()));
    PendingCommit pending = *std::move(state_->pending);
    state_->pending.reset();
    state_->changes.insert(pending_record());
    state_->enter(std::move(pending.next), previous);
    if (pending.summary.reinit) {
        state_->status = GroupStatus::reinitialised;
        state_->reinit = std::move(pending.summary.reinit);
    }
    return {};
}

void Group::discard_pending_commit() { state_->forget_pending(); }

}  // namespace mayfly::mls
