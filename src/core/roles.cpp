#include "core/roles.h"

#include <algorithm>
#include <map>

#include "core/identity.h"

namespace mayfly::core {
namespace {

constexpr mls::ExtensionType info_type{conversation_extension_type};
constexpr mls::ExtensionType state_type{conversation_state_extension_type};

bool contains(const std::vector<AccountId>& list, const AccountId& account) {
    return std::binary_search(list.begin(), list.end(), account);
}

Result<AccountId> account_of(const mls::Credential& credential) {
    TRY_ASSIGN(const wire::DeviceCertificate certificate, read_credential(credential));
    return wire::account_id_of(certificate.account_key);
}

}  // namespace

mls::Extensions conversation_extensions(const ConversationInfo& info,
                                        const std::optional<ConversationState>& state) {
    mls::Extensions out;
    out.push_back({info_type, codec::encode(info)});
    if (state) out.push_back({state_type, codec::encode(*state)});
    return out;
}

std::vector<mls::ExtensionType> conversation_extension_types() { return {info_type, state_type}; }

Result<ConversationInfo> info_of(const mls::EpochView& epoch) {
    const auto data = epoch.extension_data(info_type);
    ENSURE(data.has_value(), malformed_input);
    TRY_ASSIGN(ConversationInfo info, decode_conversation_info(*data));
    ENSURE(equal(info.conversation.view(), epoch.group_id()), malformed_input);
    return info;
}

Result<std::optional<ConversationState>> state_of(const mls::EpochView& epoch) {
    const auto data = epoch.extension_data(state_type);
    if (!data) return std::optional<ConversationState>();
    TRY_ASSIGN(ConversationState state, decode_conversation_state(*data));
    return std::optional<ConversationState>(std::move(state));
}

Result<std::vector<Leaf>> leaves_of(const mls::EpochView& epoch) {
    std::vector<Leaf> out;
    for (const mls::Member& member : epoch.members()) {
        // The policy verified the certificate when the leaf came in: only its fields are read.
        auto certificate = codec::decode<wire::DeviceCertificate>(member.credential.identity);
        ENSURE(certificate.ok(), mls_bad_leaf_node);
        out.push_back(
            {member.leaf, wire::account_id_of(certificate->account_key), certificate->device});
    }
    return out;
}

Result<Roles> Roles::of(const mls::EpochView& epoch) {
    Roles out;
    TRY_ASSIGN(out.info_, info_of(epoch));
    out.kind_ = out.info_.kind;
    TRY_ASSIGN(out.state_, state_of(epoch));
    ENSURE(has_state(out.kind_) == out.state_.has_value(), malformed_input);
    TRY_ASSIGN(out.leaves_, leaves_of(epoch));
    for (const Leaf& leaf : out.leaves_) out.accounts_.insert(leaf.account);
    if (out.state_) {
        out.has_moderator_ =
            std::any_of(out.state_->moderators.begin(), out.state_->moderators.end(),
                        [&](const AccountId& account) { return out.accounts_.contains(account); });
    }
    return out;
}

const Leaf* Roles::leaf(mls::LeafIndex index) const {
    const auto at =
        std::lower_bound(leaves_.begin(), leaves_.end(), index,
                         [](const Leaf& a, mls::LeafIndex b) { return a.index.value < b.value; });
    return at != leaves_.end() && at->index == index ? &*at : nullptr;
}

bool Roles::is_moderator(const AccountId& account) const {
    if (!state_ || !is_member(account)) return false;
    if (has_moderator_) return contains(state_->moderators, account);
    return leaves_.front().account == account;
}

bool Roles::may_write(const AccountId& account) const {
    if (!is_member(account)) return false;
    if (!state_ || is_moderator(account)) return true;
    return !state_->moderators_write_only && !contains(state_->readers, account);
}

bool Roles::may_add(const AccountId& by) const {
    if (kind_ == ConversationKind::room) return is_moderator(by);
    return kind_ == ConversationKind::group && may_write(by);
}

bool Roles::may_remove(const AccountId& by, const AccountId& whom) const {
    return by == whom || (state_ && is_moderator(by));
}

Status Roles::may_change(const AccountId& by, const ConversationState& next) const {
    ENSURE(state_.has_value(), not_authorized);
    TRY(check_conversation_state(next));
    if (next == *state_ || is_moderator(by)) return {};
    // In a group everybody who may write also names it and sets how long messages live by default.
    ENSURE(kind_ == ConversationKind::group && may_write(by), not_authorized);
    ConversationState allowed = *state_;
    allowed.name = next.name;
    allowed.topic = next.topic;
    allowed.avatar = next.avatar;
    allowed.expiration_ms = next.expiration_ms;
    allowed.burn_seconds = next.burn_seconds;
    ENSURE(allowed == next, not_authorized);
    return {};
}

Status Roles::check_extensions(const AccountId& by, const mls::Extensions& next) const {
    std::optional<ConversationState> state;
    for (const mls::Extension& extension : next) {
        if (extension.type == info_type) {
            ENSURE(extension.data == codec::encode(info_), not_authorized);
        } else {
            ENSURE(extension.type == state_type && state_.has_value(), not_authorized);
            TRY_ASSIGN(state, decode_conversation_state(extension.data));
        }
    }
    ENSURE(next.size() == (state_ ? 2U : 1U), not_authorized);
    if (state) TRY(may_change(by, *state));
    return {};
}

Status Roles::check_commit(const mls::CommitSummary& summary) const {
    ENSURE(!summary.external && !summary.reinit && summary.psks.empty(), mls_bad_proposal_list);
    const Leaf* committer = leaf(summary.committer);
    ENSURE(committer != nullptr, mls_unknown_sender);
    const AccountId by = committer->account;
    std::map<AccountId, size_t> devices;
    for (const Leaf& member : leaves_) ++devices[member.account];
    for (const mls::AddedMember& added : summary.added) {
        TRY_ASSIGN(const AccountId account, account_of(added.member.credential));
        ENSURE(is_member(account) || may_add(by), not_authorized);
        ++devices[account];
    }
    ENSURE(devices.size() <= members_max, quota_exceeded);
    for (const mls::RemovedMember& removed : summary.removed) {
        TRY_ASSIGN(const AccountId account, account_of(removed.member.credential));
        const Leaf* proposer = leaf(removed.proposed_by.leaf());
        const bool asked =
            removed.proposed_by.is_member() && proposer != nullptr && proposer->account == account;
        // Whoever comes back without its old keys is taken in anew in the place of its old leaf.
        const bool replaced =
            std::any_of(summary.added.begin(), summary.added.end(), [&](const auto& added) {
                return added.member.credential == removed.member.credential;
            });
        ENSURE(asked || replaced || may_remove(by, account), not_authorized);
        --devices[account];
    }
    for (const auto& [account, count] : devices) {
        ENSURE(count <= wire::devices_per_account_max, quota_exceeded);
    }
    if (summary.new_extensions) TRY(check_extensions(by, *summary.new_extensions));
    return {};
}

Status Roles::check_proposal(const mls::ReceivedProposal& proposal) const {
    const auto* remove = proposal.proposal.get_if<mls::Remove>();
    ENSURE(remove != nullptr && proposal.sender.is_member(), not_authorized);
    const Leaf* from = leaf(proposal.sender.leaf());
    const Leaf* whom = leaf(remove->removed);
    ENSURE(from != nullptr && whom != nullptr && from->account == whom->account, not_authorized);
    return {};
}

}  // namespace mayfly::core
