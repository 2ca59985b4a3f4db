// Bindings: which key does what, where. This one table is what keys are looked up in, and what the
// help page and the line at the bottom are made of, so that these cannot differ.
#pragma once

#include <string>
#include <vector>

#include "tui/keys.h"

namespace mayfly::tui {

enum class Where : uint8_t {
    everywhere,
    talk,      // list, messages and text field
    list,      // of conversations
    asked,     // the list, on somebody who asks
    messages,  // of the conversation
    compose,   // the text field
    menu,      // pages with lines
    form,      // pages with text fields
    path,      // a form that asks for a file
    search,
};

enum class Action : uint8_t {
    none,
    help,
    lock,
    quit,
    back,
    choose,
    up,
    down,
    page_up,
    page_down,
    first,
    last,
    next_part,
    previous_part,
    pick_expiry,
    pick_burn,
    attach,
    accept,
    decline,
    block,
    remove,
    add,
    create,
    about,
    pin,
    mute,
    archive,
    other_view,
    search,
    account,
    reply,
    react,
    edit,
    vote,
    save,
    burn,
    take_back,
    details,
    send,
    next_field,
    previous_field,
    complete,
};

struct Binding {
    Where where = Where::everywhere;
    Key::Kind kind = Key::Kind::text;
    char letter = 0;  // of kinds text and control
    Action action = Action::none;
    const char* label = "";  // for the line at the bottom; empty: not there
    const char* help = "";
};

const std::vector<Binding>& bindings();

// parent_of: where a key is looked up when it means nothing in a place.
constexpr Where parent_of(Where where) {
    switch (where) {
        case Where::asked: return Where::list;
        case Where::list:
        case Where::messages:
        case Where::compose: return Where::talk;
        case Where::path: return Where::form;
        default: return Where::everywhere;
    }
}

Action action_of(Where where, const Key& key);
// key_name is what stands on the key: "Enter", "^E", "x".
std::string key_name(const Binding& binding);
// keys_of gives the keys of one place with what they do, keys that do the same as one.
struct Keys {
    std::string names;
    std::string help;
};
std::vector<Keys> keys_of(Where where);
// places gives all, what counts in `first` at the beginning.
std::vector<Where> places(Where first);
// place_name heads a part of the help page.
std::string place_name(Where where);
// keys_line names the most important keys in at most `columns` columns, the help's always.
std::string keys_line(Where where, int columns);

}  // namespace mayfly::tui
