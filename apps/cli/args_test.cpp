#include "args.h"

#include <gtest/gtest.h>

#include "help.h"

namespace mayfly::cli {
namespace {

Command parsed(const std::vector<std::string>& words) {
    bool json = false;
    auto result = parse_arguments(words, json);
    const auto* error = std::get_if<UsageError>(&result);
    EXPECT_EQ(error, nullptr) << (error != nullptr ? error->message : "");
    if (error != nullptr) return {};
    EXPECT_EQ(std::get<Command>(result).json, json || std::get<Command>(result).json);
    return std::get<Command>(result);
}

std::string refused(const std::vector<std::string>& words) {
    bool json = false;
    auto result = parse_arguments(words, json);
    const auto* error = std::get_if<UsageError>(&result);
    EXPECT_NE(error, nullptr);
    if (error == nullptr) return {};
    EXPECT_FALSE(error->hint.empty()) << error->message;
    return error->message;
}

TEST(arguments, global_options_stand_before_or_after_the_verb) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"--home", "h", "--json", "--passphrase-file", "p", "whoami"},
             {"whoami", "--home", "h", "--passphrase-file", "p", "--json"},
             {"--home=h", "whoami", "--passphrase-file=p", "--json"}}) {
        const Command command = parsed(words);
        EXPECT_EQ(command.verb, Verb::whoami);
        EXPECT_EQ(command.home, "h");
        EXPECT_EQ(command.passphrase_file, "p");
        EXPECT_TRUE(command.json);
    }
}

TEST(arguments, send_takes_durations_and_text_with_dashes) {
    const Command command =
        parsed({"send", "bob", "-1 is less than 0", "--expire", "10m", "--burn", "30s"});
    EXPECT_EQ(command.verb, Verb::send);
    EXPECT_EQ(command.target, "bob");
    EXPECT_EQ(command.text, "-1 is less than 0");
    EXPECT_EQ(command.expire, Duration::minutes(10));
    EXPECT_EQ(command.burn, Duration::seconds(30));
    EXPECT_EQ(parsed({"send", "bob", "--", "--json"}).text, "--json");
    EXPECT_EQ(parsed({"send", "bob", "-"}).text, "-");
    EXPECT_EQ(parsed({"send", "bob", "-h"}).text, "-h");
    EXPECT_EQ(parsed({"send", "bob", "burn"}).text, "burn");
}

TEST(arguments, init_collects_relays) {
    const Command command =
        parsed({"init", "--relay", "a.example", "--relay", "b.example", "--handle", "al", "--name",
                "Al", "--invite", "code", "--timeout", "3s"});
    EXPECT_EQ(command.relays, (std::vector<std::string>{"a.example", "b.example"}));
    EXPECT_EQ(command.handle, "al");
    EXPECT_EQ(command.name, "Al");
    EXPECT_EQ(command.invite, "code");
    EXPECT_EQ(command.timeout, Duration::seconds(3));
}

