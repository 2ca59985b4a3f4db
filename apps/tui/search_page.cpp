// The search: a text field, and what was found.
#include "tui/form_page.h"
#include "tui/message_words.h"
#include "tui/pages.h"

namespace mayfly::tui {
namespace {

class SearchPage final : public MenuPage {
  public:
    SearchPage(Desk& desk, GoTo go_to)
        : MenuPage(desk, tr("Search"), [this] { return rows(); }), go_to_(std::move(go_to)) {}

    Where where() const override { return Where::search; }
    bool on_action(Action action) override {
        if (action != Action::choose || rpc::view_of(searched_) == words_.text()) {
            return MenuPage::on_action(action);
        }
        search();
        return true;
    }
    void on_key(const Key& key) override { words_.on_key(key); }
    void draw(Screen& screen, const Area& area) override {
        screen.put(area.row, area.column, tr("Words:"), bold);
        const int column = area.column + width_of(tr("Words:")) + 1;
        draw_editor(words_, screen, {area.row, column, 1, area.columns - column}, true);
        if (area.rows < 2) return;
        MenuPage::draw(screen, {area.row + 1, area.column, area.rows - 1, area.columns});
    }

  private:
    void search() {
        searched_ = words_.text();
        begin();
    }
    Rows rows() {
        Rows out;
        if (searched_.empty()) {
            out.emplace_back(tr("Type words and press Enter. All must be in a message."),
                             Desk::Then(), dim);
            return out;
        }
        core::SearchQuery query;
        query.words = rpc::view_of(searched_);
        const auto found = desk_.messenger().search(query, desk_.now());
        if (found.ok()) {
            for (const core::MessageView& message : *found) add(message, out);
        }
        if (out.empty()) out.emplace_back(tr("Nothing was found."), Desk::Then(), dim);
        return out;
    }
    void add(const core::MessageView& message, Rows& out) {
        const std::string who =
            message.outgoing ? std::string(tr("you")) : desk_.name_of(message.sender);
        const core::ConversationId conversation = message.conversation;
        const core::MessageId id = message.id;
        Row row(date_text(message.sent_at) + " " + who + ": ",
                [this, conversation, id] { go_to_(conversation, id); });
        row.text += first_line(message);
        row.whole = true;
        out.push_back(std::move(row));
    }

    GoTo go_to_;
    Editor words_{core::search_size_bytes_max};
    Text searched_;
};

}  // namespace

void open_search(Desk& desk, GoTo go_to) {
    auto page = std::make_unique<SearchPage>(desk, std::move(go_to));
    page->begin();
    desk.open(std::move(page));
}

}  // namespace mayfly::tui
