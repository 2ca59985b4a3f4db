// The picture of the main page.
#include <algorithm>

#include "tui/form_page.h"
#include "tui/talk_page.h"

namespace mayfly::tui {
namespace {

constexpr int timer_width = 9;
constexpr int compose_rows_max = 5;
constexpr int name_width_max = 14;
constexpr int name_width_narrow = 8;
constexpr int clock_width = 6;
// A line above the messages is worth it from so many rows on.
constexpr int header_rows_min = 8;
constexpr int asked_rows = 6;

const char* kind_mark(const Entry& entry) {
    switch (entry.kind) {
        case Entry::Kind::request:
        case Entry::Kind::offer: return "? ";
        case Entry::Kind::group: return "& ";
        case Entry::Kind::room: return "# ";
        case Entry::Kind::direct: break;
    }
    return entry.alarm == core::Alarm::none ? "" : "(!) ";
}

// put_wrapped gives the row after the text.
int put_wrapped(Screen& screen, const Area& area, int row, std::string_view text, uint8_t style) {
    for (const Text& line : wrap(text, area.columns)) {
        if (row >= area.row + area.rows) break;
        screen.put(row++, area.column, rpc::view_of(line), style, area.columns);
    }
    return row;
}

int compose_rows(const Editor& editor, int columns) {
    const auto lines = wrap(editor.text(), columns - 3);
    return std::clamp<int>(static_cast<int>(lines.size()), 1, compose_rows_max);
}

}  // namespace

std::string TalkPage::title() const {
    const Entry* entry = selected();
    if (narrow_ && part_ != Part::list && entry != nullptr) return entry->name;
    return archived_ ? tr("{1}: archive", address_) : address_;
}

std::string TalkPage::header() const {
    const Entry& entry = *selected();
    std::string out = entry.name;
    if (entry.is_group()) {
        out += " · " + trn("{1} person", "{1} people", entry.view.member_count);
    }
    if (entry.verified) out += std::string(" · ") + tr("verified");
    if (entry.view.local.muted_until > desk_.now()) out += std::string(" · ") + tr("muted");
    if (!entry.about.empty()) {
        out += " · " + (entry.is_group() ? entry.about : short_address(entry.about));
    }
    return out;
}

void TalkPage::draw(Screen& screen, const Area& area) {
    narrow_ = area.columns < both_columns_min;
    const Entry* entry = selected();
    const bool has_text_field = entry != nullptr && !entry->asks();
    const int text_rows = compose_rows(editor(), area.columns);
    const int bottom = has_text_field && (!narrow_ || part_ != Part::list) ? text_rows + 1 : 0;
    const int rows = std::max(area.rows - bottom, 0);
    if (bottom != 0) draw_bottom(screen, {area.row + rows, 0, bottom, area.columns});
    if (narrow_) {
        if (part_ != Part::list)
            return draw_conversation(screen, {area.row, 0, rows, area.columns});
        const bool asked = entry != nullptr && entry->asks() && rows >= asked_rows + 1;
        const int list_rows = asked ? rows - asked_rows : rows;
        draw_list(screen, {area.row, 0, list_rows, area.columns});
        if (asked) draw_asked(screen, {area.row + list_rows, 1, asked_rows, area.columns - 1});
        return;
    }
    const int list_columns = std::clamp(area.columns / 4, 14, 28);
    draw_list(screen, {area.row, 0, rows, list_columns - 1});
    for (int row = 0; row < rows; row++) screen.put(area.row + row, list_columns - 1, "|", dim);
    draw_conversation(screen, {area.row, list_columns, rows, area.columns - list_columns});
}

// --- the list -----------------------------------------------------------------------------------

void TalkPage::draw_list(Screen& screen, const Area& area) const {
    if (entries_.empty()) {
        int row = put_wrapped(screen, area, area.row,
                              archived_ ? tr("the archive is empty") : tr("nobody yet"), dim);
        if (!archived_) {
            row = put_wrapped(screen, area, row, tr("a: add a contact"), plain);
            put_wrapped(screen, area, row, tr("s: your address, for others to add you"), plain);
        }
        return;
    }
    const int index = static_cast<int>(selected_index().value_or(0));
    const int first = std::max(0, index - area.rows + 1);
    for (int i = 0; i < area.rows && first + i < static_cast<int>(entries_.size()); i++) {
        draw_entry(screen, area, area.row + i, entries_[static_cast<size_t>(first + i)]);
    }
}

void TalkPage::draw_entry(Screen& screen, const Area& area, int row, const Entry& entry) const {
    const bool here = entry.id == selected_;
    const bool muted = entry.view.local.muted_until > desk_.now();
    const size_t unread = unread_count(entry);
    uint8_t style = entry.asks() || (unread != 0 && !muted) ? bold : plain;
    if (here) style |= part_ == Part::list ? reverse : bold;
    if (entry.alarm != core::Alarm::none) style |= alert;
    if (here) screen.fill(row, area.column, area.columns, style);
    int column = screen.put(row, area.column, here ? ">" : " ", style);
    column = screen.put(row, column, kind_mark(entry), style);
    std::string suffix;
    if (unread != 0) suffix = " (" + std::to_string(unread) + ")";
    if (!entry.asks() && !entry.established) suffix = " ...";
    if (entry.verified) suffix += " ✓";
    if (entry.view.local.pinned) suffix += " ^";
    if (muted) suffix += " -";
    if (entry.blocked) suffix += " x";
    const int room = area.column + area.columns - column - width_of(suffix);
    column = screen.put(row, column, entry.name, style, room);
    screen.put(row, column, suffix, style, area.column + area.columns - column);
}

// --- messages -----------------------------------------------------------------------------------

void TalkPage::draw_asked(Screen& screen, const Area& area) const {
    const Entry& entry = *selected();
    int row = area.row;
    if (entry.kind == Entry::Kind::request) {
        row = put_wrapped(screen, area, row, tr("{1} wants to write to you.", entry.name), bold);
        row =
            put_wrapped(screen, area, row, tr("This is what they call themselves, no more."), dim);
        if (entry.anothers_handle) {
            row = put_wrapped(screen, area, row,
                              tr("Careful: a contact of yours has the same address!"), alert);
        }
    } else {
        row = put_wrapped(screen, area, row,
                          entry.view.kind == core::ConversationKind::room
                              ? tr("{1} invites you to the room {2}.", entry.about, entry.name)
                              : tr("{1} invites you to the group {2}.", entry.about, entry.name),
                          bold);
        row = put_wrapped(screen, area, row,
                          trn("{1} person is in it; joining connects you to {2}.",
                              "{1} people are in it; joining connects you to {2}.",
                              entry.view.member_count, entry.hub),
                          dim);
    }
    if (narrow_) return;
    put_wrapped(screen, area, row + 1, tr("Enter or y: accept    x: decline    b: block"), plain);
}

void TalkPage::draw_conversation(Screen& screen, Area area) const {
    const Entry* entry = selected();
    if (entry == nullptr || area.rows <= 0) return;
    if (entry->asks()) return draw_asked(screen, area);
    if (!narrow_ && area.rows >= header_rows_min) {
        screen.put(area.row, area.column + 1, header(), bold, area.columns - 1);
        area.row++;
        area.rows--;
    }
    const std::string state = state_text(*entry);
    if (!state.empty() && area.rows > 1) {
        const int row = put_wrapped(screen, area, area.row, state, dim);
        area.rows -= row - area.row;
        area.row = row;
    }
    draw_messages(screen, area);
}

void TalkPage::draw_messages(Screen& screen, const Area& area) const {
    if (messages_.empty()) {
        put_wrapped(screen, area, area.row, tr("no messages"), dim);
        return;
    }
    // From the last one that is to be seen upwards.
    size_t last = messages_.size();
    if (part_ == Part::messages) {
        const auto pointed_at = static_cast<size_t>(pointed() - messages_.data());
        last =
            std::min(messages_.size(), std::max(pointed_at + 1, last > 3 ? pointed_at + 3 : last));
    }
    int bottom = area.row + area.rows;
    for (size_t i = last; i-- > 0 && bottom > area.row;) {
        bottom = draw_message(messages_[i], screen, area, bottom);
    }
}

int TalkPage::name_width() const {
    int widest = width_of(tr("you"));
    for (const core::MessageView& message : messages_) {
        widest = std::max(widest, width_of(sender_name(message)));
    }
    return std::min(widest, narrow_ ? name_width_narrow : name_width_max);
}

// draw_message draws upwards from `bottom` and gives the row where it begins.
int TalkPage::draw_message(const core::MessageView& message, Screen& screen, const Area& area,
                           int bottom) const {
    const int name_column = area.column + 2 + (narrow_ ? 0 : clock_width);
    const int names = name_width();
    const int text_column = name_column + names + 1;
    const int width = area.column + area.columns - text_column - timer_width;
    const auto lines = wrap(rpc::view_of(words_of(message, desk_)), width);
    const bool here = part_ == Part::messages && pointed() == &message;
    const uint8_t style = here ? reverse : is_hidden(message) ? dim : plain;
    const int top = bottom - static_cast<int>(lines.size());
    for (size_t i = 0; i < lines.size(); i++) {
        const int row = top + static_cast<int>(i);
        if (row < area.row) continue;
        if (here) screen.fill(row, area.column, area.columns, style);
        screen.put(row, text_column, rpc::view_of(lines[i]), style);
        if (i != 0) continue;
        screen.put(row, area.column, state_mark(message), style | bold);
        if (!narrow_) screen.put(row, area.column + 2, clock_text(message.sent_at), style | dim);
        screen.put(row, name_column, sender_name(message), style | bold, names);
        std::string timer = timer_text(message.expires_at - desk_.now());
        if (message.burn_seconds != 0) timer = "^" + timer;
        screen.put(row, area.column + area.columns - width_of(timer), timer, style | dim);
    }
    return top;
}

// --- the text field -----------------------------------------------------------------------------

std::string TalkPage::rule_text(int columns) const {
    const Entry& entry = *selected();
    if (edited_) return tr("you edit a message (Esc: not after all)");
    const Duration expiry = expiry_ == 0 ? entry.view.expiration : expire_choices[expiry_ - 1];
    const Duration burn =
        burn_ == 0 ? Duration::seconds(entry.view.burn_seconds) : burn_choices[burn_ - 1];
    std::string out =
        tr("expires {1} (^E)  burns {2} (^B)", timer_text(expiry), off_or_timer(burn));
    std::string people;
    for (const core::AccountId& account :
         desk_.messenger().typing(entry.conversation(), desk_.now())) {
        people += (people.empty() ? "" : ", ") + desk_.name_of(account);
    }
    std::string more;
    if (!people.empty()) more = tr("{1} is typing", people);
    if (reply_to_) {
        more = tr("you reply (Esc: not after all)");
        for (const core::MessageView& message : messages_) {
            if (message.id != *reply_to_) continue;
            more = tr("reply to {1} (Esc: not after all)", sender_name(message));
        }
    }
    if (more.empty()) return out;
    return width_of(out) + width_of(more) + 2 > columns ? more : more + "  " + out;
}

void TalkPage::draw_bottom(Screen& screen, const Area& area) const {
    for (int i = 0; i < area.columns; i++) screen.put(area.row, i, "-", dim);
    const bool active = part_ == Part::compose;
    const bool picked = expiry_ != 0 || burn_ != 0 || reply_to_ || edited_;
    screen.put(area.row, 2, " " + rule_text(area.columns - 6) + " ", active && picked ? bold : dim,
               area.columns - 3);
    if (!can_write()) return;
    screen.put(area.row + 1, 0, active ? "> " : "  ", bold);
    draw_editor(editor(), screen, {area.row + 1, 2, area.rows - 1, area.columns - 2}, active);
}

}  // namespace mayfly::tui
