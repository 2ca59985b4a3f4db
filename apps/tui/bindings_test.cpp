// The table of keys: nothing in it is shadowed, every page knows what it is asked for, and the help
// shows all of it.
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tui/app_test_support.h"

namespace mayfly::tui {
namespace {

Key key_of(const Binding& binding) {
    Key key;
    key.kind = binding.kind;
    key.letter = binding.kind == Key::Kind::control ? binding.letter : '\0';
    if (binding.kind == Key::Kind::text) key.text = rpc::WipedString(1, binding.letter);
    return key;
}

TEST(bindings, each_key_does_what_the_table_says) {
    for (const Binding& binding : bindings()) {
        EXPECT_EQ(action_of(binding.where, key_of(binding)), binding.action)
            << place_name(binding.where) << " " << key_name(binding);
        EXPECT_STRNE(binding.help, "") << key_name(binding);
    }
}

TEST(bindings, a_key_without_a_meaning_has_none) {
    Key key;
    key.text = "Z";
    EXPECT_EQ(action_of(Where::list, key), Action::none);
    key.text = "xx";
    EXPECT_EQ(action_of(Where::list, key), Action::none);
    key.text = "x";
    EXPECT_EQ(action_of(Where::compose, key), Action::none) << "it is typed";
}

TEST(bindings, line_of_keys_fits_and_always_names_the_help) {
    for (const Binding& binding : bindings()) {
        for (const int columns : {20, 40, 80, 120}) {
            const std::string line = keys_line(binding.where, columns);
            EXPECT_LE(width_of(line), columns) << line;
            EXPECT_TRUE(line.ends_with("F1: help")) << line;
        }
    }
    EXPECT_EQ(keys_line(Where::asked, 30), "Enter: accept  F1: help");
}

// MAYFLY_WRITE_DOCS=1 writes it anew.
TEST(bindings, manual_lists_the_keys_of_the_table) {
    constexpr const char* manual = "docs/using.md";
    constexpr std::string_view before = "| where | key | what it does |\n|---|---|---|\n";
    std::string table;
    for (const Where place : places(Where::list)) {
        for (const Keys& keys : keys_of(place)) {
            table += "| " + place_name(place) + " | " + keys.names + " | " + keys.help + " |\n";
        }
    }
    std::stringstream content;
    content << std::ifstream(manual).rdbuf();
    std::string text = content.str();
    const size_t begin = text.find(before);
    ASSERT_NE(begin, std::string::npos) << "run from the root of the repository";
    const size_t at = begin + before.size();
    const std::string now = text.substr(at, text.find("\n\n", at) + 1 - at);
    if (now != table && std::getenv("MAYFLY_WRITE_DOCS") != nullptr) {
        std::ofstream(manual) << text.replace(at, now.size(), table);
        return;
    }
    EXPECT_EQ(now, table) << "MAYFLY_WRITE_DOCS=1 tui_test writes it anew";
}

class Bindings : public core::Devices {
  protected:
    void SetUp() override {
        alice_->files.files["/files/one.txt"] = Bytes(10, 1);
        ASSERT_TRUE(bob_->send(with(*bob_, *alice_), "hello").ok());
        network_.settle();
    }
    void somebody_asks() {
        const std::string name = "Asker" + std::to_string(askers_++);
        core::TestClient& asker = network_.with_account(name, "", {core::test_relay});
        ASSERT_TRUE(asker.add(alice_->messenger().account()->link).ok());
        const size_t before = alice_->messenger().requests().size();
        network_.until([&] { return alice_->messenger().requests().size() > before; });
        ui_->select(name);
    }
    // go_to shows a page of each kind in a new interface.
    void go_to(Where where) {
        const core::ConversationId to_bob = with(*alice_, *bob_);
        ASSERT_TRUE(
            alice_->perform(alice_->messenger().set_local_settings(to_bob, {}, network_.now)).ok());
        ui_.reset();
        ui_.emplace(network_, *alice_);
        switch (where) {
            case Where::everywhere:
            case Where::talk:
            case Where::list: ui_->select("Bob"); break;
            case Where::asked: somebody_asks(); break;
            case Where::messages:
                ui_->select("Bob");
                ui_->type("\r\x1b[A");
                break;
            case Where::compose:
                ui_->select("Bob");
                ui_->type("\r");
                break;
            case Where::menu: ui_->type("n"); break;
            case Where::form: ui_->type("a"); break;
            case Where::path:
                ui_->select("Bob");
                ui_->type(keys::attach);
                ui_->choose("A file");
                break;
            case Where::search: ui_->type("/"); break;
        }
    }
    std::optional<Ui> ui_;
    int askers_ = 0;
};

TEST_F(Bindings, every_page_knows_the_keys_that_the_table_gives_it) {
    for (const Binding& binding : bindings()) {
        go_to(binding.where);
        const bool any = binding.where == Where::talk || binding.where == Where::everywhere;
        ASSERT_EQ(ui_->app.page().where(), any ? Where::list : binding.where)
            << place_name(binding.where);
        EXPECT_TRUE(ui_->app.on_key(key_of(binding), network_.now))
            << place_name(binding.where) << " " << key_name(binding);
        alice_->on_event = {};
    }
}

bool has_line(const std::string& text, const std::string& key, const std::string& help) {
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        if (line.ends_with("  " + help) && line.find(key) != std::string::npos) return true;
        at = end + 1;
    }
    return false;
}

TEST_F(Bindings, help_shows_every_key_and_begins_with_those_that_count) {
    go_to(Where::compose);
    ui_->type(keys::f1);
    const std::string all = ui_->picture(200, 120);
    for (const Binding& binding : bindings()) {
        const size_t place = all.find(place_name(binding.where));
        ASSERT_NE(place, std::string::npos) << place_name(binding.where);
        EXPECT_TRUE(has_line(all.substr(place), key_name(binding), binding.help))
            << key_name(binding) << ": " << binding.help;
    }
    EXPECT_LT(all.find(place_name(Where::compose)), all.find(place_name(Where::talk)));
    EXPECT_LT(all.find(place_name(Where::talk)), all.find(place_name(Where::list)));
}

}  // namespace
}  // namespace mayfly::tui
