// Roles: who may do what in an epoch of a conversation, and what a conversation keeps in its MLS
// group. Specification: docs/spec/conversations.md.
#pragma once

#include <set>

#include "core/conversation_state.h"
#include "mls/group.h"

namespace mayfly::core {

// Extensions of a conversation's GroupContext, and those that its members must understand.
mls::Extensions conversation_extensions(const ConversationInfo& info,
                                        const std::optional<ConversationState>& state);
std::vector<mls::ExtensionType> conversation_extension_types();
Result<ConversationInfo> info_of(const mls::EpochView& epoch);
// state_of: none in conversations that have none (direct, own devices, pairing).
Result<std::optional<ConversationState>> state_of(const mls::EpochView& epoch);

// Leaf is a member device as its credential names it.
struct Leaf {
    mls::LeafIndex index;
    AccountId account;
    wire::DeviceId device;
};
Result<std::vector<Leaf>> leaves_of(const mls::EpochView& epoch);

// Roles decides who may do what in one epoch of a conversation.
class Roles {
  public:
    static Result<Roles> of(const mls::EpochView& epoch);

    ConversationKind kind() const { return kind_; }
    const ConversationState* state() const { return state_ ? &*state_ : nullptr; }
    const std::vector<Leaf>& leaves() const { return leaves_; }
    bool is_member(const AccountId& account) const { return accounts_.contains(account); }
    size_t member_count() const { return accounts_.size(); }
    // A conversation whose moderators have all left is moderated by the member with the lowest
    // leaf, so that it never stands without one.
    bool is_moderator(const AccountId& account) const;
    bool may_write(const AccountId& account) const;
    // may_add: somebody who is not a member yet. Further devices of a member's account may always
    // be added: the account's own certificate asks for it.
    bool may_add(const AccountId& by) const;
    bool may_remove(const AccountId& by, const AccountId& whom) const;
    Status may_change(const AccountId& by, const ConversationState& next) const;

    // check_commit: what a commit may do; repair.cpp says what becomes of one that may not.
    Status check_commit(const mls::CommitSummary& summary) const;
    // check_proposal: only the removal of a device by its own account waits for others to commit.
    Status check_proposal(const mls::ReceivedProposal& proposal) const;

  private:
    ConversationInfo info_;
    ConversationKind kind_ = ConversationKind::direct;
    std::optional<ConversationState> state_;
    std::vector<Leaf> leaves_;
    std::set<AccountId> accounts_;
    bool has_moderator_ = false;

    const Leaf* leaf(mls::LeafIndex index) const;
    Status check_extensions(const AccountId& by, const mls::Extensions& next) const;
};

}  // namespace mayfly::core
