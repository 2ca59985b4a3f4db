// App: what the terminal UI knows and does, without a terminal. Keys and events in; tui/layout.h
// draws a picture of it.
#pragma once

#include "tui/talk_page.h"

namespace mayfly::tui {

class App {
  public:
    App(rpc::AccountPort& port, Files& files);

    void refresh(Time now);  // reads everything anew
    void on_event(const core::Event& event, Time now);
    // on_key gives whether the key meant something.
    bool on_key(const Key& key, Time now);
    // tick takes in what events announced and forgets what has expired.
    void tick(Time now);
    Wish wish() const { return desk_.wish(); }

    // --- for the picture
    const Desk& desk() const { return desk_; }
    Page& page() const { return *desk_.pages().back(); }
    const TalkPage& talk() const { return *talk_; }
    std::string banner() const { return talk_->banner(); }
    void set_now(Time now) { desk_.set_now(now); }

  private:
    bool dispatch(const Key& key);
    void settle();

    Desk desk_;
    TalkPage* talk_ = nullptr;  // the first of the desk's pages, always there
};

}  // namespace mayfly::tui
