// The page about a conversation: what was agreed on, what is this device's own business.
#include <algorithm>

#include "tui/form_page.h"
#include "tui/pages.h"
#include "util/duration.h"

namespace mayfly::tui {
namespace {

// For good is longer than anything lives here.
constexpr Duration mute_for_good = Duration::days(365 * 100);
constexpr Duration span_choices[] = {
    Duration::seconds(30), Duration::minutes(5), Duration::hours(1), Duration::days(1),
    Duration::days(6),     Duration::days(30),   Duration::days(365)};

using Settings = core::ConversationSettings;

void change_settings(Desk& desk, const core::ConversationId& conversation,
                     const std::function<void(Settings&)>& change) {
    auto settings = desk.messenger().settings(conversation);
    if (!settings.ok()) {
        desk.refuse(settings.code());
        return;
    }
    change(*settings);
    desk.begin(
        desk.messenger().change_settings(conversation, *settings, desk.now(), desk.entropy()));
}

void add_settings_rows(Desk& desk, const core::ConversationView& view, Rows& rows) {
    const core::ConversationId id = view.conversation;
    const Duration limit = view.expiration_limit;
    const Duration burn_limit = Duration::seconds(view.burn_seconds_limit);
    rows.emplace_back(tr("Agreed on by all:"), Desk::Then(), bold);
    rows.emplace_back(tr("Messages live {1}", timer_text(view.expiration)), [&desk, id, limit] {
        open_duration(desk, tr("How long messages live"), "", limit, [&desk, id](Duration span) {
            change_settings(desk, id, [span](Settings& settings) {
                settings.expiration_ms = static_cast<uint64_t>(span.ms);
            });
        });
    });
    const std::string burns = off_or_timer(Duration::seconds(view.burn_seconds));
    rows.emplace_back(tr("Burn after reading: {1}", burns), [&desk, id, burn_limit] {
        // Where there is a limit, everything burns.
        const std::string none = burn_limit.ms == 0 ? tr("off") : "";
        const Duration most = burn_limit.ms == 0 ? core::expiration_max : burn_limit;
        open_duration(desk, tr("Burn after reading"), none, most, [&desk, id](Duration span) {
            change_settings(desk, id, [span](Settings& settings) {
                settings.burn_seconds = static_cast<uint32_t>(span.ms / 1000);
            });
        });
    });
    rows.emplace_back(
        tr("Tell each other what was read (receipts): {1}", on_off(view.receipts)), [&desk, id] {
            change_settings(desk, id,
                            [](Settings& settings) { settings.receipts = !settings.receipts; });
        });
    rows.emplace_back(tr("Show each other who is typing: {1}", on_off(view.typing)), [&desk, id] {
        change_settings(desk, id, [](Settings& settings) { settings.typing = !settings.typing; });
    });
}

void add_local_rows(Desk& desk, const core::ConversationView& view, Rows& rows) {
    const core::ConversationId id = view.conversation;
    const auto set = [&desk, id](const std::function<void(core::LocalSettings&)>& change) {
        auto local = desk.messenger().local_settings(id);
        if (!local.ok()) return;
        change(*local);
        desk.perform(desk.messenger().set_local_settings(id, *local, desk.now()));
    };
    const core::LocalSettings& local = view.local;
    rows.emplace_back(tr("Only on this device:"), Desk::Then(), bold);
    rows.emplace_back(tr("Pinned on top: {1}", on_off(local.pinned)),
                      [set] { set([](auto& of) { of.pinned = !of.pinned; }); });
    rows.emplace_back(tr("Muted: {1}", on_off(local.muted_until > desk.now())), [&desk, set] {
        set([&](auto& of) { of.muted_until = toggled_mute(of, desk.now()); });
    });
    rows.emplace_back(tr("In the archive: {1}", on_off(local.archived)),
                      [set] { set([](auto& of) { of.archived = !of.archived; }); });
}

void add_contact_rows(Desk& desk, const core::ContactView& contact, Rows& rows) {
    const core::AccountId account = contact.account;
    const std::string name = desk.name_of(account);
    if (contact.alarm != core::Alarm::none) {
        rows.emplace_back(alarm_text(contact.alarm, name), Desk::Then(), alert | bold);
    }
    rows.emplace_back(name, Desk::Then(), bold);
    rows.emplace_back(contact.verified ? tr("Verified; see the safety number")
                                       : tr("Not verified yet: compare safety numbers"),
                      [&desk, account] { open_verify(desk, account); });
}

void add_last_rows(Desk& desk, const core::ContactView& contact, Rows& rows) {
    const core::AccountId account = contact.account;
    const core::ConversationId conversation = contact.conversation;
    if (contact.blocked) {
        rows.emplace_back(tr("Unblock"), [&desk, account] {
            desk.perform(desk.messenger().unblock(account, desk.now(), desk.entropy()));
        });
    } else {
        rows.emplace_back(tr("Block"), [&desk, account] { ask_block(desk, account); });
    }
    rows.emplace_back(tr("Remove with all messages"),
                      [&desk, account, conversation] { ask_remove(desk, conversation, account); });
    if (!contact.handle.empty()) rows.emplace_back(tr("Address: {1}", contact.handle));
    rows.emplace_back(tr("Account: {1}", core::text_of(account)));
}

Rows about_rows(Desk& desk, const core::ConversationId& conversation,
                const core::AccountId& account) {
    Rows rows;
    const auto view = desk.conversation(conversation);
    const auto contact = desk.contact(account);
    const bool is_group = view && view->kind != core::ConversationKind::direct;
    if (is_group) {
        add_group_rows(desk, *view, rows);
    } else if (contact) {
        add_contact_rows(desk, *contact, rows);
    }
    if (view) {
        add_settings_rows(desk, *view, rows);
        add_local_rows(desk, *view, rows);
    }
    if (is_group) {
        rows.emplace_back(tr("Leave and forget its messages"), [&desk, conversation, account] {
            ask_remove(desk, conversation, account);
        });
    } else if (contact) {
        add_last_rows(desk, *contact, rows);
    }
    if (rows.empty()) rows.emplace_back(tr("This is not there any more."));
    return rows;
}

}  // namespace

Time toggled_mute(const core::LocalSettings& local, Time now) {
    return local.muted_until > now ? Time{} : now + mute_for_good;
}

void open_about(Desk& desk, const core::ConversationId& conversation,
                const core::AccountId& contact) {
    desk.open(make_menu(desk, tr("About"), [&desk, conversation, contact] {
        return about_rows(desk, conversation, contact);
    }));
}

void open_duration(Desk& desk, const std::string& title, const std::string& none, Duration limit,
                   std::function<void(Duration)> done) {
    const auto chosen = [&desk, done](Duration span) {
        desk.back();
        done(span);
    };
    desk.open(make_menu(desk, title, [&desk, none, limit, chosen, title] {
        Rows rows;
        if (!none.empty()) rows.emplace_back(none, [chosen] { chosen({}); });
        for (const Duration span : span_choices) {
            if (span > limit) continue;
            rows.emplace_back(timer_text(span), [chosen, span] { chosen(span); });
        }
        rows.emplace_back(tr("Another ..."), [&desk, limit, chosen, title] {
            Form form;
            form.title = title;
            form.intro =
                tr("A number and s, m, h, d or y, like 10m or 3d; at most {1}.", timer_text(limit));
            form.fields = {tr("How long:")};
            form.done = [&desk, limit, chosen](const auto& values) {
                const auto span = parse_duration(values[0]);
                const bool fits = span.ok() && *span >= core::expiration_min && *span <= limit;
                if (!fits) {
                    desk.say(tr("From 3s to {1}, like 10m or 3d", timer_text(limit)));
                    return false;
                }
                desk.back();  // the form itself
                chosen(*span);
                return true;
            };
            open_form(desk, std::move(form));
        });
        return rows;
    }));
}

}  // namespace mayfly::tui
