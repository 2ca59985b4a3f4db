#include "tui/desk.h"

#include <algorithm>

namespace mayfly::tui {

// --- the account --------------------------------------------------------------------------------

std::string Desk::name_of(const core::AccountId& account) const {
    if (const auto known = contact(account)) {
        return tui::name_of(known->display_name, known->handle, account);
    }
    return messenger().name_of(account);
}

std::optional<core::ContactView> Desk::contact(const core::AccountId& account) const {
    for (core::ContactView& contact : messenger().contacts()) {
        if (contact.account == account) return std::move(contact);
    }
    return std::nullopt;
}

std::optional<core::ConversationView> Desk::conversation(const core::ConversationId& id) const {
    for (core::ConversationView& view : messenger().conversations()) {
        if (view.conversation == id) return std::move(view);
    }
    return std::nullopt;
}

// --- acting -------------------------------------------------------------------------------------

bool Desk::carry_out(core::OperationId operation, core::Effects effects, std::string done,
                     Then then) {
    if (operation != 0) under_way_[operation] = {std::move(done), std::move(then)};
    stale_ = true;
    return port_.perform(std::move(effects)).ok();
}

bool Desk::perform(Result<core::Effects> effects, std::string done) {
    if (!effects.ok()) return refuse(effects.code());
    stale_ = true;
    if (!port_.perform(std::move(*effects)).ok()) return false;
    if (!done.empty()) say(std::move(done));
    return true;
}

bool Desk::refuse(ErrorCode code) {
    say(tr("That did not work: {1}", tr(error_text(code))));
    return false;
}

void Desk::say(std::string text) {
    notice_ = std::move(text);
    notice_until_ = now_ + notice_duration;
}

void Desk::ask(std::string question, Then yes) {
    question_ = std::move(question);
    yes_ = std::move(yes);
}

void Desk::answer(bool yes) {
    question_.clear();
    const Then then = std::exchange(yes_, {});
    if (yes && then) then();
}

// --- pages --------------------------------------------------------------------------------------

void Desk::back() {
    if (pages_.size() < 2) return;
    left_.push_back(std::move(pages_.back()));
    pages_.pop_back();
    stale_ = true;
}

void Desk::back_to_first() {
    while (pages_.size() > 1) back();
}

void Desk::close(const Page* page) {
    const auto found = std::find_if(pages_.begin(), pages_.end(),
                                    [&](const auto& each) { return each.get() == page; });
    if (found == pages_.end()) return;
    left_.push_back(std::move(*found));
    pages_.erase(found);
    stale_ = true;
}

void Desk::settle() {
    left_.clear();
    if (!notice_.empty() && now_ >= notice_until_) notice_.clear();
    for (const Then& then : std::exchange(due_, {})) {
        if (is_open()) then();
    }
    left_.clear();
}

// --- events -------------------------------------------------------------------------------------

// Events come in the middle of a step: they only note what is to be done after it.
void Desk::note(const core::Event& event) {
    if (const auto* ended = std::get_if<core::OperationEnded>(&event)) {
        note_end(*ended);
    } else if (const auto* change = std::get_if<core::LinkChanged>(&event)) {
        if (change->up) {
            up_.insert(change->relay);
        } else {
            up_.erase(change->relay);
        }
        if (change->why && change->why->code == ErrorCode::relay_untrusted) {
            say(tr(error_text(change->why->code)));
        }
    } else if (const auto* progress = std::get_if<core::TransferProgress>(&event)) {
        progress_.insert_or_assign(progress->id, *progress);
        if (progress->done_bytes >= progress->size_bytes) progress_.erase(progress->id);
    } else if (const auto* gone = std::get_if<core::MessageGone>(&event)) {
        progress_.erase(gone->id);
    } else if (const auto* request = std::get_if<core::RequestArrived>(&event)) {
        const core::RequestView& who = request->request;
        say(tr("{1} wants to write to you",
               tui::name_of(who.display_name, who.handle, who.account)));
        stale_ = true;
    } else if (const auto* offer = std::get_if<core::OfferArrived>(&event)) {
        say(tr("{1} invites you to {2}", name_of(offer->offer.from), offer->offer.name));
        stale_ = true;
    } else if (const auto* alarm = std::get_if<core::TrustAlarm>(&event)) {
        const core::ContactView& who = alarm->contact;
        say(alarm_text(who.alarm, tui::name_of(who.display_name, who.handle, who.account)));
        stale_ = true;
    } else if (const auto* changed = std::get_if<core::ConversationChanged>(&event)) {
        note_change(*changed);
    } else if (std::holds_alternative<core::DeviceMet>(event) ||
               std::holds_alternative<core::DeviceRevoked>(event) ||
               std::holds_alternative<core::DeviceLinked>(event) ||
               std::holds_alternative<core::ContactChanged>(event)) {
        stale_ = true;
    }
}

void Desk::note_end(const core::OperationEnded& ended) {
    const auto found = under_way_.extract(ended.operation);
    if (!found) return;
    stale_ = true;
    if (!ended.result.ok()) {
        refuse(ended.result.code());
        return;
    }
    if (!found.mapped().done.empty()) say(std::move(found.mapped().done));
    if (found.mapped().then) due_.push_back(std::move(found.mapped().then));
}

void Desk::note_change(const core::ConversationChanged& change) {
    stale_ = true;
    if (change.removed_us) say(tr("You were removed from a group"));
}

const core::TransferProgress* Desk::progress(const core::MessageId& id) const {
    const auto found = progress_.find(id);
    return found == progress_.end() ? nullptr : &found->second;
}

}  // namespace mayfly::tui
