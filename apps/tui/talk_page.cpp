// The main page: reading what it shows, moving, and the list.
#include "tui/talk_page.h"

#include <algorithm>

#include "tui/pages.h"

namespace mayfly::tui {
namespace {

constexpr int page_step = 10;

}  // namespace

// --- reading ------------------------------------------------------------------------------------

void TalkPage::refresh() {
    const core::Messenger& messenger = desk_.messenger();
    if (const auto account = messenger.account(); account.ok()) {
        address_ = account->handles.empty()
                       ? core::text_of(account->account).substr(0, core::account_prefix_size_min)
                       : short_address(account->handles[0].name + "@" + account->handles[0].relay);
    }
    entries_ = read_entries(desk_, archived_);
    for (const Entry& entry : entries_) {
        if (!entry.asks() && !unread_.contains(entry.id)) read_activity(entry);
    }
    sort_entries(entries_, last_);
    if (selected() == nullptr) {
        select(entries_.empty() ? "" : entries_.front().id);
        part_ = Part::list;
    } else {
        read_messages();
    }
}

void TalkPage::read_activity(const Entry& entry) {
    Unread& unread = unread_[entry.id];
    unread.clear();
    const auto messages = desk_.messenger().messages(entry.conversation(), desk_.now());
    if (!messages.ok() || messages->empty()) return;
    for (const core::MessageView& message : *messages) {
        if (is_unread(message)) unread.emplace(message.id, message.expires_at);
    }
    last_[entry.id] = std::max(last_[entry.id], messages->back().sent_at);
}

void TalkPage::read_messages() {
    messages_.clear();
    names_.clear();
    const Entry* entry = selected();
    if (entry == nullptr || entry->asks()) return;
    auto messages = desk_.messenger().messages(entry->conversation(), desk_.now());
    if (messages.ok()) messages_ = std::move(*messages);
    Unread& unread = unread_[entry->id];
    unread.clear();
    for (const core::MessageView& message : messages_) {
        if (is_unread(message)) unread.emplace(message.id, message.expires_at);
    }
    if (entry->is_group()) {
        const auto members = desk_.messenger().members(entry->conversation());
        if (members.ok()) {
            for (const core::MemberView& member : *members) {
                names_[member.account] =
                    name_of(member.display_name, member.handle, member.account);
            }
        }
    }
    mark_read();
}

// What is in front of the person's eyes is read; what burns is opened one by one.
void TalkPage::mark_read() {
    if (part_ == Part::list || desk_.pages().size() > 1) return;
    std::vector<core::MessageId> ids;
    for (core::MessageView& message : messages_) {
        if (!is_unread(message) || is_hidden(message)) continue;
        ids.push_back(message.id);
        message.state = core::MessageState::opened;
    }
    for (const core::MessageId& id : ids) {
        if (!desk_.is_open()) return;
        if (!desk_.perform_quietly(desk_.messenger().open_message(id, desk_.now()))) return;
        unread_[selected_].erase(id);
    }
}

size_t TalkPage::unread_count(const Entry& entry) const {
    const auto found = unread_.find(entry.id);
    return found == unread_.end() ? 0 : found->second.size();
}

std::optional<size_t> TalkPage::selected_index() const {
    for (size_t i = 0; i < entries_.size(); i++) {
        if (entries_[i].id == selected_) return i;
    }
    return std::nullopt;
}

const Entry* TalkPage::selected() const {
    const auto index = selected_index();
    return index ? &entries_[*index] : nullptr;
}

const core::MessageView* TalkPage::pointed() const {
    if (messages_.empty()) return nullptr;
    for (const core::MessageView& message : messages_) {
        if (pointed_ && message.id == *pointed_) return &message;
    }
    return &messages_.back();
}

bool TalkPage::can_write() const {
    const Entry* entry = selected();
    return entry != nullptr && !entry->asks() && entry->view.may_write && !entry->view.closed &&
           !entry->view.joining;
}

std::string TalkPage::sender_name(const core::MessageView& message) const {
    if (message.outgoing) return tr("you");
    const Entry* entry = selected();
    if (entry != nullptr && !entry->is_group()) return entry->name;
    const auto found = names_.find(message.sender);
    return found == names_.end() ? desk_.name_of(message.sender) : found->second;
}

// --- events and time ----------------------------------------------------------------------------

// Events come in the middle of a step: they only note what tick reads anew.
void TalkPage::on_event(const core::Event& event) {
    if (const auto* arrived = std::get_if<core::MessageArrived>(&event)) {
        stale_.insert(arrived->conversation);
    } else if (const auto* synced = std::get_if<core::MessageSynced>(&event)) {
        stale_.insert(synced->conversation);
    } else if (std::holds_alternative<core::MessageChanged>(event)) {
        messages_stale_ = true;
    } else if (const auto* gone = std::get_if<core::MessageGone>(&event)) {
        std::erase_if(messages_, [&](const auto& message) { return message.id == gone->id; });
        for (auto& [id, unread] : unread_) unread.erase(gone->id);
    }
}

void TalkPage::tick() {
    const Time now = desk_.now();
    std::erase_if(messages_, [&](const auto& message) { return message.expires_at <= now; });
    for (auto& [id, unread] : unread_) {
        std::erase_if(unread, [&](const auto& one) { return one.second <= now; });
    }
    for (const core::ConversationId& id : std::exchange(stale_, {})) {
        const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
            return entry.conversation() == id;
        });
        // It may also have changed the settings.
        desk_.touch();
        if (found != entries_.end()) read_activity(*found);
    }
    if (std::exchange(messages_stale_, false)) read_messages();
    // That somebody accepted is no event.
    const auto waits = [](const Entry& entry) {
        return entry.kind == Entry::Kind::direct && !entry.established;
    };
    if (!desk_.is_open() || std::none_of(entries_.begin(), entries_.end(), waits)) return;
    for (const core::ContactView& contact : desk_.messenger().contacts()) {
        for (const Entry& entry : entries_) {
            if (entry.account == contact.account && waits(entry) && contact.established) {
                desk_.touch();
            }
        }
    }
}

