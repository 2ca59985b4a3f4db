// The command line, read into a Command or refused with a reason.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "util/time.h"

namespace mayfly::cli {

enum class Verb : uint8_t {
    init,
    whoami,
    contact_add,
    contact_requests,
    contact_accept,
    contact_list,
    contact_remove,
    send,
    receive,
    messages,
    open,
    burn,
    recall,
    reply,
    edit,
    react,
    poll,
    vote,
    location,
    card,
    screenshot,
    typing,
    settings,
    mute,
    archive,
    pin,
    draft,
    search,
    device_link,
    device_add,
    device_list,
    device_revoke,
    device_name,
    recover,
    conversations,
    group_create,
    group_list,
    group_show,
    group_invite,
    group_link,
    group_offers,
    group_join,
    group_decline,
    group_remove,
    group_leave,
    group_set,
    group_moderator,
    group_reader,
    daemon,
    tui,
    send_file,
    send_voice,
    download,
    resume,
    verify,
    block,
    unblock,
    blocked,
    report,
    verify_report,
    export_data,
    account_delete,
    passphrase_change,
    passphrase_duress,
    wipe,
    help,
    version,
};

struct Command {
    Verb verb = Verb::help;
    std::string home;  // empty: the default
    std::string passphrase_file;
    bool json = false;
    std::vector<std::string> relays;
    std::string handle;
    std::optional<std::string> name;
    std::string invite;
    std::string target;  // WHO, ID, NAME, FILE, a link; with help: the verb asked about
    std::string text;    // TEXT, FILE; with groups WHO
    std::string to;      // where a download goes; empty: here, under its own name
    std::optional<Duration> expire;
    std::optional<Duration> burn;
    std::optional<Duration> timeout;
    bool follow = false;
    bool as_is = false;  // metadata stays
    bool offline = false;
    // Of what is said besides plain texts.
    bool remove = false;
    bool multiple = false;
    bool off = false;
    bool clear = false;
    std::vector<std::string> choices;  // --option
    std::string label;
    std::optional<uint32_t> accuracy_m;
    std::optional<Duration> closes;
    std::optional<Duration> mute_for;
    std::optional<std::string> draft_text;
    std::string in;  // search: WHO
    std::optional<uint32_t> limit;
    // Of groups.
    std::optional<std::string> topic;
    std::optional<std::string> avatar;  // a file; empty: none
    std::optional<Duration> max_expire;
    std::optional<Duration> max_burn;  // zero: no limit
    std::optional<Duration> expires;   // of a link
    std::optional<uint32_t> uses;      // of a link
    std::optional<bool> receipts;
    std::optional<bool> typing;
    std::optional<bool> moderators_write_only;
    bool room = false;
    bool undo = false;
    bool no_burn = false;
    // daemon: every --home and --passphrase-file; of the other verbs the last one counts.
    std::vector<std::string> homes;
    std::vector<std::string> passphrase_files;
    std::string socket;
    bool stdio = false;
    std::string webhook;
    std::string webhook_secret_file;
    bool yes = false;
    bool confirm = false;
    bool qr = false;
    std::string digits;
    std::string code;
    std::vector<std::string> with;
    std::optional<Duration> lock_after;
    std::string new_passphrase_file;
};

struct UsageError {
    std::string message;
    std::string hint;
};

// parse_arguments takes the words after the program's name. Global options may stand before or
// after the verb; "--" ends options; "--option=value" is "--option value". `json` is set as far as
// it was seen even if the rest is refused, so that the refusal has the right form.
std::variant<Command, UsageError> parse_arguments(const std::vector<std::string>& words,
                                                  bool& json);

// set_group_option takes an option of the verbs about groups; handled says whether it is one.
std::optional<UsageError> set_group_option(const std::string& name, const std::string& value,
                                           Command& command, bool& handled);

// set_content_option takes an option of the verbs about what is said besides plain texts.
std::optional<UsageError> set_content_option(const std::string& name, const std::string& value,
                                             Command& command, bool& handled);

// verb_name gives a verb as it is typed: "contact add".
const char* verb_name(Verb verb);

}  // namespace mayfly::cli
