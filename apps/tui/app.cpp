#include "tui/app.h"

#include <algorithm>

namespace mayfly::tui {
namespace {

using Kind = Key::Kind;

std::string name_of(const std::string& display_name, const std::string& handle,
                    const core::AccountId& account) {
    if (!display_name.empty()) return display_name;
    const size_t at = handle.find('@');
    if (at != std::string::npos && at > 0) return handle.substr(0, at);
    return core::text_of(account).substr(0, 8);
}

// label_of also says what a person decided of them, or must not overlook.
std::string label_of(const core::ContactView& contact) {
    const std::string name = name_of(contact.display_name, contact.handle, contact.account);
    if (contact.alarm != core::Alarm::none) return "(!) " + name;
    if (contact.blocked) return name + " (blocked)";
    return contact.verified ? name + " (verified)" : name;
}

bool is_unread(const core::MessageView& message) {
    return !message.outgoing && message.state == core::MessageState::received;
}

bool is_letter(const Key& key, char letter) {
    return key.kind == Kind::text && key.text.size() == 1 && key.text[0] == letter;
}

}  // namespace

bool App::is_hidden(const core::MessageView& message) {
    return is_unread(message) && message.burn_seconds != 0;
}

// --- reading ------------------------------------------------------------------------------------

void App::refresh(Time now) {
    core::Messenger* messenger = port_.messenger();
    if (messenger == nullptr) return;
    if (const auto account = messenger->account(); account.ok()) {
        link_ = account->link;
        relays_ = account->relays;
        address_ = account->handles.empty()
                       ? core::text_of(account->account).substr(0, 8)
                       : account->handles[0].name + "@" + account->handles[0].relay;
    }
    read_entries(now);
    read_messages(now);
}

void App::read_entries(Time now) {
    core::Messenger& messenger = *port_.messenger();
    entries_.clear();
    for (const core::RequestView& request : messenger.requests()) {
        entries_.push_back({request.account,
                            request.conversation,
                            name_of(request.display_name, request.handle, request.account),
                            true,
                            false,
                            {}});
    }
    for (const core::ContactView& contact : messenger.contacts()) {
        entries_.push_back({contact.account,
                            contact.conversation,
                            label_of(contact),
                            false,
                            contact.established,
                            {}});
        read_unread(entries_.back(), now);
    }
    if (selected() == nullptr) {
        selected_.reset();
        if (!entries_.empty()) selected_ = entries_.front().account;
        focus_ = Focus::list;
    }
}

void App::read_unread(Entry& entry, Time now) {
    entry.unread.clear();
    const auto messages = port_.messenger()->messages(entry.conversation, now);
    if (!messages.ok()) return;
    for (const core::MessageView& message : *messages) {
        if (is_unread(message)) entry.unread.emplace(message.id, message.expires_at);
    }
}

void App::read_messages(Time now) {
    messages_.clear();
    const Entry* entry = selected();
    if (entry == nullptr || entry->is_request) return;
    auto messages = port_.messenger()->messages(entry->conversation, now);
    if (messages.ok()) messages_ = std::move(*messages);
    mark_read(now);
}

// What is in front of the person's eyes is read; what burns is opened one by one.
void App::mark_read(Time now) {
    if (focus_ == Focus::list) return;
    std::vector<core::MessageId> ids;
    for (core::MessageView& message : messages_) {
        if (!is_unread(message) || is_hidden(message)) continue;
        ids.push_back(message.id);
        message.state = core::MessageState::opened;
    }
    for (const core::MessageId& id : ids) {
        if (port_.messenger() == nullptr) return;
        auto effects = port_.messenger()->open_message(id, now);
        if (!effects.ok() || !port_.perform(std::move(*effects)).ok()) return;
        for (Entry& entry : entries_) entry.unread.erase(id);
    }
}

std::optional<size_t> App::selected_index() const {
    for (size_t i = 0; i < entries_.size(); i++) {
        if (selected_ && entries_[i].account == *selected_) return i;
    }
    return std::nullopt;
}

const Entry* App::selected() const {
    const auto index = selected_index();
    return index ? &entries_[*index] : nullptr;
}

const core::MessageView* App::pointed() const {
    if (messages_.empty()) return nullptr;
    for (const core::MessageView& message : messages_) {
        if (pointed_ && message.id == *pointed_) return &message;
    }
    return &messages_.back();
}

Editor& App::draft() {
    return drafts_.try_emplace(selected_.value_or(core::AccountId()), core::text_size_bytes_max)
        .first->second;
}

const Editor& App::compose() const {
    static const Editor none(0);
    const auto found = drafts_.find(selected_.value_or(core::AccountId()));
    return found == drafts_.end() ? none : found->second;
}

// --- events and time ----------------------------------------------------------------------------

// Events come in the middle of a step: they only note what tick reads anew.
void App::on_event(const core::Event& event, Time now) {
    if (const auto* ended = std::get_if<core::OperationEnded>(&event)) {
        const auto what = under_way_.extract(ended->operation);
        if (!what) return;
        say(ended->result.ok() ? what.mapped() + ": done"
                               : what.mapped() + ": " + error_text(ended->result.code()),
            now);
        stale_ = true;
    } else if (const auto* change = std::get_if<core::LinkChanged>(&event)) {
        if (change->up) {
            up_.insert(change->relay);
        } else {
            up_.erase(change->relay);
        }
        if (change->why && change->why->code == ErrorCode::relay_untrusted) {
            say(error_text(change->why->code), now);
        }
    } else if (const auto* arrived = std::get_if<core::MessageArrived>(&event)) {
        stale_conversations_.insert(arrived->conversation);
    } else if (const auto* synced = std::get_if<core::MessageSynced>(&event)) {
        stale_conversations_.insert(synced->conversation);
    } else if (std::holds_alternative<core::MessageChanged>(event) ||
               std::holds_alternative<core::ContactChanged>(event)) {
        stale_ = true;
    } else if (const auto* gone = std::get_if<core::MessageGone>(&event)) {
        std::erase_if(messages_, [&](const auto& message) { return message.id == gone->id; });
        for (Entry& entry : entries_) entry.unread.erase(gone->id);
    } else if (const auto* request = std::get_if<core::RequestArrived>(&event)) {
        const core::RequestView& who = request->request;
        say(name_of(who.display_name, who.handle, who.account) + " wants to write to you", now);
        stale_ = true;
    } else if (const auto* alarm = std::get_if<core::TrustAlarm>(&event)) {
        say("WARNING: somebody may pose as " +
                name_of(alarm->contact.display_name, alarm->contact.handle,
                        alarm->contact.account) +
                "; compare safety numbers (mayfly verify)",
            now);
        stale_ = true;
    }
}

void App::tick(Time now) {
    if (!notice_.empty() && now >= notice_until_) notice_.clear();
    const auto is_over = [&](const core::MessageView& message) {
        return message.expires_at <= now;
    };
    std::erase_if(messages_, is_over);
    for (Entry& entry : entries_) {
        std::erase_if(entry.unread, [&](const auto& one) { return one.second <= now; });
    }
    if (port_.messenger() == nullptr) return;
    if (std::exchange(stale_, false)) {
        stale_conversations_.clear();
        return refresh(now);
    }
    for (const core::ConversationId& id : std::exchange(stale_conversations_, {})) {
        const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
            return entry.conversation == id;
        });
        if (found == entries_.end()) return refresh(now);
        read_unread(*found, now);
        if (&*found == selected()) read_messages(now);
    }
    // That somebody accepted is no event.
    for (const core::ContactView& contact : port_.messenger()->contacts()) {
        for (Entry& entry : entries_) {
            if (entry.account == contact.account) entry.established = contact.established;
        }
    }
}

