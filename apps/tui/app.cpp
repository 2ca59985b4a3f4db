#include "tui/app.h"

#include "tui/pages.h"

namespace mayfly::tui {

App::App(rpc::AccountPort& port, Files& files) : desk_(port, files) {
    auto talk = std::make_unique<TalkPage>(desk_);
    talk_ = talk.get();
    desk_.open(std::move(talk));
}

void App::refresh(Time now) {
    desk_.set_now(now);
    desk_.touch();
    settle();
}

// settle ends what a key or an event began: what it left to do, and what is to be read anew.
void App::settle() {
    desk_.settle();
    if (!desk_.is_open() || !desk_.take_stale()) return;
    talk_->refresh();
    for (size_t i = 1; i < desk_.pages().size(); i++) {
        if (desk_.is_open()) desk_.pages()[i]->refresh();
    }
}

void App::on_event(const core::Event& event, Time now) {
    desk_.set_now(now);
    desk_.note(event);
    talk_->on_event(event);
}

void App::tick(Time now) {
    desk_.set_now(now);
    if (!desk_.is_open()) return;
    talk_->tick();
    // A pairing ends by itself without an event.
    if (desk_.is_open() && desk_.messenger().pairing()) desk_.touch();
    settle();
}

bool App::on_key(const Key& key, Time now) {
    desk_.set_now(now);
    if (!desk_.is_open()) return false;
    const bool meant = dispatch(key);
    settle();
    return meant;
}

bool App::dispatch(const Key& key) {
    const Action action = action_of(page().where(), key);
    switch (action) {
        case Action::lock: desk_.wish(Wish::lock); return true;
        case Action::quit: desk_.wish(Wish::quit); return true;
        default: break;
    }
    if (!desk_.question().empty()) {
        desk_.answer(key.kind == Key::Kind::text && key.text == "y");
        return true;
    }
    if (action == Action::help) {
        open_help(desk_, page().where());
        return true;
    }
    if (action != Action::none) return page().on_action(action);
    page().on_key(key);
    return key.kind == Key::Kind::text;
}

}  // namespace mayfly::tui
