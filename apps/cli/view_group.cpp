// How conversations, members, offers and changes of groups are shown.
#include <algorithm>

#include "core/conversation_state.h"
#include "views.h"

namespace mayfly::cli {
namespace {

const char* kind_name(core::ConversationKind kind) {
    switch (kind) {
        case core::ConversationKind::group: return "group";
        case core::ConversationKind::room: return "room";
        default: return "direct";
    }
}

// Groups may have no name, and one joined by a link has none until we are in.
std::string title_of(const core::ConversationView& view) {
    if (!view.title.empty()) return view.title;
    return core::text_of(view.conversation).substr(0, core::account_prefix_size_min);
}

std::string members_text(uint32_t count) {
    return std::to_string(count) + (count == 1 ? " member" : " members");
}

std::string burn_text(uint32_t seconds) {
    return seconds == 0 ? "no" : span_text(Duration::seconds(seconds)) + " after opening";
}

std::vector<std::string> texts_of(const std::vector<core::AccountId>& accounts) {
    std::vector<std::string> out;
    for (const core::AccountId& account : accounts) out.push_back(core::text_of(account));
    return out;
}

void show_rules(OutputText& out, const core::ConversationView& view,
                const core::ConversationState& state) {
    labelled_line(out, "    lives",
                  span_text(view.expiration) + ", at most " + span_text(view.expiration_limit));
    std::string burns = burn_text(view.burn_seconds);
    if (view.burn_seconds_limit != 0) {
        burns += ", always, at most " + burn_text(view.burn_seconds_limit);
    }
    labelled_line(out, "    burns", burns);
    labelled_line(out, "    writers", state.moderators_write_only ? "moderators" : "all");
    labelled_line(out, "    receipts", state.receipts ? "on" : "off");
    labelled_line(out, "    typing", state.typing ? "on" : "off");
    if (!state.avatar.empty()) {
        labelled_line(out, "    avatar", std::to_string(state.avatar.size()) + " bytes");
    }
}

void show_json(OutputText& out, const core::ConversationView& view,
               const core::ConversationState* state) {
    const bool direct = view.kind == core::ConversationKind::direct;
    JsonLine line(out, "conversation");
    line.text("conversation", core::text_of(view.conversation))
        .text("kind", kind_name(view.kind))
        .text("name", view.title)
        .text("topic", view.topic)
        .text("contact", direct ? core::text_of(view.contact) : "")
        .number("members", view.member_count)
        .boolean("joining", view.joining)
        .boolean("closed", view.closed)
        .boolean("moderator", view.is_moderator)
        .boolean("may_write", view.may_write)
        .number("expire_seconds", view.expiration.ms / 1000)
        .number("expire_seconds_max", view.expiration_limit.ms / 1000)
        .number("burn_seconds", view.burn_seconds)
        .number("burn_seconds_max", view.burn_seconds_limit);
    if (state == nullptr) return;
    line.boolean("moderators_write_only", state->moderators_write_only)
        .boolean("receipts", state->receipts)
        .boolean("typing", state->typing)
        .number("avatar_bytes", static_cast<int64_t>(state->avatar.size()));
}

// A list of names for a sentence: "bob, carol".
std::string names_of(const core::Messenger& messenger, const std::vector<core::AccountId>& accounts,
                     const std::optional<core::AccountId>& self) {
    std::string out;
    for (const core::AccountId& account : accounts) {
        if (!out.empty()) out += ", ";
        out += account == self ? "you" : messenger.name_of(account);
    }
    return out;
}

}  // namespace

std::string group_title(const core::Messenger& messenger,
                        const core::ConversationId& conversation) {
    for (const core::ConversationView& view : messenger.conversations()) {
        if (view.conversation != conversation) continue;
        return core::has_state(view.kind) ? title_of(view) : "";
    }
    return "";
}

void show_conversation(OutputText& out, bool json, const core::ConversationView& view,
                       const core::ConversationState* state) {
    if (json) return show_json(out, view, state);
    append_printable(out, as_bytes(title_of(view)));
    out.append(std::string(" (") + kind_name(view.kind) + ")");
    if (view.joining) {
        out.append(", waits to be let in");
    } else if (view.closed) {
        out.append(", you were removed");
    } else if (view.kind != core::ConversationKind::direct) {
        out.append(", " + members_text(view.member_count));
    }
    out.append("\n");
    if (!view.topic.empty()) labelled_line(out, "    topic", view.topic);
    labelled_line(out, "    id", core::text_of(view.conversation));
    if (state != nullptr) show_rules(out, view, *state);
}

void show_member(OutputText& out, bool json, const core::ConversationId& conversation,
                 const core::MemberView& member) {
    const std::string account = core::text_of(member.account);
    if (json) {
        JsonLine(out, "member")
            .text("conversation", core::text_of(conversation))
            .text("account", account)
            .text("name", member.display_name)
            .text("handle", member.handle)
            .number("devices", member.device_count)
            .boolean("self", member.is_self)
            .boolean("moderator", member.is_moderator)
            .boolean("may_write", member.may_write);
        return;
    }
    out.append("  ");
    append_printable(out, as_bytes(short_name(member.handle, member.account)));
    if (!member.display_name.empty()) {
        out.append(" (");
        append_printable(out, as_bytes(member.display_name));
        out.append(")");
    }
    if (member.is_self) out.append(", you");
    if (member.is_moderator) out.append(", moderator");
    if (!member.may_write) out.append(", reads only");
    out.append("\n");
    labelled_line(out, "    account", account);
}

void show_offer(OutputText& out, bool json, const core::OfferView& offer) {
    if (json) {
        JsonLine(out, "offer")
            .text("conversation", core::text_of(offer.conversation))
            .text("kind", offer.is_room ? "room" : "group")
            .text("name", offer.name)
            .text("from", core::text_of(offer.from))
            .text("from_name", offer.from_name)
            .number("members", offer.member_count)
            .text("hub", offer.hub)
            .number("received_at", offer.received_at.ms)
            .number("expires_at", offer.expires_at.ms);
        return;
    }
    out.append(local_time(offer.received_at) + " ");
    append_printable(
        out, as_bytes(offer.from_name.empty() ? short_name("", offer.from) : offer.from_name));
    out.append(" asks you into ");
    append_printable(out, as_bytes(offer.name));
    out.append(std::string(" (") + (offer.is_room ? "room" : "group") + "), " +
               members_text(offer.member_count) + "\n");
    labelled_line(out, "    relay", offer.hub);
    labelled_line(out, "    id", core::text_of(offer.conversation));
}

void show_change(OutputText& out, bool json, const core::Messenger& messenger,
                 const core::ConversationChanged& change) {
    const std::string group = group_title(messenger, change.conversation);
    if (json) {
        JsonLine(out, "change")
            .text("conversation", core::text_of(change.conversation))
            .text("group", group)
            .text("by", core::text_of(change.by))
            .texts("added", texts_of(change.added))
            .texts("removed", texts_of(change.removed))
            .texts("left", texts_of(change.left))
            .boolean("settings", change.state)
            .boolean("removed_us", change.removed_us);
        return;
    }
    const auto account = messenger.account();
    std::optional<core::AccountId> self;
    if (account.ok()) self = account->account;
    const std::string by = names_of(messenger, {change.by}, self);
    const auto say = [&](const std::string& before, const std::string& after) {
        append_printable(out, as_bytes(before));
        append_printable(out, as_bytes(group));
        out.append(after + "\n");
    };
    std::vector<core::AccountId> removed;
    for (const core::AccountId& one : change.removed) {
        const bool left =
            std::find(change.left.begin(), change.left.end(), one) != change.left.end();
        if (!left) removed.push_back(one);
    }
    const auto names = [&](const auto& accounts) { return names_of(messenger, accounts, self); };
    if (!change.added.empty()) say(by + " added " + names(change.added) + " to ", "");
    if (!removed.empty()) say(by + " removed " + names(removed) + " from ", "");
    if (change.removed_us) say(by + " removed you from ", "");
    if (!change.left.empty()) say(names(change.left) + " left ", "");
    if (change.state) say(by + " changed the settings of ", "");
}

}  // namespace mayfly::cli
