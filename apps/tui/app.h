// App: what the terminal UI knows and does, without a terminal. Keys and events in; a picture is
// drawn from it by tui/layout.h.
#pragma once

#include <map>
#include <set>

#include "core/messenger.h"
#include "rpc/schema.h"
#include "tui/editor.h"

namespace mayfly::tui {

// What Ctrl-E and Ctrl-B go through. 0: does not burn.
constexpr Duration expire_choices[] = {Duration::days(6),     Duration::days(1),
                                       Duration::hours(1),    Duration::minutes(5),
                                       Duration::seconds(30), Duration::days(365)};
constexpr Duration burn_choices[] = {Duration{0}, Duration::seconds(10), Duration::minutes(1),
                                     Duration::hours(1), Duration::days(1)};
constexpr Duration notice_duration = Duration::seconds(8);

enum class Focus : uint8_t { list, messages, compose };
enum class Page : uint8_t { main, help, account, add };
enum class Wish : uint8_t { none, quit, lock };

// Entry: a line of the list; people who ask come first.
struct Entry {
    core::AccountId account;
    core::ConversationId conversation;
    std::string name;
    bool is_request = false;
    bool established = false;
    std::map<core::MessageId, Time> unread;  // and when they expire
};

class App {
  public:
    explicit App(rpc::AccountPort& port) : port_(port) {}

    void refresh(Time now);  // reads everything anew
    void on_event(const core::Event& event, Time now);
    void on_key(const Key& key, Time now);
    // tick forgets what has expired.
    void tick(Time now);
    Wish wish() const { return wish_; }

    // --- for the picture
    const std::string& address() const { return address_; }
    const std::string& link() const { return link_; }
    const std::vector<std::string>& relays() const { return relays_; }
    const std::vector<Entry>& entries() const { return entries_; }
    const Entry* selected() const;
    const std::vector<core::MessageView>& messages() const { return messages_; }
    const core::MessageView* pointed() const;  // the message that keys act on
    std::optional<size_t> selected_index() const;
    Focus focus() const { return focus_; }
    Page page() const { return page_; }
    bool confirming() const { return confirming_; }
    bool online() const { return !up_.empty(); }
    const Editor& compose() const;
    const Editor& new_contact() const { return new_contact_; }
    Duration expire() const { return expire_choices[expire_choice_]; }
    Duration burn() const { return burn_choices[burn_choice_]; }
    const std::string& notice() const { return notice_; }
    // is_hidden: a message that burns is not shown before it is opened.
    static bool is_hidden(const core::MessageView& message);

  private:
    void read_entries(Time now);
    void read_messages(Time now);
    void read_unread(Entry& entry, Time now);
    void mark_read(Time now);
    void move(int by, Time now);
    void on_list_key(const Key& key, Time now);
    void on_messages_key(const Key& key, Time now);
    void on_compose_key(const Key& key, Time now);
    void on_add_key(const Key& key, Time now);
    bool on_global_key(const Key& key);
    void on_page_key(const Key& key, Time now);
    void accept(Time now);
    void remove(Time now);
    void send(Time now);
    void open(Time now);
    void burn_pointed(Time now);
    void recall(Time now);
    // begin performs what an operation starts with, and says later how it ended.
    void begin(Result<core::Messenger::Started> started, const std::string& what, Time now);
    void perform(Result<core::Effects> effects, const std::string& done, Time now);
    void say(std::string text, Time now);
    Editor& draft();

    rpc::AccountPort& port_;
    std::string address_;
    std::string link_;
    std::vector<std::string> relays_;
    std::vector<Entry> entries_;
    std::optional<core::AccountId> selected_;
    std::vector<core::MessageView> messages_;
    std::optional<core::MessageId> pointed_;  // none: the newest
    Focus focus_ = Focus::list;
    Page page_ = Page::main;
    bool confirming_ = false;
    std::set<std::string> up_;
    // One draft a conversation, so that no text goes to somebody else. In memory only.
    std::map<core::AccountId, Editor> drafts_;
    Editor new_contact_{4096};
    size_t expire_choice_ = 0;
    size_t burn_choice_ = 0;
    std::string notice_;
    Time notice_until_;
    std::map<core::OperationId, std::string> under_way_;
    bool stale_ = false;  // all is to be read anew
    std::set<core::ConversationId> stale_conversations_;
    Wish wish_ = Wish::none;
};

}  // namespace mayfly::tui
