// Pages about whom to trust: safety numbers, blocking; and adding and removing contacts.
#include "tui/form_page.h"
#include "tui/pages.h"

namespace mayfly::tui {
namespace {

void add_digits(const std::string& digits, Rows& rows) {
    constexpr size_t line_size = 24;  // four groups
    for (size_t at = 0; at < digits.size(); at += line_size) {
        rows.emplace_back("  " + digits.substr(at, line_size), Desk::Then(), bold);
    }
}

Rows verify_rows(Desk& desk, const core::AccountId& account) {
    Rows rows;
    const auto contact = desk.contact(account);
    const auto number = desk.messenger().safety_number(account);
    if (!contact || !number.ok()) {
        rows.emplace_back(tr("There is nothing to compare yet."));
        return rows;
    }
    const std::string name = desk.name_of(account);
    if (contact->alarm != core::Alarm::none) {
        rows.emplace_back(alarm_text(contact->alarm, name), Desk::Then(), alert | bold);
    }
    rows.emplace_back(contact->verified ? tr("You have verified {1}.", name)
                                        : tr("You have not verified {1} yet.", name),
                      Desk::Then(), bold);
    rows.emplace_back(
        tr("Compare these digits with what {1} sees, in person or by voice. If they are the same, "
           "nobody stands between you.",
           name));
    add_digits(number->digits, rows);
    const bool mark = !contact->verified || contact->alarm != core::Alarm::none;
    if (mark) {
        rows.emplace_back(tr("They are the same: mark as verified"), [&desk, account] {
            desk.perform(desk.messenger().set_verified(account, true, desk.now(), desk.entropy()),
                         tr("Marked as verified"));
        });
    }
    if (contact->verified) {
        rows.emplace_back(tr("Take the mark back"), [&desk, account] {
            desk.perform(desk.messenger().set_verified(account, false, desk.now(), desk.entropy()),
                         tr("Not verified any more"));
        });
    }
    rows.emplace_back(tr("They differ: block {1}", name),
                      [&desk, account] { ask_block(desk, account); });
    rows.emplace_back(tr("Or let their phone scan this:"));
    add_qr(rows, number->code);
    return rows;
}

void ask_unblock(Desk& desk, const core::BlockedView& blocked) {
    const core::AccountId account = blocked.account;
    const std::string name = name_of(blocked.display_name, blocked.handle, account);
    desk.ask(tr("Unblock {1}? y: yes, any other key: no", name), [&desk, account] {
        desk.perform(desk.messenger().unblock(account, desk.now(), desk.entropy()),
                     tr("Unblocked; to write to each other again, add each other"));
    });
}

}  // namespace

void open_verify(Desk& desk, const core::AccountId& account) {
    // The relays may know of a change; whether they can be asked or not, the number is right.
    auto started = desk.messenger().check_contact(account, desk.now(), desk.entropy());
    if (started.ok() && !desk.begin(std::move(started))) return;
    desk.open(make_menu(desk, tr("Safety number"),
                        [&desk, account] { return verify_rows(desk, account); }));
}

void open_blocked(Desk& desk) {
    desk.open(make_menu(desk, tr("People you blocked"), [&desk] {
        Rows rows;
        for (const core::BlockedView& blocked : desk.messenger().blocked()) {
            const std::string name = name_of(blocked.display_name, blocked.handle, blocked.account);
            rows.emplace_back(tr("{1}, since {2}", name, date_text(blocked.since)),
                              [&desk, blocked] { ask_unblock(desk, blocked); });
        }
        if (rows.empty()) rows.emplace_back(tr("nobody"), Desk::Then(), dim);
        return rows;
    }));
}

void ask_block(Desk& desk, const core::AccountId& account) {
    desk.ask(tr("Block {1}? y: yes, any other key: no", desk.name_of(account)), [&desk, account] {
        desk.begin(desk.messenger().block(account, false, desk.now(), desk.entropy()),
                   tr("Blocked; nothing comes from them any more"));
    });
}

void ask_remove(Desk& desk, const core::ConversationId& conversation,
                const core::AccountId& contact) {
    const auto view = desk.conversation(conversation);
    const bool is_group = view && view->kind != core::ConversationKind::direct;
    if (is_group) {
        desk.ask(tr("Leave {1} and forget its messages? y: yes, any other key: no", view->title),
                 [&desk, conversation] {
                     desk.back_to_first();
                     desk.begin(desk.messenger().leave(conversation, desk.now(), desk.entropy()));
                 });
        return;
    }
    desk.ask(tr("Remove {1} with all messages? y: yes, any other key: no", desk.name_of(contact)),
             [&desk, contact] {
                 desk.back_to_first();
                 desk.begin(desk.messenger().remove_contact(contact, desk.now(), desk.entropy()));
             });
}

void open_add_contact(Desk& desk, std::string_view target) {
    Form form;
    form.title = tr("Add a contact");
    form.intro = tr("They are asked, and can read what you write once they have accepted.");
    form.fields = {tr("Their address (name@relay) or link (mayfly:...):")};
    form.first_value = target;
    form.done = [&desk](const auto& values) {
        const bool begun =
            desk.begin(desk.messenger().add_contact(values[0], desk.now(), desk.entropy()),
                       tr("They were asked"));
        if (begun) desk.say(tr("One moment ..."));
        return begun;
    };
    open_form(desk, std::move(form));
}

}  // namespace mayfly::tui
