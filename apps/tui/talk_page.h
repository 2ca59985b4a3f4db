// TalkPage: the main page. The list of conversations, the messages of one, and the text field.
#pragma once

#include "tui/conversations.h"
#include "tui/editor.h"
#include "tui/message_words.h"

namespace mayfly::tui {

// Below this many columns list and messages do not fit side by side: the part in use decides.
constexpr int both_columns_min = 50;

// What Ctrl-E and Ctrl-B go through, after what the conversation has agreed on. 0: does not burn.
constexpr Duration expire_choices[] = {
    Duration::days(1), Duration::hours(1), Duration::minutes(5), Duration::seconds(30),
    Duration::days(6), Duration::days(30), Duration::days(365)};
constexpr Duration burn_choices[] = {Duration::seconds(10), Duration::minutes(1),
                                     Duration::hours(1), Duration::days(1), Duration{0}};

class TalkPage final : public Page {
  public:
    enum class Part : uint8_t { list, messages, compose };

    explicit TalkPage(Desk& desk) : desk_(desk) {}

    Where where() const override;
    std::string title() const override;
    void refresh() override;
    bool on_action(Action action) override;
    void on_key(const Key& key) override;
    void draw(Screen& screen, const Area& area) override;

    void on_event(const core::Event& event);
    // tick forgets what has expired and takes in what events announced.
    void tick();
    // banner is what must not be overlooked; empty: nothing.
    std::string banner() const;
    // go_to shows a message, wherever it is.
    void go_to(const core::ConversationId& conversation, const core::MessageId& message);

    Part part() const { return part_; }
    const std::vector<Entry>& entries() const { return entries_; }
    const Entry* selected() const;
    const core::MessageView* pointed() const;  // the message that keys act on
    const Editor& editor() const;

  private:
    using Unread = std::map<core::MessageId, Time>;  // and when they expire

    // --- reading
    void read_activity(const Entry& entry);
    void read_messages();
    void mark_read();
    size_t unread_count(const Entry& entry) const;
    std::optional<size_t> selected_index() const;
    bool can_write() const;
    std::string sender_name(const core::MessageView& message) const;

    // --- moving
    bool on_move(Action action);
    void move(int by);
    void select(const std::string& id);
    void enter(Part part);
    void change_part(int by);

    // --- the list
    bool on_list_action(Action action);
    void accept();
    void decline();
    void set_local(const std::function<void(core::LocalSettings&)>& change);

    // --- messages
    bool on_messages_action(Action action);
    void open_pointed();
    void reply();
    void edit();
    void take_back();
    void burn();

    // --- the text
    bool on_compose_action(Action action);
    Editor& draft();
    void send();
    void send_edit();
    void stop_reply();
    void tell_typing(bool active);
    core::SendOptions options() const;
    void pick_expiry();
    void pick_burn();

    // --- the picture
    void draw_list(Screen& screen, const Area& area) const;
    void draw_entry(Screen& screen, const Area& area, int row, const Entry& entry) const;
    void draw_conversation(Screen& screen, Area area) const;
    void draw_asked(Screen& screen, const Area& area) const;
    void draw_messages(Screen& screen, const Area& area) const;
    int draw_message(const core::MessageView& message, Screen& screen, const Area& area,
                     int bottom) const;
    void draw_bottom(Screen& screen, const Area& area) const;
    std::string rule_text(int columns) const;
    std::string header() const;
    int name_width() const;

    Desk& desk_;
    std::string address_;
    bool archived_ = false;  // the archive is shown
    bool narrow_ = false;
    std::vector<Entry> entries_;
    std::map<std::string, Unread> unread_;
    std::map<std::string, Time> last_;
    std::string selected_;
    std::vector<core::MessageView> messages_;
    std::map<core::AccountId, std::string> names_;  // of a group's members
    std::optional<core::MessageId> pointed_;        // none: the newest
    Part part_ = Part::list;
    // One draft a conversation, so that no text goes to somebody else. In memory only.
    std::map<std::string, Editor> drafts_;
    std::optional<core::MessageId> reply_to_;
    std::optional<core::MessageId> edited_;
    Editor edit_{core::text_size_bytes_max};
    size_t expiry_ = 0;  // 0: as agreed; else one more than an index of expire_choices
    size_t burn_ = 0;
    std::set<core::ConversationId> stale_;
    bool messages_stale_ = false;
};

}  // namespace mayfly::tui
