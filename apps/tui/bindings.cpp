#include "tui/bindings.h"

#include <algorithm>
#include <set>

#include "i18n/tr.h"
#include "tui/screen.h"

namespace mayfly::tui {
namespace {

using Kind = Key::Kind;

// Made at the first use, when the language is known.
std::vector<Binding> talk_bindings() {
    constexpr Where talk = Where::talk;
    constexpr Where list = Where::list;
    constexpr Where asked = Where::asked;
    return {
        {asked, Kind::enter, 0, Action::accept, tr("accept"), tr("accept: write to each other")},
        {asked, Kind::text, 'y', Action::accept, "", tr("accept: write to each other")},
        {asked, Kind::text, 'x', Action::decline, tr("decline"), tr("decline; they are not told")},
        {asked, Kind::text, 'b', Action::block, tr("block"), tr("block whoever asks")},
        {list, Kind::enter, 0, Action::choose, tr("write"), tr("open the conversation and write")},
        {list, Kind::text, 'a', Action::add, tr("add"), tr("add a contact")},
        {list, Kind::text, 'n', Action::create, tr("new"),
         tr("new group or room, or join one by a link")},
        {list, Kind::text, 'i', Action::about, tr("about"),
         tr("all about a conversation: people, settings, verifying, leaving")},
        {list, Kind::text, '/', Action::search, tr("search"), tr("search in all messages")},
        {list, Kind::text, 's', Action::account, tr("you"),
         tr("your address, link, devices, and whom you blocked")},
        {list, Kind::text, 'p', Action::pin, "", tr("pin on top, or not any more")},
        {list, Kind::text, 'm', Action::mute, "", tr("mute, or not any more")},
        {list, Kind::text, 'h', Action::archive, "", tr("put into the archive, or take out")},
        {list, Kind::text, 'v', Action::other_view, "", tr("show the archive, or leave it")},
        {list, Kind::text, 'x', Action::remove, "", tr("remove a contact, or leave a group")},
        {list, Kind::up, 0, Action::up, "", tr("up, down")},
        {list, Kind::down, 0, Action::down, "", tr("up, down")},
        {list, Kind::page_up, 0, Action::page_up, "", tr("a page up or down")},
        {list, Kind::page_down, 0, Action::page_down, "", tr("a page up or down")},
        {list, Kind::home, 0, Action::first, "", tr("to the first or last")},
        {list, Kind::end, 0, Action::last, "", tr("to the first or last")},
        {list, Kind::text, '?', Action::help, "", tr("all keys")},
        {list, Kind::text, 'q', Action::quit, "", tr("quit")},
        {talk, Kind::tab, 0, Action::next_part, tr("next part"),
         tr("next part: list, messages, text")},
        {talk, Kind::back_tab, 0, Action::previous_part, "", tr("the part before")},
        {talk, Kind::control, 'e', Action::pick_expiry, "",
         tr("how long the next message lives, if not as agreed")},
        {talk, Kind::control, 'b', Action::pick_burn, "",
         tr("how soon the next message burns after reading, if not as agreed")},
        {talk, Kind::control, 'f', Action::attach, tr("attach"),
         tr("send a file, voice memo, poll, place or contact")},
    };
}

std::vector<Binding> message_bindings() {
    constexpr Where here = Where::messages;
    return {
        {here, Kind::enter, 0, Action::choose, tr("open"),
         tr("open: read what burns, vote, save a file, add a contact, see details")},
        {here, Kind::escape, 0, Action::back, tr("list"), tr("to the list")},
        {here, Kind::text, 'r', Action::reply, tr("reply"), tr("reply to the message")},
        {here, Kind::text, 't', Action::react, tr("react"), tr("react with an emoji")},
        {here, Kind::text, 'e', Action::edit, tr("edit"), tr("edit a message of yours")},
        {here, Kind::text, 'u', Action::take_back, tr("take back"),
         tr("take back a message of yours, from everybody")},
        {here, Kind::text, 'b', Action::burn, tr("burn"), tr("burn it on your devices")},
        {here, Kind::text, 'd', Action::save, "", tr("save the file")},
        {here, Kind::text, 'v', Action::vote, "", tr("vote in the poll")},
        {here, Kind::text, 'i', Action::details, "",
         tr("details: all of its text, when, who has it and read it")},
        {here, Kind::text, '/', Action::search, "", tr("search in all messages")},
        {here, Kind::up, 0, Action::up, "", tr("up, down")},
        {here, Kind::down, 0, Action::down, "", tr("up, down")},
        {here, Kind::page_up, 0, Action::page_up, "", tr("a page up or down")},
        {here, Kind::page_down, 0, Action::page_down, "", tr("a page up or down")},
        {here, Kind::home, 0, Action::first, "", tr("to the oldest or newest")},
        {here, Kind::end, 0, Action::last, "", tr("to the oldest or newest")},
        {here, Kind::text, '?', Action::help, "", tr("all keys")},
        {Where::compose, Kind::enter, 0, Action::send, tr("send"), tr("send")},
        {Where::compose, Kind::escape, 0, Action::back, tr("list"),
         tr("to the list; while replying or editing: not after all")},
        {Where::compose, Kind::up, 0, Action::up, tr("messages"), tr("to the messages")},
        {Where::compose, Kind::page_up, 0, Action::page_up, "", tr("to the messages")},
    };
}

std::vector<Binding> page_bindings() {
    constexpr Where menu = Where::menu;
    constexpr Where form = Where::form;
    constexpr Where path = Where::path;
    constexpr Where search = Where::search;
    constexpr Where all = Where::everywhere;
    return {
        {menu, Kind::enter, 0, Action::choose, tr("choose"), tr("choose the line")},
        {menu, Kind::escape, 0, Action::back, tr("back"), tr("back")},
        {menu, Kind::up, 0, Action::up, tr("move"), tr("up, down")},
        {menu, Kind::down, 0, Action::down, "", tr("up, down")},
        {menu, Kind::text, 'q', Action::back, "", tr("back")},
        {menu, Kind::page_up, 0, Action::page_up, "", tr("a page up or down")},
        {menu, Kind::page_down, 0, Action::page_down, "", tr("a page up or down")},
        {menu, Kind::home, 0, Action::first, "", tr("to the first or last")},
        {menu, Kind::end, 0, Action::last, "", tr("to the first or last")},
        {form, Kind::enter, 0, Action::choose, tr("done"),
         tr("to the next field; at the last: done")},
        {form, Kind::escape, 0, Action::back, tr("back"), tr("back, and nothing is done")},
        {form, Kind::tab, 0, Action::next_field, tr("next field"), tr("to the next field")},
        {form, Kind::down, 0, Action::next_field, "", tr("to the next field")},
        {form, Kind::back_tab, 0, Action::previous_field, "", tr("to the field before")},
        {form, Kind::up, 0, Action::previous_field, "", tr("to the field before")},
        {path, Kind::tab, 0, Action::complete, tr("complete"), tr("complete the name of the file")},
        {search, Kind::enter, 0, Action::choose, tr("search, then open"),
         tr("search; then open what was found")},
        {search, Kind::up, 0, Action::up, tr("move"), tr("up, down")},
        {search, Kind::down, 0, Action::down, "", tr("up, down")},
        {search, Kind::page_up, 0, Action::page_up, "", tr("a page up or down")},
        {search, Kind::page_down, 0, Action::page_down, "", tr("a page up or down")},
        {search, Kind::escape, 0, Action::back, tr("back"), tr("back")},
        {all, Kind::help, 0, Action::help, tr("help"), tr("all keys")},
        {all, Kind::control, 'g', Action::help, "", tr("all keys")},
        {all, Kind::control, 'l', Action::lock, tr("lock"),
         tr("lock; so does a while without keys")},
        {all, Kind::control, 'q', Action::quit, tr("quit"), tr("quit")},
        {all, Kind::control, 'c', Action::quit, "", tr("quit")},
    };
}

const Binding* find(Where where, const Key& key) {
    for (const Binding& binding : bindings()) {
        if (binding.where != where || binding.kind != key.kind) continue;
        if (key.kind == Kind::control && binding.letter != key.letter) continue;
        const bool is_letter = key.text.size() == 1 && key.text[0] == binding.letter;
        if (key.kind == Kind::text && !is_letter) continue;
        return &binding;
    }
    return nullptr;
}

}  // namespace

const std::vector<Binding>& bindings() {
    static const std::vector<Binding> table = [] {
        std::vector<Binding> all = talk_bindings();
        for (const Binding& binding : message_bindings()) all.push_back(binding);
        for (const Binding& binding : page_bindings()) all.push_back(binding);
        return all;
    }();
    return table;
}

Action action_of(Where where, const Key& key) {
    while (true) {
        if (const Binding* binding = find(where, key)) return binding->action;
        if (where == Where::everywhere) return Action::none;
        where = parent_of(where);
    }
}

std::string key_name(const Binding& binding) {
    switch (binding.kind) {
        case Kind::text: return std::string(1, binding.letter);
        case Kind::control: return {'^', static_cast<char>(binding.letter - 'a' + 'A')};
        case Kind::enter: return tr("Enter");
        case Kind::tab: return tr("Tab");
        case Kind::back_tab: return tr("Shift-Tab");
        case Kind::backspace: return tr("Backspace");
        case Kind::erase: return tr("Del");
        case Kind::escape: return tr("Esc");
        case Kind::up: return tr("Up");
        case Kind::down: return tr("Down");
        case Kind::left: return tr("Left");
        case Kind::right: return tr("Right");
        case Kind::home: return tr("Home");
        case Kind::end: return tr("End");
        case Kind::page_up: return tr("PgUp");
        case Kind::page_down: return tr("PgDn");
        case Kind::help: return "F1";
    }
    return "";
}

std::vector<Keys> keys_of(Where where) {
    std::vector<Keys> out;
    for (const Binding& binding : bindings()) {
        if (binding.where != where) continue;
        const auto same = std::find_if(out.begin(), out.end(),
                                       [&](const Keys& keys) { return keys.help == binding.help; });
        if (same != out.end()) {
            same->names += ", " + key_name(binding);
        } else {
            out.push_back({key_name(binding), binding.help});
        }
    }
    return out;
}

std::vector<Where> places(Where first) {
    std::vector<Where> out;
    for (Where at = first;; at = parent_of(at)) {
        out.push_back(at);
        if (at == Where::everywhere) break;
    }
    for (const Binding& binding : bindings()) {
        if (std::find(out.begin(), out.end(), binding.where) == out.end()) {
            out.push_back(binding.where);
        }
    }
    return out;
}

std::string place_name(Where where) {
    switch (where) {
        case Where::everywhere: return tr("Everywhere");
        case Where::talk: return tr("In all of the main page");
        case Where::list: return tr("In the list");
        case Where::asked: return tr("On somebody who asks (?)");
        case Where::messages: return tr("On a message");
        case Where::compose: return tr("While you write");
        case Where::menu: return tr("On pages with lines");
        case Where::form: return tr("On pages with fields");
        case Where::path: return tr("Where a file is asked for");
        case Where::search: return tr("While you search");
    }
    return "";
}

std::string keys_line(Where where, int columns) {
    std::string help;
    std::vector<std::string> items;
    std::set<std::string> named;  // a key means what the nearest place says
    for (Where at = where;; at = parent_of(at)) {
        for (const Binding& binding : bindings()) {
            if (binding.where != at || !named.insert(key_name(binding)).second) continue;
            if (*binding.label == 0) continue;
            std::string item = key_name(binding) + ": " + binding.label;
            if (binding.action == Action::help) {
                help = std::move(item);
            } else {
                items.push_back(std::move(item));
            }
        }
        if (at == Where::everywhere) break;
    }
    std::string out;
    for (const std::string& item : items) {
        if (width_of(out) + width_of(item) + width_of(help) + 2 > columns) break;
        out += item + "  ";
    }
    return out + help;
}

}  // namespace mayfly::tui
