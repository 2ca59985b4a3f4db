// What only large groups need: trees beside their Welcomes, and members who fill the tree. docs/
// spec/conversations.md section 7.
#pragma once

#include "core/machine.h"

namespace mayfly::core {

// tree_transfer.cpp: trees of large groups, to the hub and from it
TreeUploadRow make_tree_upload(Step& step);
mls::Extension tree_location_of(const TreeUploadRow& row);
bool tree_is_on_its_way(const Machine& machine, const ConversationId& id);
void pump_tree_upload(Machine& machine, Step& step, const ConversationRow& row,
                      const mls::EpochView& next);
Status tree_upload_replied(Machine& machine, Step& step, const Purpose& purpose,
                           const wire::ReplyBody& body);
// forget_tree_upload: is_wanted: somebody is to fetch it; else the hub is to erase it.
void forget_tree_upload(Machine& machine, Step& step, const ConversationRow& row, bool is_wanted);
// tree_for_welcome: what lies beside a Welcome; none if nothing does, or if it must be fetched
// first (waits_for_tree).
Result<std::optional<WelcomeTree>> tree_for_welcome(Machine& machine, const std::string& relay,
                                                    const mls::Group::WelcomeInfo& welcome);
bool waits_for_tree(const Machine& machine, const std::string& relay);
void hold_delivery(Machine& machine, Step& step, const std::string& relay, wire::Delivery delivery);
void queue_caught_up(Machine& machine, Step& step, const std::string& relay);
void pump_tree_fetch(Machine& machine, Step& step, const std::string& relay);
Status tree_fetch_replied(Machine& machine, Step& step, const std::string& relay,
                          const Purpose& purpose, wire::ReplyBody& body);
void trees_lost_link(Machine& machine, const std::string& relay);

// tree_filling.cpp: members of large groups fill the tree, so that paths stay short
// note_filling looks at the epoch and sets or forgets the time.
void note_filling(Machine& machine, Step& step, const ConversationId& id, const mls::Group& group);
bool filling_is_due(const Machine& machine, const ConversationId& id, Time now);

}  // namespace mayfly::core