void App::say(std::string text, Time now) {
    notice_ = std::move(text);
    notice_until_ = now + notice_duration;
}

// --- keys ---------------------------------------------------------------------------------------

void App::on_key(const Key& key, Time now) {
    if (port_.messenger() == nullptr || on_global_key(key)) return;
    if (confirming_) {
        if (is_letter(key, 'y')) remove(now);
        confirming_ = false;
        return;
    }
    if (page_ != Page::main) return on_page_key(key, now);
    if (key.kind == Kind::tab || key.kind == Kind::back_tab) {
        const int step = key.kind == Kind::tab ? 1 : 2;
        const Entry* entry = selected();
        if (entry != nullptr && !entry->is_request) {
            focus_ = static_cast<Focus>((static_cast<int>(focus_) + step) % 3);
            mark_read(now);
        }
        return;
    }
    switch (focus_) {
        case Focus::list: return on_list_key(key, now);
        case Focus::messages: return on_messages_key(key, now);
        case Focus::compose: return on_compose_key(key, now);
    }
}

bool App::on_global_key(const Key& key) {
    if (key.kind == Kind::help) {
        page_ = page_ == Page::help ? Page::main : Page::help;
        return true;
    }
    if (key.kind != Kind::control) return false;
    switch (key.letter) {
        case 'q': wish_ = Wish::quit; return true;
        case 'c': wish_ = Wish::quit; return true;
        case 'l': wish_ = Wish::lock; return true;
        case 'g': page_ = page_ == Page::help ? Page::main : Page::help; return true;
        case 'e': expire_choice_ = (expire_choice_ + 1) % std::size(expire_choices); return true;
        case 'b': burn_choice_ = (burn_choice_ + 1) % std::size(burn_choices); return true;
        default: return false;
    }
}

void App::on_page_key(const Key& key, Time now) {
    if (key.kind == Kind::escape || (page_ != Page::add && is_letter(key, 'q'))) {
        page_ = Page::main;
        new_contact_.clear();
    } else if (page_ == Page::add) {
        on_add_key(key, now);
    }
}

