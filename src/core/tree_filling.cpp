// Members of large groups fill the ratchet tree. Whoever is let in brings a blank part of the tree
// along, and until somebody in it has committed, every path holds a seal for each of its devices.
// Specification: docs/spec/conversations.md section 7.
#include "core/large_groups.h"
#include "core/machine.h"

namespace mayfly::core {
namespace {

bool needs_filling(const mls::Group& group) {
    if (!group.is_active()) return false;
    const mls::EpochView epoch = group.current();
    return epoch.member_count() > small_group_leaves_max &&
           epoch.subtree_seal_count(filled_part_level) > filled_part_seals_max;
}

}  // namespace

void note_filling(Machine& machine, Step& step, const ConversationId& id, const mls::Group& group) {
    if (!needs_filling(group)) {
        machine.fillings.erase(id);
        return;
    }
    if (!step.has_entropy()) return;
    const auto [at, fresh] = machine.fillings.try_emplace(id);
    // Any device of the part will do; chance decides, so that not all do it at once.
    if (fresh) at->second = step.now() + random_delay(step, proposal_commit_delay_max);
}

bool filling_is_due(const Machine& machine, const ConversationId& id, Time now) {
    const auto at = machine.fillings.find(id);
    return at != machine.fillings.end() && at->second <= now;
}

}  // namespace mayfly::core