TEST(arguments, daemon_takes_several_homes) {
    const Command command =
        parsed({"daemon", "--home", "a", "--home", "b", "--passphrase-file", "p", "--stdio",
                "--socket", "s", "--webhook", "https://h/", "--webhook-secret-file", "f"});
    EXPECT_EQ(command.homes, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(command.passphrase_files, (std::vector<std::string>{"p"}));
    EXPECT_TRUE(command.stdio);
    EXPECT_EQ(command.socket, "s");
    EXPECT_EQ(command.webhook, "https://h/");
    EXPECT_EQ(command.webhook_secret_file, "f");
}

std::vector<std::vector<std::string>> line_of_each_verb() {
    return {{"init", "--relay", "a"},
            {"whoami"},
            {"contact", "add", "x"},
            {"contact", "requests"},
            {"contact", "accept", "x"},
            {"contact", "list"},
            {"contact", "remove", "x"},
            {"send", "x", "y"},
            {"receive"},
            {"messages", "x"},
            {"open", "x"},
            {"burn", "x"},
            {"recall", "x"},
            {"reply", "x", "y"},
            {"edit", "x", "y"},
            {"react", "x", "y"},
            {"poll", "x", "y"},
            {"vote", "x", "y"},
            {"location", "x", "y"},
            {"card", "x", "y"},
            {"screenshot", "x"},
            {"typing", "x"},
            {"settings", "x"},
            {"mute", "x"},
            {"archive", "x"},
            {"pin", "x"},
            {"draft", "x"},
            {"search", "x"},
            {"device", "link", "--relay", "a"},
            {"device", "add", "x"},
            {"device", "list"},
            {"device", "revoke", "x"},
            {"device", "name", "x", "y"},
            {"recover", "--relay", "a"},
            {"conversations"},
            {"group", "create", "x"},
            {"group", "list"},
            {"group", "show", "x"},
            {"group", "invite", "x", "y"},
            {"group", "link", "x"},
            {"group", "offers"},
            {"group", "join", "x"},
            {"group", "decline", "x"},
            {"group", "remove", "x", "y"},
            {"group", "leave", "x"},
            {"group", "set", "x"},
            {"group", "moderator", "x", "y"},
            {"group", "reader", "x", "y"},
            {"daemon"},
            {"tui"},
            {"send-file", "x", "y"},
            {"send-voice", "x", "y"},
            {"download", "x"},
            {"resume"}};
}

TEST(arguments, every_verb_is_found_and_has_its_own_help) {
    const auto lines = line_of_each_verb();
    for (size_t i = 0; i < lines.size(); i++) {
        const Verb verb = parsed(lines[i]).verb;
        EXPECT_EQ(verb, static_cast<Verb>(i));
        auto asks_help = lines[i];
        asks_help.push_back("--help");
        const Command help = parsed(asks_help);
        EXPECT_EQ(help.verb, Verb::help);
        EXPECT_EQ(help.target, verb_name(verb));
        EXPECT_NE(help_text(help.target), help_text(""));
        const std::string& word = lines[i][lines[i].size() > 1 ? 1 : 0];
        EXPECT_NE(help_text("").find(word), std::string_view::npos) << word;
    }
    EXPECT_EQ(parsed({"--help"}).verb, Verb::help);
    EXPECT_EQ(parsed({"help", "send"}).target, "send");
    EXPECT_EQ(parsed({"--version"}).verb, Verb::version);
}

TEST(arguments, groups_have_rules) {
    const Command command =
        parsed({"group", "set", "Climbing", "--name", "Boulders", "--topic", "", "--max-burn",
                "off", "--max-expire", "2d", "--writers", "moderators", "--receipts", "on",
                "--typing", "off", "--no-burn"});
    EXPECT_EQ(command.target, "Climbing");
    EXPECT_EQ(command.name, "Boulders");
    EXPECT_EQ(command.topic, "");
    EXPECT_EQ(command.max_burn, Duration{});
    EXPECT_EQ(command.max_expire, Duration::days(2));
    EXPECT_EQ(command.moderators_write_only, true);
    EXPECT_EQ(command.receipts, true);
    EXPECT_EQ(command.typing, false);
    EXPECT_TRUE(command.no_burn);
    EXPECT_FALSE(command.avatar.has_value());
    EXPECT_TRUE(parsed({"group", "create", "x", "--room"}).room);
    EXPECT_TRUE(parsed({"group", "reader", "x", "y", "--undo"}).undo);
    EXPECT_EQ(parsed({"group", "link", "x", "--uses", "5", "--expires", "1d"}).uses, 5U);
    EXPECT_EQ(parsed({"group", "invite", "x", "bob"}).text, "bob");
    EXPECT_EQ(refused({"group", "link", "x", "--uses", "5x"}), "--uses 5x is out of range");
    EXPECT_EQ(refused({"group", "link", "x", "--uses", "1001"}), "--uses 1001 is out of range");
    EXPECT_EQ(refused({"group", "set", "x", "--typing", "yes"}), "--typing wants on or off");
    EXPECT_EQ(refused({"group", "set", "x", "--max-expire", "2s"}),
              "--max-expire 2s is out of range");
    EXPECT_EQ(refused({"group", "invite", "x"}), "WHO is missing");
}

TEST(arguments, contents_have_options) {
    const Command poll = parsed({"poll", "bob", "Where?", "--option", "pier", "--option", "mill",
                                 "--multiple", "--closes", "1h", "--no-burn"});
    EXPECT_EQ(poll.text, "Where?");
    EXPECT_EQ(poll.choices, (std::vector<std::string>{"pier", "mill"}));
    EXPECT_TRUE(poll.multiple && poll.no_burn);
    EXPECT_EQ(poll.closes, Duration::hours(1));
    const Command place = parsed({"location", "bob", "-1.5,2", "--accuracy", "20", "--label", "x"});
    EXPECT_EQ(place.text, "-1.5,2");
    EXPECT_EQ(place.accuracy_m, 20U);
    EXPECT_EQ(parsed({"mute", "bob", "--for", "2h"}).mute_for, Duration::hours(2));
    EXPECT_TRUE(parsed({"archive", "bob", "--off"}).off);
    EXPECT_EQ(parsed({"draft", "bob", "--text", ""}).draft_text, "");
    EXPECT_EQ(parsed({"search", "words", "--in", "bob", "--limit", "3"}).limit, 3U);
    EXPECT_EQ(parsed({"settings", "bob", "--receipts", "on"}).receipts, true);
    EXPECT_TRUE(parsed({"react", "x", "y", "--remove"}).remove);
    EXPECT_EQ(refused({"search", "w", "--limit", "-1"}), "--limit wants a whole number");
    EXPECT_EQ(refused({"settings", "bob", "--typing", "yes"}), "--typing wants on or off");
    EXPECT_EQ(refused({"mute", "bob", "--off=yes"}), "--off takes no value");
}

TEST(arguments, requests_and_accept_work_without_contact) {
    EXPECT_EQ(parsed({"requests"}).verb, Verb::contact_requests);
    EXPECT_EQ(parsed({"accept", "x"}).verb, Verb::contact_accept);
    EXPECT_EQ(parsed({"accept", "x"}).target, "x");
    EXPECT_EQ(refused({"accept"}), "ID is missing");
    EXPECT_EQ(parsed({"send", "requests", "accept"}).target, "requests");
}

TEST(arguments, mistakes_are_named) {
    EXPECT_EQ(refused({}), "a verb is missing");
    EXPECT_EQ(refused({"fly"}), "unknown verb: fly");
    EXPECT_EQ(refused({"contact", "kill"}),
              "contact wants one of add, requests, accept, list, remove");
    EXPECT_EQ(refused({"whoami", "--fast"}), "unknown option --fast");
    EXPECT_EQ(refused({"whoami", "--burn", "3s"}), "whoami has no option --burn");
    EXPECT_EQ(refused({"whoami", "now"}), "unexpected argument: now");
    EXPECT_EQ(refused({"send", "bob"}), "TEXT is missing");
    EXPECT_EQ(refused({"send"}), "WHO is missing");
    EXPECT_EQ(refused({"send", "bob", "two", "words"}), "unexpected argument: words");
    EXPECT_EQ(refused({"init"}), "--relay ADDRESS is missing");
    EXPECT_EQ(refused({"whoami", "--home"}), "--home wants a value");
    EXPECT_EQ(refused({"whoami", "--json=yes"}), "--json takes no value");
    EXPECT_EQ(refused({"send", "b", "t", "--expire", "soon"}), "--expire soon is no duration");
    EXPECT_EQ(refused({"send", "b", "t", "--expire", "2s"}), "--expire 2s is out of range");
    EXPECT_EQ(refused({"send", "b", "t", "--expire", "2y"}), "--expire 2y is out of range");
    EXPECT_EQ(refused({"open", ""}), "ID is empty");
}

TEST(arguments, refusal_knows_that_json_was_asked_for) {
    bool json = false;
    (void)parse_arguments({"--json", "fly"}, json);
    EXPECT_TRUE(json);
    (void)parse_arguments({"fly"}, json);
    EXPECT_FALSE(json);
}

}  // namespace
}  // namespace mayfly::cli
