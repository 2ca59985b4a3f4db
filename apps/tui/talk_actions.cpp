// The main page: what can be done with a message, and the text field.
#include <algorithm>

#include "tui/pages.h"
#include "tui/talk_page.h"

namespace mayfly::tui {

// --- messages -----------------------------------------------------------------------------------

bool TalkPage::on_messages_action(Action action) {
    if (on_move(action)) {
        if (action == Action::last) pointed_.reset();
        return true;
    }
    if (action == Action::back) {
        enter(Part::list);
        return true;
    }
    constexpr Action about_messages[] = {Action::choose, Action::reply,   Action::react,
                                         Action::edit,   Action::vote,    Action::save,
                                         Action::burn,   Action::details, Action::take_back};
    const auto* end = std::end(about_messages);
    if (std::find(std::begin(about_messages), end, action) == end) return false;
    const core::MessageView* message = pointed();
    if (message == nullptr) return true;
    const core::MessageId id = message->id;
    const bool hidden = is_hidden(*message);
    const bool is_poll = std::holds_alternative<core::PollView>(message->body);
    switch (action) {
        case Action::choose: open_pointed(); return true;
        case Action::reply: reply(); return true;
        case Action::edit: edit(); return true;
        case Action::burn: burn(); return true;
        case Action::take_back: take_back(); return true;
        default: break;
    }
    if (hidden) {
        desk_.say(tr("Enter opens it first"));
    } else if (action == Action::react) {
        open_react(desk_, id);
    } else if (action == Action::details) {
        open_details(desk_, id);
    } else if (action == Action::vote && is_poll) {
        open_vote(desk_, id);
    } else if (action == Action::save && message->file) {
        open_save(desk_, id);
    } else {
        desk_.say(action == Action::vote ? tr("This is no poll") : tr("There is no file in it"));
    }
    return true;
}

// What Enter means depends on what it is.
void TalkPage::open_pointed() {
    const core::MessageView& message = *pointed();
    pointed_ = message.id;
    if (is_hidden(message)) {
        desk_.perform(desk_.messenger().open_message(message.id, desk_.now()));
    } else if (std::holds_alternative<core::PollView>(message.body)) {
        open_vote(desk_, message.id);
    } else if (message.file) {
        open_save(desk_, message.id);
    } else if (const auto* card = std::get_if<core::ContactCard>(&message.body)) {
        open_add_contact(desk_, card->link);
    } else {
        open_details(desk_, message.id);
    }
}

void TalkPage::reply() {
    if (!can_write()) return;
    stop_reply();
    reply_to_ = pointed()->id;
    enter(Part::compose);
}

void TalkPage::edit() {
    const core::MessageView& message = *pointed();
    if (!message.outgoing || message.type != core::ContentType::text) {
        return desk_.say(tr("Only texts of your own can be edited"));
    }
    stop_reply();
    edited_ = message.id;
    edit_.put(as_text(message.text.expose()));
    enter(Part::compose);
}

void TalkPage::take_back() {
    const core::MessageView& message = *pointed();
    if (!message.outgoing) return desk_.say(tr("Only messages of your own can be taken back"));
    desk_.begin(desk_.messenger().recall(message.id, desk_.now(), desk_.entropy()),
                tr("Taken back from everybody"));
}

void TalkPage::burn() {
    desk_.perform(desk_.messenger().burn(pointed()->id, desk_.now()), tr("Burnt on your devices"));
}

// --- the text -----------------------------------------------------------------------------------

Editor& TalkPage::draft() {
    return drafts_.try_emplace(selected_, core::text_size_bytes_max).first->second;
}

const Editor& TalkPage::editor() const {
    static const Editor none(0);
    if (edited_) return edit_;
    const auto found = drafts_.find(selected_);
    return found == drafts_.end() ? none : found->second;
}

void TalkPage::stop_reply() {
    reply_to_.reset();
    edited_.reset();
    edit_.clear();
}

bool TalkPage::on_compose_action(Action action) {
    switch (action) {
        case Action::send:
            if (edited_) {
                send_edit();
            } else {
                send();
            }
            return true;
        case Action::back:
            if (reply_to_ || edited_) {
                stop_reply();
            } else {
                enter(Part::list);
            }
            return true;
        case Action::up:
        case Action::page_up: enter(Part::messages); return true;
        default: return false;
    }
}

void TalkPage::on_key(const Key& key) {
    if (part_ != Part::compose) return;
    Editor& text = edited_ ? edit_ : draft();
    if (!text.on_key(key)) return;
    if (!edited_) tell_typing(!text.empty());
}

// Where the conversation wants it others see that we type. The core knows when that is due.
void TalkPage::tell_typing(bool active) {
    const Entry* entry = selected();
    if (!desk_.is_open() || entry == nullptr || entry->asks() || !entry->view.typing) return;
    desk_.perform_quietly(
        desk_.messenger().send_typing(entry->conversation(), active, desk_.now(), desk_.entropy()));
}

core::SendOptions TalkPage::options() const {
    core::SendOptions options;
    if (expiry_ != 0) options.expiration = expire_choices[expiry_ - 1];
    if (burn_ != 0) {
        const Duration burn = burn_choices[burn_ - 1];
        options.no_burn = burn.ms == 0;
        if (burn.ms != 0) options.burn = burn;
    }
    options.reply_to = reply_to_;
    return options;
}

void TalkPage::pick_expiry() {
    const Entry* entry = selected();
    if (entry == nullptr) return;
    do {
        expiry_ = (expiry_ + 1) % (std::size(expire_choices) + 1);
    } while (expiry_ != 0 && expire_choices[expiry_ - 1] > entry->view.expiration_limit);
}

void TalkPage::pick_burn() {
    const Entry* entry = selected();
    if (entry == nullptr) return;
    const Duration limit = Duration::seconds(entry->view.burn_seconds_limit);
    const auto is_allowed = [&](Duration burn) {
        return limit.ms == 0 || (burn.ms != 0 && burn <= limit);
    };
    do {
        burn_ = (burn_ + 1) % (std::size(burn_choices) + 1);
    } while (burn_ != 0 && !is_allowed(burn_choices[burn_ - 1]));
}

void TalkPage::send() {
    Editor& text = draft();
    if (!can_write() || text.empty()) return;
    core::Messenger& messenger = desk_.messenger();
    const core::ConversationId conversation = selected()->conversation();
    core::SendOptions how = options();
    how.mentions = messenger.find_mentions(conversation, as_bytes(text.text()));
    if (!desk_.begin(messenger.send_text(conversation, as_bytes(text.text()), how, desk_.now(),
                                         desk_.entropy()))) {
        return;
    }
    text.clear();
    stop_reply();
    pointed_.reset();
}

void TalkPage::send_edit() {
    if (edit_.empty()) return;
    core::Messenger& messenger = desk_.messenger();
    const auto mentions =
        messenger.find_mentions(selected()->conversation(), as_bytes(edit_.text()));
    const bool begun = desk_.begin(
        messenger.edit(*edited_, as_bytes(edit_.text()), mentions, desk_.now(), desk_.entropy()));
    if (begun) stop_reply();
}

}  // namespace mayfly::tui