void App::on_list_key(const Key& key, Time now) {
    const Entry* entry = selected();
    if (key.kind == Kind::up) return move(-1, now);
    if (key.kind == Kind::down) return move(1, now);
    if (key.kind == Kind::enter && entry != nullptr) {
        if (entry->is_request) return accept(now);
        focus_ = Focus::compose;
        return mark_read(now);
    }
    if (is_letter(key, 'a')) page_ = Page::add;
    if (is_letter(key, 's')) page_ = Page::account;
    if (is_letter(key, '?')) page_ = Page::help;
    if (is_letter(key, 'q')) wish_ = Wish::quit;
    if (is_letter(key, 'y') && entry != nullptr && entry->is_request) accept(now);
    if (is_letter(key, 'x') && entry != nullptr) confirming_ = true;
}

void App::on_messages_key(const Key& key, Time now) {
    if (key.kind == Kind::up || key.kind == Kind::page_up) {
        return move(key.kind == Kind::up ? -1 : -10, now);
    }
    if (key.kind == Kind::down || key.kind == Kind::page_down) {
        return move(key.kind == Kind::down ? 1 : 10, now);
    }
    if (key.kind == Kind::end) pointed_.reset();
    if (key.kind == Kind::escape) focus_ = Focus::list;
    if (is_letter(key, '?')) page_ = Page::help;
    if (pointed() == nullptr) return;
    if (key.kind == Kind::enter || is_letter(key, 'o')) open(now);
    if (is_letter(key, 'b')) burn_pointed(now);
    if (is_letter(key, 'r')) recall(now);
}

void App::on_compose_key(const Key& key, Time now) {
    if (key.kind == Kind::escape) {
        focus_ = Focus::list;
    } else if (key.kind == Kind::up || key.kind == Kind::page_up) {
        focus_ = Focus::messages;
    } else if (key.kind == Kind::enter) {
        send(now);
    } else {
        draft().on_key(key);
    }
}

void App::on_add_key(const Key& key, Time now) {
    if (key.kind != Kind::enter) {
        new_contact_.on_key(key);
        return;
    }
    if (new_contact_.empty()) return;
    begin(port_.messenger()->add_contact(new_contact_.text(), now, port_.entropy()),
          "contact request", now);
    new_contact_.clear();
    page_ = Page::main;
}

void App::move(int by, Time now) {
    const auto moved = [&](size_t from, size_t count) {
        const auto to = static_cast<int64_t>(from) + by;
        return static_cast<size_t>(std::clamp<int64_t>(to, 0, static_cast<int64_t>(count) - 1));
    };
    if (focus_ == Focus::messages) {
        if (pointed() == nullptr) return;
        const auto index = static_cast<size_t>(pointed() - messages_.data());
        pointed_ = messages_[moved(index, messages_.size())].id;
        return;
    }
    const auto index = selected_index();
    if (!index) return;
    selected_ = entries_[moved(*index, entries_.size())].account;
    pointed_.reset();
    read_messages(now);
}

// --- acting -------------------------------------------------------------------------------------

void App::begin(Result<core::Messenger::Started> started, const std::string& what, Time now) {
    if (!started.ok()) return say(what + ": " + error_text(started.code()), now);
    if (started->operation != 0) under_way_[started->operation] = what;
    say(what + " ...", now);
    if (!port_.perform(std::move(started->effects)).ok()) return;
    refresh(now);
}

void App::perform(Result<core::Effects> effects, const std::string& done, Time now) {
    if (!effects.ok()) return say(error_text(effects.code()), now);
    if (!port_.perform(std::move(*effects)).ok()) return;
    if (!done.empty()) say(done, now);
    refresh(now);
}

void App::accept(Time now) {
    const Entry entry = *selected();
    begin(port_.messenger()->accept_request(entry.account, now, port_.entropy()),
          "accepting " + entry.name, now);
}

void App::remove(Time now) {
    const Entry* entry = selected();
    if (entry == nullptr) return;
    const std::string what = (entry->is_request ? "dropping " : "removing ") + entry->name;
    const core::AccountId account = entry->account;
    drafts_.erase(account);
    begin(port_.messenger()->remove_contact(account, now, port_.entropy()), what, now);
}

void App::send(Time now) {
    const Entry* entry = selected();
    Editor& text = draft();
    if (entry == nullptr || entry->is_request || text.empty()) return;
    core::SendOptions options;
    options.expiration = expire();
    if (burn().ms != 0) options.burn = burn();
    auto started = port_.messenger()->send_text(entry->conversation, as_bytes(text.text()), options,
                                                now, port_.entropy());
    if (!started.ok()) return say(error_text(started.code()), now);
    under_way_[started->operation] = "sending";
    if (!port_.perform(std::move(started->effects)).ok()) return;
    text.clear();
    pointed_.reset();
    refresh(now);
}

void App::open(Time now) {
    const core::MessageView& message = *pointed();
    if (!is_unread(message)) return;
    pointed_ = message.id;
    perform(port_.messenger()->open_message(message.id, now), "", now);
}

void App::burn_pointed(Time now) {
    perform(port_.messenger()->burn(pointed()->id, now), "burnt on this device", now);
}

void App::recall(Time now) {
    begin(port_.messenger()->recall(pointed()->id, now, port_.entropy()), "recall", now);
}

}  // namespace mayfly::tui