std::string TalkPage::banner() const {
    if (!desk_.is_open()) return "";
    if (const auto account = desk_.messenger().account(); account.ok() && account->revoked) {
        return tr("WARNING: another device shut this one out. Nothing is sent or received here.");
    }
    const Entry* entry = selected();
    if (entry != nullptr && entry->alarm != core::Alarm::none) {
        return alarm_text(entry->alarm, entry->name);
    }
    for (const Entry& other : entries_) {
        if (other.alarm != core::Alarm::none) return alarm_text(other.alarm, other.name);
    }
    return "";
}

// --- moving -------------------------------------------------------------------------------------

Where TalkPage::where() const {
    switch (part_) {
        case Part::messages: return Where::messages;
        case Part::compose: return Where::compose;
        case Part::list: break;
    }
    const Entry* entry = selected();
    return entry != nullptr && entry->asks() ? Where::asked : Where::list;
}

void TalkPage::select(const std::string& id) {
    if (id != selected_) {
        tell_typing(false);
        selected_ = id;
        pointed_.reset();
        stop_reply();
        expiry_ = 0;
        burn_ = 0;
    }
    read_messages();
}

void TalkPage::enter(Part part) {
    part_ = part == Part::compose && !can_write() ? Part::messages : part;
    if (part_ == Part::list) {
        tell_typing(false);
    } else {
        mark_read();
    }
}

void TalkPage::change_part(int by) {
    const Entry* entry = selected();
    if (entry == nullptr || entry->asks()) return;
    const int count = can_write() ? 3 : 2;
    enter(static_cast<Part>((static_cast<int>(part_) + by + count) % count));
}

void TalkPage::go_to(const core::ConversationId& conversation, const core::MessageId& message) {
    desk_.back_to_first();
    const auto view = desk_.conversation(conversation);
    if (!view) return;
    archived_ = view->local.archived;
    refresh();
    for (const Entry& entry : entries_) {
        if (entry.conversation() != conversation) continue;
        select(std::string(entry.id));
        pointed_ = message;
        return enter(Part::messages);
    }
}

bool TalkPage::on_move(Action action) {
    const auto far = static_cast<int>(std::max(entries_.size(), messages_.size()));
    switch (action) {
        case Action::up: move(-1); return true;
        case Action::down: move(1); return true;
        case Action::page_up: move(-page_step); return true;
        case Action::page_down: move(page_step); return true;
        case Action::first: move(-far); return true;
        case Action::last: move(far); return true;
        default: return false;
    }
}

