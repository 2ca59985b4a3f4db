// Pages of groups and rooms: making and joining, members, links, rules.
#include <charconv>

#include "core/conversation_state.h"
#include "tui/form_page.h"
#include "tui/pages.h"
#include "util/duration.h"

namespace mayfly::tui {
namespace {

constexpr Duration link_lifetime_default = Duration::days(7);

void change(Desk& desk, const core::ConversationId& id, const core::StateChange& what) {
    desk.begin(desk.messenger().change_conversation(id, what, desk.now(), desk.entropy()));
}

// --- making and joining

void open_new_group(Desk& desk, core::ConversationKind kind) {
    Form form;
    const bool room = kind == core::ConversationKind::room;
    form.title = room ? tr("New room") : tr("New group");
    form.intro = room ? tr("In a room its moderators decide who comes in and what the rules are.")
                      : tr("In a group everybody may invite others and change its name and topic.");
    form.fields = {tr("Name:"), tr("Topic (may stay empty):")};
    form.done = [&desk, kind](const auto& values) {
        if (values[0].empty()) {
            desk.say(tr("It needs a name"));
            return false;
        }
        core::ConversationState state;
        state.name = values[0];
        state.topic = values[1];
        auto made = desk.messenger().create_group(kind, state, desk.now(), desk.entropy());
        if (!made.ok()) return desk.refuse(made.code());
        const core::ConversationId id = made->conversation;
        if (!desk.begin(std::move(made))) return false;
        desk.back_to_first();
        open_about(desk, id, {});
        return true;
    };
    open_form(desk, std::move(form));
}

void open_join(Desk& desk) {
    Form form;
    form.title = tr("Join by a link");
    form.intro = tr("Whoever made the link lets you in when they come online.");
    form.fields = {tr("Link (mayfly-group:...):")};
    form.done = [&desk](const auto& values) {
        const bool begun =
            desk.begin(desk.messenger().join_by_link(values[0], desk.now(), desk.entropy()),
                       tr("Whoever made the link lets you in when they come online"));
        if (begun) desk.back_to_first();
        return begun;
    };
    open_form(desk, std::move(form));
}

// --- members

std::string name_of(const core::MemberView& member) {
    return tui::name_of(member.display_name, member.handle, member.account);
}

std::string member_text(const core::MemberView& member) {
    std::string out = member.is_self ? tr("{1} (you)", name_of(member)) : name_of(member);
    if (member.is_moderator) out += std::string(" · ") + tr("moderator");
    if (!member.may_write) out += std::string(" · ") + tr("may only read");
    return out + " · " + trn("{1} device", "{1} devices", member.device_count);
}

void ask_remove_member(Desk& desk, const core::ConversationId& id, const core::MemberView& member) {
    const core::AccountId account = member.account;
    desk.ask(tr("Remove {1}? y: yes, any other key: no", name_of(member)), [&desk, id, account] {
        desk.back();
        desk.begin(desk.messenger().remove_member(id, account, desk.now(), desk.entropy()),
                   tr("Removed"));
    });
}

void add_role_rows(Desk& desk, const core::ConversationId& id, const core::MemberView& member,
                   Rows& rows) {
    const core::AccountId account = member.account;
    const auto role = [&](const char* text, auto list) {
        rows.emplace_back(text, [&desk, id, account, list] {
            core::StateChange what;
            (what.*list).push_back(account);
            change(desk, id, what);
        });
    };
    if (member.is_moderator) {
        role(tr("Not a moderator any more"), &core::StateChange::drop_moderators);
    } else {
        role(tr("Make a moderator"), &core::StateChange::add_moderators);
    }
    const auto state = desk.messenger().state(id);
    const bool reader =
        state.ok() && std::binary_search(state->readers.begin(), state->readers.end(), account);
    if (reader) {
        role(tr("Let write again"), &core::StateChange::drop_readers);
    } else {
        role(tr("Let only read"), &core::StateChange::add_readers);
    }
}

Rows one_member_rows(Desk& desk, const core::ConversationId& id, const core::AccountId& account) {
    Rows rows;
    const auto members = desk.messenger().members(id);
    if (!members.ok()) return rows;
    for (const core::MemberView& member : *members) {
        if (member.account != account) continue;
        rows.emplace_back(member_text(member), Desk::Then(), bold);
        if (!member.handle.empty()) rows.emplace_back(tr("Address: {1}", member.handle));
        rows.emplace_back(tr("Account: {1}", core::text_of(account)));
        add_role_rows(desk, id, member, rows);
        if (member.is_self) return rows;
        rows.emplace_back(tr("Remove"),
                          [&desk, id, member] { ask_remove_member(desk, id, member); });
        if (desk.contact(account)) {
            rows.emplace_back(tr("Compare safety numbers"),
                              [&desk, account] { open_verify(desk, account); });
        } else if (!member.handle.empty()) {
            rows.emplace_back(tr("Add as a contact"),
                              [&desk, handle = member.handle] { open_add_contact(desk, handle); });
        }
        rows.emplace_back(tr("Block"), [&desk, account] { ask_block(desk, account); });
    }
    if (rows.empty()) rows.emplace_back(tr("This is not there any more."));
    return rows;
}

// --- rules

void open_text(Desk& desk, const char* title, std::string_view value,
               std::function<void(core::StateChange&, std::string_view)> set,
               const core::ConversationId& id) {
    Form form;
    form.title = title;
    form.fields = {title};
    form.first_value = value;
    form.done = [&desk, set = std::move(set), id](const auto& values) {
        core::StateChange what;
        set(what, values[0]);
        return desk.begin(
            desk.messenger().change_conversation(id, what, desk.now(), desk.entropy()));
    };
    open_form(desk, std::move(form));
}

void add_limits(Desk& desk, const core::ConversationId& id, const core::ConversationState& state,
                Rows& rows) {
    const Duration longest = Duration::milliseconds(static_cast<int64_t>(state.expiration_max_ms));
    rows.emplace_back(tr("No message lives longer than {1}", timer_text(longest)), [&desk, id] {
        open_duration(desk, tr("No message lives longer than"), "", core::expiration_max,
                      [&desk, id](Duration span) {
                          core::StateChange what;
                          what.expiration_max_ms = static_cast<uint64_t>(span.ms);
                          change(desk, id, what);
                      });
    });
    const std::string burns = off_or_timer(Duration::seconds(state.burn_seconds_max));
    rows.emplace_back(tr("All messages burn after reading within: {1}", burns), [&desk, id] {
        open_duration(desk, tr("All messages burn after reading within"), tr("off"),
                      core::expiration_max, [&desk, id](Duration span) {
                          core::StateChange what;
                          what.burn_seconds_max = static_cast<uint32_t>(span.ms / 1000);
                          change(desk, id, what);
                      });
    });
    const bool only = state.moderators_write_only;
    rows.emplace_back(tr("Only moderators write: {1}", on_off(only)), [&desk, id, only] {
        core::StateChange what;
        what.moderators_write_only = !only;
        change(desk, id, what);
    });
}

}  // namespace

void open_create(Desk& desk) {
    desk.open(make_menu(desk, tr("New"), [&desk] {
        Rows rows;
        rows.emplace_back(tr("New group"),
                          [&desk] { open_new_group(desk, core::ConversationKind::group); });
        rows.emplace_back(tr("New room, with moderators"),
                          [&desk] { open_new_group(desk, core::ConversationKind::room); });
        rows.emplace_back(tr("Join a group or room by a link"), [&desk] { open_join(desk); });
        rows.emplace_back(tr("Add a contact"), [&desk] { open_add_contact(desk); });
        return rows;
    }));
}

void add_group_rows(Desk& desk, const core::ConversationView& view, Rows& rows) {
    const core::ConversationId id = view.conversation;
    const auto state = desk.messenger().state(id);
    rows.emplace_back(view.title, Desk::Then(), bold);
    rows.emplace_back(view.kind == core::ConversationKind::room
                          ? tr("A room: its moderators decide")
                          : tr("A group"));
    if (view.is_moderator) rows.emplace_back(tr("You are a moderator."));
    if (!state.ok()) return;
    rows.emplace_back(trn("Members: {1} person", "Members: {1} people", view.member_count),
                      [&desk, id] { open_members(desk, id); });
    if (view.waiting_devices != 0) {
        rows.emplace_back(trn("{1} device waits to be let in", "{1} devices wait to be let in",
                              view.waiting_devices));
    }
    rows.emplace_back(tr("Invite a contact"), [&desk, id] { open_invite(desk, id); });
    rows.emplace_back(tr("Make a link that lets people in"),
                      [&desk, id] { open_group_link(desk, id); });
    rows.emplace_back(tr("Name: {1}", state->name), [&desk, id, name = state->name] {
        open_text(
            desk, tr("Name:"), name,
            [](core::StateChange& what, std::string_view text) { what.name = std::string(text); },
            id);
    });
    rows.emplace_back(tr("Topic: {1}", state->topic), [&desk, id, topic = state->topic] {
        open_text(
            desk, tr("Topic:"), topic,
            [](core::StateChange& what, std::string_view text) { what.topic = std::string(text); },
            id);
    });
    add_limits(desk, id, *state, rows);
}

void open_members(Desk& desk, const core::ConversationId& conversation) {
    desk.open(make_menu(desk, tr("Members"), [&desk, conversation] {
        Rows rows;
        const auto members = desk.messenger().members(conversation);
        if (!members.ok()) return rows;
        for (const core::MemberView& member : *members) {
            const core::AccountId account = member.account;
            rows.emplace_back(member_text(member), [&desk, conversation, account] {
                desk.open(make_menu(desk, tr("Member"), [&desk, conversation, account] {
                    return one_member_rows(desk, conversation, account);
                }));
            });
        }
        rows.emplace_back(tr("Invite a contact"),
                          [&desk, conversation] { open_invite(desk, conversation); });
        return rows;
    }));
}

void open_invite(Desk& desk, const core::ConversationId& conversation) {
    desk.open(make_menu(desk, tr("Invite a contact"), [&desk, conversation] {
        Rows rows;
        std::set<core::AccountId> inside;
        const auto members = desk.messenger().members(conversation);
        if (members.ok()) {
            for (const core::MemberView& member : *members) inside.insert(member.account);
        }
        for (const core::ContactView& contact : desk.messenger().contacts()) {
            const core::AccountId account = contact.account;
            if (inside.contains(account) || contact.blocked) continue;
            const std::string name = desk.name_of(account);
            rows.emplace_back(name, [&desk, conversation, account, name] {
                desk.back();
                desk.begin(
                    desk.messenger().invite(conversation, account, desk.now(), desk.entropy()),
                    tr("{1} is invited", name));
            });
        }
        if (rows.empty()) rows.emplace_back(tr("There is no contact to invite."));
        return rows;
    }));
}

void open_group_link(Desk& desk, const core::ConversationId& conversation) {
    Form form;
    form.title = tr("Make a link");
    form.intro = tr("Whoever has the link can join; this device must be online then.");
    form.fields = {tr("How many people may join by it:"),
                   tr("How long, like 1h or 7d (empty: 7d):")};
    form.first_value = "1";
    form.done = [&desk, conversation](const auto& values) {
        uint32_t uses = 0;
        const std::string_view count = values[0];
        const auto [stop, error] = std::from_chars(count.data(), count.data() + count.size(), uses);
        Result<Duration> lifetime = link_lifetime_default;
        if (!values[1].empty()) lifetime = parse_duration(values[1]);
        if (error != std::errc() || stop != count.data() + count.size() || !lifetime.ok()) {
            desk.say(tr("A number of people, and a time like 1h or 7d"));
            return false;
        }
        auto made = desk.messenger().create_group_link(conversation, uses, *lifetime, desk.now(),
                                                       desk.entropy());
        if (!made.ok()) return desk.refuse(made.code());
        if (!desk.perform(std::move(made->second))) return false;
        open_link(desk, tr("Link"),
                  trn("It lets in {1} person, until {2}. They type or scan it:",
                      "It lets in {1} people, until {2}. They type or scan it:", uses,
                      date_text(desk.now() + *lifetime)),
                  made->first);
        return true;
    };
    open_form(desk, std::move(form));
}

}  // namespace mayfly::tui
