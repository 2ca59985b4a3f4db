// Pages for what is sent besides texts: files, voice memos, polls, places, contacts.
#include "core/place.h"
#include "tui/form_page.h"
#include "tui/pages.h"

namespace mayfly::tui {
namespace {

// To whom, and how long it lives.
struct To {
    core::ConversationId conversation;
    core::SendOptions options;
};

// The core's contents hold ordinary strings; what we put into one we wipe again.
struct WipedAtEnd {
    std::function<void()> wipe_all;
    ~WipedAtEnd() { wipe_all(); }
};
void wipe_texts(core::Poll& poll) {
    wipe(poll.question.data(), poll.question.size());
    for (std::string& option : poll.options) wipe(option.data(), option.size());
}

bool send_body(Desk& desk, const To& to, const core::OutgoingBody& body) {
    const bool begun = desk.begin(
        desk.messenger().send_body(to.conversation, body, to.options, desk.now(), desk.entropy()));
    if (begun) desk.back_to_first();
    return begun;
}

void open_send_file(Desk& desk, const To& to, bool voice) {
    Form form;
    form.title = voice ? tr("Send a voice memo") : tr("Send a file");
    form.intro = voice ? tr("A recording of Opus in Ogg, an hour at most.")
                       : tr("From pictures, films and sound place, time and device are left out.");
    form.fields = {tr("File (Tab completes its name)")};
    form.done = [&desk, to, voice](const auto& values) {
        const auto offer = desk.files().offer(std::string(values[0]), voice);
        if (!offer.ok() && offer.code() == ErrorCode::malformed_input) {
            desk.say(voice
                         ? tr("This is no voice memo")
                         : tr("This file is damaged; mayfly send-file --as-is sends it as it is"));
            return false;
        }
        if (!offer.ok()) return desk.refuse(offer.code());
        const bool begun = desk.begin(desk.messenger().send_file(
            to.conversation, *offer, to.options, desk.now(), desk.entropy()));
        if (begun) desk.back_to_first();
        return begun;
    };
    open_path(desk, std::move(form));
}

void open_poll(Desk& desk, const To& to, bool multiple) {
    constexpr int answers = 6;
    Form form;
    form.title = tr("New poll");
    form.intro = multiple ? tr("Everybody may choose several answers.")
                          : tr("Everybody may choose one answer.");
    form.fields = {tr("Question:")};
    for (int i = 1; i <= answers; i++) {
        form.fields.push_back(i <= 2 ? tr("Answer {1}:", i)
                                     : tr("Answer {1} (may stay empty):", i));
    }
    form.done = [&desk, to, multiple](const auto& values) {
        core::Poll poll;
        const WipedAtEnd wiped{[&poll] { wipe_texts(poll); }};
        poll.question = values[0];
        poll.multiple = multiple;
        poll.options.reserve(values.size());  // moved strings would leave their bytes behind
        for (size_t i = 1; i < values.size(); i++) {
            if (!values[i].empty()) poll.options.emplace_back(values[i]);
        }
        if (!core::decode_body<core::Poll>(codec::encode_secret(poll).expose()).ok()) {
            desk.say(tr("It needs a question and at least two different answers"));
            return false;
        }
        return send_body(desk, to, poll);
    };
    open_form(desk, std::move(form));
}

void open_place(Desk& desk, const To& to) {
    Form form;
    form.title = tr("Send a place");
    form.intro = tr("In degrees; south and west are negative.");
    form.fields = {tr("Latitude, like 52.5163:"), tr("Longitude, like 13.3777:"),
                   tr("What is there (may stay empty):")};
    form.done = [&desk, to](const auto& values) {
        core::Location place;
        const WipedAtEnd wiped{[&place] { wipe(place.label.data(), place.label.size()); }};
        if (!core::parse_place(values[0], values[1], place).ok()) {
            desk.say(tr("Degrees are written like 52.5163 and 13.3777"));
            return false;
        }
        place.label = values[2];
        return send_body(desk, to, place);
    };
    open_form(desk, std::move(form));
}

void open_card(Desk& desk, const To& to) {
    desk.open(make_menu(desk, tr("Send a contact"), [&desk, to] {
        Rows rows;
        for (const core::ContactView& contact : desk.messenger().contacts()) {
            const core::AccountId account = contact.account;
            rows.emplace_back(desk.name_of(account), [&desk, to, account] {
                const auto card = desk.messenger().card_of(account);
                if (card.ok()) {
                    send_body(desk, to, *card);
                } else {
                    desk.refuse(card.code());
                }
            });
        }
        if (rows.empty()) rows.emplace_back(tr("nobody"), Desk::Then(), dim);
        return rows;
    }));
}

}  // namespace

void open_attach(Desk& desk, const core::ConversationId& conversation, core::SendOptions options) {
    const To to{conversation, std::move(options)};
    desk.open(make_menu(desk, tr("Send"), [&desk, to] {
        Rows rows;
        rows.emplace_back(tr("A file"), [&desk, to] { open_send_file(desk, to, false); });
        rows.emplace_back(tr("A voice memo"), [&desk, to] { open_send_file(desk, to, true); });
        rows.emplace_back(tr("A poll with one choice"),
                          [&desk, to] { open_poll(desk, to, false); });
        rows.emplace_back(tr("A poll with several choices"),
                          [&desk, to] { open_poll(desk, to, true); });
        rows.emplace_back(tr("A place"), [&desk, to] { open_place(desk, to); });
        rows.emplace_back(tr("A contact, so that they can add each other"),
                          [&desk, to] { open_card(desk, to); });
        return rows;
    }));
}

}  // namespace mayfly::tui