void TalkPage::move(int by) {
    const auto moved = [&](size_t from, size_t count) {
        const auto to = static_cast<int64_t>(from) + by;
        return static_cast<size_t>(std::clamp<int64_t>(to, 0, static_cast<int64_t>(count) - 1));
    };
    if (part_ == Part::messages) {
        if (pointed() == nullptr) return;
        const auto index = static_cast<size_t>(pointed() - messages_.data());
        pointed_ = messages_[moved(index, messages_.size())].id;
    } else if (const auto index = selected_index()) {
        select(std::string(entries_[moved(*index, entries_.size())].id));
    }
}

// --- actions ------------------------------------------------------------------------------------

bool TalkPage::on_action(Action action) {
    const Entry* entry = selected();
    switch (action) {
        case Action::next_part: change_part(1); return true;
        case Action::previous_part: change_part(-1); return true;
        case Action::pick_expiry: pick_expiry(); return true;
        case Action::pick_burn: pick_burn(); return true;
        case Action::attach:
            if (can_write()) open_attach(desk_, entry->conversation(), options());
            return true;
        case Action::search:
            open_search(desk_, [this](const auto& place, const auto& id) { go_to(place, id); });
            return true;
        default: break;
    }
    switch (part_) {
        case Part::list: return on_list_action(action);
        case Part::messages: return on_messages_action(action);
        case Part::compose: return on_compose_action(action);
    }
    return false;
}

bool TalkPage::on_list_action(Action action) {
    if (on_move(action)) return true;
    // What is about the whole list.
    switch (action) {
        case Action::add: open_add_contact(desk_); return true;
        case Action::create: open_create(desk_); return true;
        case Action::account: open_account(desk_); return true;
        case Action::other_view:
            archived_ = !archived_;
            refresh();
            return true;
        default: break;
    }
    const Entry* entry = selected();
    const bool asks = entry != nullptr && entry->asks();
    const bool talks = entry != nullptr && !asks;
    switch (action) {
        case Action::accept:
            if (asks) accept();
            return true;
        case Action::decline:
            if (asks) decline();
            return true;
        case Action::block:
            if (asks) ask_block(desk_, entry->account);
            return true;
        case Action::choose:
            if (talks) enter(Part::compose);
            return true;
        case Action::about:
            if (talks) open_about(desk_, entry->conversation(), entry->account);
            return true;
        case Action::remove:
            if (talks) ask_remove(desk_, entry->conversation(), entry->account);
            return true;
        case Action::pin: set_local([](auto& local) { local.pinned = !local.pinned; }); return true;
        case Action::archive:
            set_local([](auto& local) { local.archived = !local.archived; });
            return true;
        case Action::mute:
            set_local(
                [this](auto& local) { local.muted_until = toggled_mute(local, desk_.now()); });
            return true;
        default: return false;
    }
}

void TalkPage::accept() {
    const Entry& entry = *selected();
    core::Messenger& messenger = desk_.messenger();
    if (entry.kind == Entry::Kind::request) {
        desk_.begin(messenger.accept_request(entry.account, desk_.now(), desk_.entropy()),
                    tr("You and {1} can write to each other now", entry.name));
    } else {
        desk_.begin(messenger.accept_offer(entry.conversation(), desk_.now(), desk_.entropy()),
                    tr("Whoever invited you lets you in when they come online"));
    }
}

void TalkPage::decline() {
    const Entry& entry = *selected();
    const auto conversation = entry.conversation();
    const auto account = entry.account;
    const bool offer = entry.kind == Entry::Kind::offer;
    desk_.ask(tr("Decline {1}? y: yes, any other key: no", entry.name), [=, this] {
        core::Messenger& messenger = desk_.messenger();
        if (offer) {
            desk_.perform(messenger.decline_offer(conversation, desk_.now()));
        } else {
            desk_.begin(messenger.remove_contact(account, desk_.now(), desk_.entropy()));
        }
    });
}

void TalkPage::set_local(const std::function<void(core::LocalSettings&)>& change) {
    const Entry* entry = selected();
    if (entry == nullptr || entry->asks()) return;
    core::LocalSettings local = entry->view.local;
    change(local);
    desk_.perform(desk_.messenger().set_local_settings(entry->conversation(), local, desk_.now()));
}

}  // namespace mayfly::tui
