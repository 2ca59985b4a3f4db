#include "mls/proposal_list.h"

#include <set>

namespace mayfly::mls {

namespace {

using Proposals = std::vector<CommittedProposal>;

// A set of byte strings. (Sets of Bytes make g++ 12 warn of what is not there.)
class KeySet {
  public:
    bool insert(BytesView key) { return keys_.insert(std::string(as_text(key))).second; }

  private:
    std::set<std::string> keys_;
};

size_t count_of(const Proposals& proposals, ProposalType type) {
    size_t count = 0;
    for (const CommittedProposal& item : proposals) {
        if (item.proposal->type() == type) ++count;
    }
    return count;
}

// The part of section 12.2 that holds for both kinds of commit.
Status check_psks_differ(const Proposals& proposals) {
    KeySet seen;
    for (const CommittedProposal& item : proposals) {
        const auto* psk = item.proposal->get_if<PreSharedKey>();
        if (psk == nullptr) continue;
        // check 12.2-7: no pre-shared key twice.
        ENSURE(seen.insert(codec::encode(psk->psk)), mls_bad_proposal_list);
    }
    return {};
}

Status check_regular_list(const Proposals& proposals, LeafIndex committer) {
    std::set<LeafIndex> changed;
    KeySet added;
    for (const CommittedProposal& item : proposals) {
        if (item.proposal->get_if<Update>() != nullptr) {
            // check 12.2-2: the committer's path is its update.
            ENSURE(item.sender.leaf() != committer, mls_bad_proposal_list);
            // check 12.2-4: one change to a leaf.
            ENSURE(changed.insert(item.sender.leaf()).second, mls_bad_proposal_list);
        } else if (const auto* remove = item.proposal->get_if<Remove>()) {
            // check 12.2-3: nobody commits its own removal.
            ENSURE(remove->removed != committer, mls_bad_proposal_list);
            ENSURE(changed.insert(remove->removed).second, mls_bad_proposal_list);
        } else if (item.proposal->get_if<SelfRemove>() != nullptr) {
            // check 20.1-4: nor by SelfRemove. check 20.1-5: and it is the one change to the leaf.
            ENSURE(item.sender.leaf() != committer, mls_bad_proposal_list);
            ENSURE(changed.insert(item.sender.leaf()).second, mls_bad_proposal_list);
        } else if (const auto* add = item.proposal->get_if<Add>()) {
            // check 12.2-5: no client twice. Clients already in the group: check_members.
            ENSURE(added.insert(add->key_package.leaf_node.signature_key), mls_bad_proposal_list);
        }
    }
    // check 12.2-8: the extensions are replaced once.
    ENSURE(count_of(proposals, ProposalType::group_context_extensions) <= 1, mls_bad_proposal_list);
    // check 12.2-9: a ReInit stands alone.
    ENSURE(count_of(proposals, ProposalType::reinit) == 0 || proposals.size() == 1,
           mls_bad_proposal_list);
    // check 12.2-10: an ExternalInit belongs to an external commit.
    ENSURE(count_of(proposals, ProposalType::external_init) == 0, mls_bad_proposal_list);
    return {};
}

Status check_external_list(const Proposals& proposals) {
    const size_t inits = count_of(proposals, ProposalType::external_init);
    const size_t removes = count_of(proposals, ProposalType::remove);
    const size_t psks = count_of(proposals, ProposalType::psk);
    const size_t self_removes = count_of(proposals, ProposalType::self_remove);
    // check 12.2-20: exactly one ExternalInit. check 12.2-21: at most one Remove. check 12.2-22:
    // besides those only pre-shared keys and SelfRemoves.
    ENSURE(inits == 1 && removes <= 1, mls_bad_proposal_list);
    ENSURE(inits + removes + psks + self_removes == proposals.size(), mls_bad_proposal_list);
    std::set<LeafIndex> removed;
    for (const CommittedProposal& item : proposals) {
        const auto* remove = item.proposal->get_if<Remove>();
        const bool leaves = item.proposal->get_if<SelfRemove>() != nullptr;
        if (remove == nullptr && !leaves) continue;
        ENSURE(removed.insert(leaves ? item.sender.leaf() : remove->removed).second,
               mls_bad_proposal_list);
    }
    return {};
}

// check 12.2-11: whoever will process the commit supports the types that not everybody must. That
// is every member but those it removes.
Status check_types_supported(const EpochState& epoch, const Proposals& proposals,
                             const Environment& env) {
    std::set<ProposalType> types;
    for (const CommittedProposal& item : proposals) {
        // check 20.1-1: a SelfRemove is committed by reference.
        ENSURE(item.by_reference || item.proposal->get_if<SelfRemove>() == nullptr,
               mls_bad_proposal_list);
        if (is_default(item.proposal->type())) continue;
        ENSURE(env.proposals != nullptr || !is_custom(item.proposal->type()),
               mls_unsupported_proposal);
        types.insert(item.proposal->type());
    }
    std::erase_if(types, [&](ProposalType type) { return all_support(epoch.tree, type); });
    if (types.empty()) return {};
    RatchetTree remaining = epoch.tree;
    for (const CommittedProposal& item : proposals) {
        if (const auto* remove = item.proposal->get_if<Remove>()) {
            remaining.remove_leaf(remove->removed);
        } else if (item.proposal->get_if<SelfRemove>() != nullptr) {
            remaining.remove_leaf(item.sender.leaf());
        }
    }
    for (const ProposalType type : types) {
        ENSURE(all_support(remaining, type), mls_unsupported_proposal);
    }
    return {};
}

bool path_required(const Proposals& proposals, const Environment& env) {
    if (proposals.empty()) return true;
    for (const CommittedProposal& item : proposals) {
        switch (item.proposal->type()) {
            case ProposalType::add:
            case ProposalType::psk:
            case ProposalType::reinit: break;
            default: {
                const bool custom = is_custom(item.proposal->type());
                if (!custom || env.proposals->needs_path(item.proposal->type())) return true;
            }
        }
    }
    return false;
}

void apply_update(AppliedProposals& out, const EpochState& epoch, const Update& update,
                  LeafIndex leaf) {
    const LeafNode& after = update.leaf_node;
    out.summary.updated.push_back(
        {*epoch.member(leaf), {leaf, after.credential, after.signature_key}});
    out.tree.update_leaf(leaf, after);
}

Status apply_add(AppliedProposals& out, const EpochState& epoch, const Add& add) {
    const LeafNode& leaf = add.key_package.leaf_node;
    ENSURE(out.tree.first_blank_leaf().value < tree_leaves_max, input_too_large);
    const LeafIndex index = out.tree.add_leaf(leaf);
    out.new_leaves.push_back(index);
    out.new_members.push_back(&add.key_package);
    out.summary.added.push_back({{index, leaf.credential, leaf.signature_key},
                                 key_package_ref(epoch.suite, add.key_package)});
    return {};
}

void apply_remove(AppliedProposals& out, const EpochState& epoch, LeafIndex leaf,
                  const Sender& sender) {
    out.summary.removed.push_back({*epoch.member(leaf), sender});
    out.summary.removes_us |= leaf == epoch.own_leaf();
    out.tree.remove_leaf(leaf);
}

// Section 12.3, in its order: extensions, updates, removes (of the senders themselves first), adds,
// the rest. check 12.3-1: so new extensions bind who is added. check 12.3-2: so who is added takes
// the place of who is removed.
Status apply_list(AppliedProposals& out, const EpochState& epoch, const Proposals& proposals) {
    for (const CommittedProposal& item : proposals) {
        if (const auto* replaced = item.proposal->get_if<GroupContextExtensions>()) {
            out.extensions = replaced->extensions;
            out.summary.new_extensions = replaced->extensions;
        }
    }
    for (const CommittedProposal& item : proposals) {
        const auto* update = item.proposal->get_if<Update>();
        if (update != nullptr) apply_update(out, epoch, *update, item.sender.leaf());
    }
    for (const CommittedProposal& item : proposals) {
        if (item.proposal->get_if<SelfRemove>() == nullptr) continue;
        apply_remove(out, epoch, item.sender.leaf(), item.sender);
    }
    for (const CommittedProposal& item : proposals) {
        const auto* remove = item.proposal->get_if<Remove>();
        if (remove != nullptr) apply_remove(out, epoch, remove->removed, item.sender);
    }
    for (const CommittedProposal& item : proposals) {
        if (const auto* add = item.proposal->get_if<Add>()) TRY(apply_add(out, epoch, *add));
    }
    for (const CommittedProposal& item : proposals) {
        if (const auto* psk = item.proposal->get_if<PreSharedKey>()) {
            out.summary.psks.push_back(psk->psk);
        } else if (const auto* custom = item.proposal->get_if<CustomProposal>()) {
            out.summary.custom.push_back({custom->proposal_type, custom->body, item.sender});
        } else if (const auto* init = item.proposal->get_if<ExternalInit>()) {
            out.external_init = init;
        } else if (const auto* reinit = item.proposal->get_if<ReInit>()) {
            out.summary.reinit = *reinit;
        }
    }
    return {};
}

}  // namespace

bool all_support(const RatchetTree& tree, ProposalType type) {
    const MemberSupport support = tree.member_support();
    return !is_grease(static_cast<uint16_t>(type)) &&
           std::binary_search(support.proposals.begin(), support.proposals.end(), type);
}

Result<AppliedProposals> apply_proposals(const EpochState& epoch,
                                         const std::vector<CommittedProposal>& proposals,
                                         const Sender& committer, LifetimeCheck lifetime,
                                         const Environment& env) {
    ENSURE(epoch.context.epoch.value != UINT64_MAX, mls_wrong_epoch);
    // check 12.2-1: each proposal is valid by itself.
    // Signatures of key packages take most of the time: all of them at once.
    const auto key_packages = run_all(env.parallel, proposals.size(), [&](size_t i) -> Status {
        const auto* add = proposals[i].proposal->get_if<Add>();
        if (add == nullptr || proposals[i].by_reference) return {};
        return check_key_package(epoch, *add, lifetime, env);
    });
    for (size_t i = 0; i < proposals.size(); ++i) {
        const CommittedProposal& item = proposals[i];
        if (item.by_reference) continue;
        TRY(check_proposal(epoch, *item.proposal, item.sender, lifetime, env, &key_packages[i]));
    }
    TRY(check_psks_differ(proposals));
    if (committer.is_member()) {
        TRY(check_regular_list(proposals, committer.leaf()));
    } else {
        TRY(check_external_list(proposals));
    }
    TRY(check_types_supported(epoch, proposals, env));
    AppliedProposals out{epoch.tree, epoch.context.extensions, {}, {}, nullptr, false, {}};
    out.needs_path = path_required(proposals, env);
    TRY(apply_list(out, epoch, proposals));
    return out;
}

}  // namespace mayfly::mls
