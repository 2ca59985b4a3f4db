// Conversations: what stands in the list. Who asks comes first, then what is pinned, then the rest,
// the newest on top.
#pragma once

#include <map>

#include "tui/desk.h"

namespace mayfly::tui {

// Entry: a line of the list.
struct Entry {
    enum class Kind : uint8_t { request, offer, direct, group, room };
    Kind kind = Kind::direct;
    std::string id;           // stays the same when a request is accepted
    core::AccountId account;  // the contact; whoever asks
    core::ConversationView view;
    std::string name;
    std::string about;        // handle, topic
    bool established = true;  // the other side accepted
    bool verified = false;
    bool blocked = false;
    core::Alarm alarm = core::Alarm::none;
    bool anothers_handle = false;  // a request's, which a contact of ours has
    std::string hub;               // of an offer

    bool asks() const { return kind == Kind::request || kind == Kind::offer; }
    bool is_group() const { return kind == Kind::group || kind == Kind::room; }
    const core::ConversationId& conversation() const { return view.conversation; }
};

// read_entries gives what the archive holds, or what it does not, not yet in order.
std::vector<Entry> read_entries(const Desk& desk, bool archived);
// sort_entries orders by who asks, what is pinned, and when the last message came.
void sort_entries(std::vector<Entry>& entries, const std::map<std::string, Time>& last);
// state_text says what keeps one from writing there, or that the other side has not accepted yet.
std::string state_text(const Entry& entry);

}  // namespace mayfly::tui
