// FormPage: text fields, and what is done with them.
#pragma once

#include "tui/desk.h"
#include "tui/editor.h"

namespace mayfly::tui {

// Fields are what was typed, in memory that is wiped: links and invitations are keys, and polls,
// places and names are what people say. What a page hands on it hands on as a view.
class Fields {
  public:
    using Value = rpc::WipedString;
    void add(std::string_view typed) { values_.emplace_back(typed.data(), typed.size()); }
    std::string_view operator[](size_t index) const { return rpc::view_of(values_.at(index)); }
    size_t size() const { return values_.size(); }

  private:
    std::vector<Value> values_;
};

struct Form {
    std::string title;
    std::string intro;
    std::vector<std::string> fields;  // what is asked for
    // done takes the fields; true: the page closes.
    std::function<bool(const Fields&)> done;
    Fields::Value first_value = {};  // of the first field
};
// No field is longer: a link has 4,096 bytes at most.
constexpr size_t field_size_bytes_max = 4096;

class FormPage : public Page {
  public:
    FormPage(Desk& desk, Form form);

    Where where() const override { return Where::form; }
    std::string title() const override { return form_.title; }
    bool on_action(Action action) override;
    void on_key(const Key& key) override;
    void draw(Screen& screen, const Area& area) override;

  protected:
    Desk& desk_;
    Editor& field() { return editors_[active_]; }
    // hints are shown below the fields.
    virtual std::vector<std::string> hints() const { return {}; }

  private:
    void choose();
    int draw_field(Screen& screen, const Area& area, int row, size_t index);

    Form form_;
    std::vector<Editor> editors_;
    size_t active_ = 0;
};

// PathPage asks for a file and completes its name.
class PathPage final : public FormPage {
  public:
    using FormPage::FormPage;
    Where where() const override { return Where::path; }
    bool on_action(Action action) override;
    void on_key(const Key& key) override;

  private:
    std::vector<std::string> hints() const override { return candidates_; }
    void complete();
    std::vector<std::string> candidates_;
};

// draw_editor shows the lines around the cursor and, if active, places it.
void draw_editor(const Editor& editor, Screen& screen, const Area& area, bool active);

void open_form(Desk& desk, Form form);
void open_path(Desk& desk, Form form);

}  // namespace mayfly::tui
