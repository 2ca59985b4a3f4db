// How conversations, members, offers and changes of groups are shown.
#include <algorithm>

#include "core/conversation_state.h"
#include "i18n/tr.h"
#include "views.h"

namespace mayfly::cli {
namespace {

// As programs read it; people read its translation.
const char* kind_name(core::ConversationKind kind) {
    switch (kind) {
        case core::ConversationKind::group: return MAYFLY_N("group");
        case core::ConversationKind::room: return MAYFLY_N("room");
        default: return MAYFLY_N("direct");
    }
}

// Groups may have no name, and one joined by a link has none until we are in.
std::string title_of(const core::ConversationView& view) {
    if (!view.title.empty()) return view.title;
    return core::text_of(view.conversation).substr(0, core::account_prefix_size_min);
}

std::string members_text(uint32_t count) { return trn("{1} member", "{1} members", count); }

std::string burn_text(uint32_t seconds) {
    return seconds == 0 ? trc("burning", "no")
                        : tr("{1} after opening", span_text(Duration::seconds(seconds)));
}

std::vector<std::string> texts_of(const std::vector<core::AccountId>& accounts) {
    std::vector<std::string> out;
    for (const core::AccountId& account : accounts) out.push_back(core::text_of(account));
    return out;
}

void show_rules(OutputText& out, const core::ConversationView& view,
                const core::ConversationState& state) {
    detail_line(
        out, tr("lives"),
        tr("{1}, at most {2}", span_text(view.expiration), span_text(view.expiration_limit)));
    std::string burns = burn_text(view.burn_seconds);
    if (view.burn_seconds_limit != 0) {
        burns = tr("{1}, always, at most {2}", burns, burn_text(view.burn_seconds_limit));
    }
    detail_line(out, tr("burns"), burns);
    detail_line(out, tr("writers"), state.moderators_write_only ? tr("moderators") : tr("all"));
    detail_line(out, tr("receipts"), state.receipts ? tr("on") : tr("off"));
    detail_line(out, tr("typing"), state.typing ? tr("on") : tr("off"));
    if (!state.avatar.empty()) {
        detail_line(out, tr("avatar"), trn("{1} byte", "{1} bytes", state.avatar.size()));
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
        .text("join_wait", core::join_wait_name(view.join_wait))
        .number("waiting_devices", view.waiting_devices)
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

const char* join_wait_text(core::JoinWait wait) {
    switch (wait) {
        case core::JoinWait::none: return "";
        case core::JoinWait::hub: return tr("the relay of the group, which has not answered yet");
        case core::JoinWait::member: return tr("somebody who can let you in, to be reached");
        case core::JoinWait::entry:
            return tr("a device of a member to let you in; a large group does so in parts");
    }
    return "";
}

// A list of names for a sentence: "bob, carol". What stands for us depends on the sentence.
std::string names_of(const core::Messenger& messenger, const std::vector<core::AccountId>& accounts,
                     const std::optional<core::AccountId>& self, const char* you) {
    std::string out;
    for (const core::AccountId& account : accounts) {
        if (!out.empty()) out += ", ";
        out += account == self ? you : messenger.name_of(account);
    }
    return out;
}

// Each sentence twice: in many languages the verb changes with who did it.
std::string sentence_on_settings(bool by_us, const std::string& by, const std::string& group) {
    return by_us ? tr("you changed the settings of {1}", group)
                 : tr("{1} changed the settings of {2}", by, group);
}
std::string sentence_on_added(bool by_us, const std::string& by, const std::string& whom,
                              const std::string& group) {
    return by_us ? tr("you added {1} to {2}", whom, group)
                 : tr("{1} added {2} to {3}", by, whom, group);
}
std::string sentence_on_removed(bool by_us, const std::string& by, const std::string& whom,
                                const std::string& group) {
    return by_us ? tr("you removed {1} from {2}", whom, group)
                 : tr("{1} removed {2} from {3}", by, whom, group);
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
    out.append(std::string(" (") + tr(kind_name(view.kind)) + ")");
    const bool is_in = !view.joining && !view.closed;
    append_item(out, view.joining, tr("waits to be let in"));
    append_item(out, view.closed && !view.joining, tr("you were removed"));
    append_item(out, is_in && view.kind != core::ConversationKind::direct,
                members_text(view.member_count));
    out.append("\n");
    if (!view.topic.empty()) detail_line(out, tr("topic"), view.topic);
    detail_line(out, tr("id"), core::text_of(view.conversation));
    if (view.join_wait != core::JoinWait::none) {
        detail_line(out, tr("waits for"), join_wait_text(view.join_wait));
    }
    if (view.waiting_devices != 0) {
        detail_line(out, tr("at the door"),
                    trn("{1} device waits to be let in", "{1} devices wait to be let in",
                        view.waiting_devices));
    }
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
    append_printable(out,
                     as_bytes(person_text(member.handle, member.account, member.display_name)));
    append_item(out, member.is_self, tr("you"));
    append_item(out, member.is_moderator, tr("moderator"));
    append_item(out, !member.may_write, tr("reads only"));
    out.append("\n");
    detail_line(out, tr("account"), account);
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
    const std::string from = offer.from_name.empty() ? short_name("", offer.from) : offer.from_name;
    append_filled(out, tr("{1} {2} asks you into {3} ({4}), {5}"),
                  {local_time(offer.received_at), from, offer.name,
                   offer.is_room ? tr("room") : tr("group"), members_text(offer.member_count)});
    out.append("\n");
    detail_line(out, tr("relay"), offer.hub);
    detail_line(out, tr("id"), core::text_of(offer.conversation));
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
    const bool by_us = change.by == self;
    const std::string by = messenger.name_of(change.by);
    const auto say = [&](const std::string& sentence) {
        append_printable(out, as_bytes(sentence));
        out.append("\n");
    };
    std::vector<core::AccountId> removed;
    for (const core::AccountId& one : change.removed) {
        const bool left =
            std::find(change.left.begin(), change.left.end(), one) != change.left.end();
        if (!left) removed.push_back(one);
    }
    const auto whom = [&](const auto& accounts) {
        return names_of(messenger, accounts, self, trc("added or removed", "you"));
    };
    if (!change.added.empty()) say(sentence_on_added(by_us, by, whom(change.added), group));
    if (!removed.empty()) say(sentence_on_removed(by_us, by, whom(removed), group));
    if (change.removed_us) say(tr("{1} removed you from {2}", by, group));
    if (!change.left.empty()) {
        const std::string who = names_of(messenger, change.left, self, tr("you"));
        say(trn("{2} left {3}", "{2} left {3}", change.left.size(), who, group));
    }
    if (change.state) say(sentence_on_settings(by_us, by, group));
}

}  // namespace mayfly::cli
