#include "tui/conversations.h"

#include <algorithm>

namespace mayfly::tui {
namespace {

void add_those_who_ask(const Desk& desk, std::vector<Entry>& out) {
    const core::Messenger& messenger = desk.messenger();
    for (const core::RequestView& request : messenger.requests()) {
        Entry entry;
        entry.kind = Entry::Kind::request;
        entry.id = core::text_of(request.account);
        entry.account = request.account;
        entry.view.conversation = request.conversation;
        entry.name = name_of(request.display_name, request.handle, request.account);
        entry.about = request.handle;
        entry.anothers_handle = request.handle_is_anothers;
        out.push_back(std::move(entry));
    }
    for (const core::OfferView& offer : messenger.offers()) {
        Entry entry;
        entry.kind = Entry::Kind::offer;
        entry.id = core::text_of(offer.conversation);
        entry.account = offer.from;
        entry.view.conversation = offer.conversation;
        entry.view.kind =
            offer.is_room ? core::ConversationKind::room : core::ConversationKind::group;
        entry.view.member_count = offer.member_count;
        entry.name = offer.name;
        entry.about = desk.name_of(offer.from);
        entry.hub = short_address(offer.hub);
        out.push_back(std::move(entry));
    }
}

Entry entry_of(const core::ContactView& contact,
               const std::vector<core::ConversationView>& conversations) {
    Entry entry;
    entry.id = core::text_of(contact.account);
    entry.account = contact.account;
    entry.view.conversation = contact.conversation;
    for (const core::ConversationView& view : conversations) {
        if (view.conversation == contact.conversation) entry.view = view;
    }
    entry.name = name_of(contact.display_name, contact.handle, contact.account);
    entry.about = contact.handle;
    entry.established = contact.established;
    entry.verified = contact.verified;
    entry.blocked = contact.blocked;
    entry.alarm = contact.alarm;
    return entry;
}

Entry entry_of(const core::ConversationView& view) {
    Entry entry;
    entry.kind = view.kind == core::ConversationKind::room ? Entry::Kind::room : Entry::Kind::group;
    entry.id = core::text_of(view.conversation);
    entry.view = view;
    entry.name =
        view.title.empty() ? entry.id.substr(0, core::account_prefix_size_min) : view.title;
    entry.about = view.topic;
    entry.established = !view.joining;
    return entry;
}

}  // namespace

std::vector<Entry> read_entries(const Desk& desk, bool archived) {
    std::vector<Entry> out;
    if (!archived) add_those_who_ask(desk, out);
    const std::vector<core::ConversationView> conversations = desk.messenger().conversations();
    for (const core::ContactView& contact : desk.messenger().contacts()) {
        Entry entry = entry_of(contact, conversations);
        if (entry.view.local.archived == archived) out.push_back(std::move(entry));
    }
    for (const core::ConversationView& view : conversations) {
        const bool is_group =
            view.kind == core::ConversationKind::group || view.kind == core::ConversationKind::room;
        if (is_group && view.local.archived == archived) out.push_back(entry_of(view));
    }
    return out;
}

void sort_entries(std::vector<Entry>& entries, const std::map<std::string, Time>& last) {
    const auto last_of = [&](const Entry& entry) {
        const auto found = last.find(entry.id);
        return found == last.end() ? Time{} : found->second;
    };
    std::stable_sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) {
        if (a.asks() != b.asks()) return a.asks();
        if (a.view.local.pinned != b.view.local.pinned) return a.view.local.pinned;
        return last_of(a) > last_of(b);
    });
}

std::string state_text(const Entry& entry) {
    if (entry.blocked) return tr("You blocked {1}; nothing comes from them.", entry.name);
    if (entry.view.closed) return tr("You are not in this group any more; it can only be read.");
    switch (entry.view.join_wait) {
        case core::JoinWait::none: break;
        case core::JoinWait::hub: return tr("The relay of this group has not answered yet.");
        case core::JoinWait::member: return tr("Whoever invited you has not been reached yet.");
        case core::JoinWait::entry:
            return tr("Whoever invited you lets you in when they come online.");
    }
    if (!entry.view.may_write) return tr("Here you may only read.");
    if (!entry.established) return tr("{1} has not accepted yet; you may write.", entry.name);
    return "";
}

}  // namespace mayfly::tui
