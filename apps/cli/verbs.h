// What the verbs do. Each returns only after its output was written.
#pragma once

#include <memory>

#include "args.h"
#include "failure.h"
#include "home.h"
#include "output.h"
#include "session.h"

namespace mayfly::cli {

// How long a verb tries to reach its relay and be done, unless --timeout says otherwise.
constexpr Duration network_timeout_default = Duration::seconds(10);
// Verbs that only look ask the relay for news this long, and then show what the device has.
constexpr Duration refresh_timeout = Duration::seconds(3);
// After a verb is done, messages that an earlier one left behind get this long to leave.
constexpr Duration outbox_flush_timeout = Duration::seconds(2);

struct Context {
    const Command& command;
    const Interrupt& interrupt;
    std::string home;
    OutputText out;

    // show writes `out` to the standard output.
    Status show() { return out.write_to(1); }
};

// notice tells a person something on the standard error; with --json it says nothing.
void notice(const Context& context, const std::string& text);

// unlock_home takes the passphrase from the file or the terminal and gives what it opens; a duress
// passphrase has had its effect when it returns. Errors: those of the store.
Result<store::Unlocked> unlock_home(const std::string& home, const std::string& passphrase_file);
// open_session unlocks the home and opens it. Errors: those of the store, no_account, and
// account_deleting for all verbs but the one that deletes.
Result<std::unique_ptr<Session>> open_session(Context& context);

// finish_operation works until the operation has ended. What stops it otherwise becomes the
// Failure: a relay that cannot be reached or trusted, the time, a signal.
Outcome finish_operation(Context& context, Session& session, core::OperationId operation);
// finish_waiting is finish_operation for what goes on by itself later.
Outcome finish_waiting(Context& context, Session& session, core::OperationId operation);
// failure_of says why a run did not come to its end.
Failure failure_of(const Session& session, Session::Ended ended);
Time deadline_of(const Context& context, Duration otherwise);
// take_back tries to undo a send that did not come to its end, and completes the failure.
Failure take_back(Session& session, const core::MessageId& id, Failure failure);
// flush_outbox gives what waits in the outbox a last chance before the process ends.
Outcome flush_outbox(Session& session);

Outcome run_init(Context& context);
Outcome run_whoami(Context& context);
Outcome run_contact_add(Context& context);
Outcome run_contact_requests(Context& context);
Outcome run_contact_accept(Context& context);
Outcome run_contact_list(Context& context);
Outcome run_contact_remove(Context& context);
Outcome run_send(Context& context);
Outcome run_receive(Context& context);
Outcome run_messages(Context& context);
Outcome run_open(Context& context);
Outcome run_burn(Context& context);
Outcome run_recall(Context& context);
Outcome run_reply(Context& context);
Outcome run_edit(Context& context);
Outcome run_react(Context& context);
Outcome run_poll(Context& context);
Outcome run_vote(Context& context);
Outcome run_location(Context& context);
Outcome run_card(Context& context);
Outcome run_screenshot(Context& context);
Outcome run_typing(Context& context);
Outcome run_settings(Context& context);
Outcome run_local(Context& context);
Outcome run_draft(Context& context);
Outcome run_search(Context& context);
Outcome run_verify(Context& context);
Outcome run_block(Context& context);
Outcome run_unblock(Context& context);
Outcome run_blocked(Context& context);
Outcome run_report(Context& context);
Outcome run_verify_report(Context& context);
Outcome run_export(Context& context);
Outcome run_account_delete(Context& context);
Outcome run_passphrase_change(Context& context);
Outcome run_passphrase_duress(Context& context);
Outcome run_wipe(Context& context);
Outcome run_device_link(Context& context);
Outcome run_device_add(Context& context);
Outcome run_device_list(Context& context);
Outcome run_device_revoke(Context& context);
Outcome run_device_name(Context& context);
Outcome run_recover(Context& context);
Outcome run_conversations(Context& context);  // and `group list`
Outcome run_group_create(Context& context);
Outcome run_group_show(Context& context);
Outcome run_group_invite(Context& context);
Outcome run_group_link(Context& context);
Outcome run_group_offers(Context& context);
Outcome run_group_join(Context& context);
Outcome run_group_decline(Context& context);
Outcome run_group_remove(Context& context);
Outcome run_group_leave(Context& context);
Outcome run_group_set(Context& context);
Outcome run_group_role(Context& context);  // moderator and reader
Outcome run_daemon(Context& context);
Outcome run_tui(Context& context);
Outcome run_send_file(Context& context);
Outcome run_download(Context& context);
Outcome run_resume(Context& context);

struct MadeHome {
    NewHome home;
    store::StoreKey key;
    bool protected_by_passphrase = false;
};
// make_home makes a new home and chooses its passphrase; it is in its place once it is installed.
Outcome make_home(Context& context, std::optional<MadeHome>& made);

// find_place finds the conversation that the verb's first argument names.
Outcome find_place(const Context& context, Session& session, core::ConversationView& place);
// find_group is find_place for groups and rooms that we are in.
Outcome find_group(const Context& context, Session& session, core::ConversationView& place);
// change_group has the group's members agree on the change.
Outcome change_group(Context& context, Session& session, const core::ConversationView& place,
                     const core::StateChange& change);
// refusal_in says why the core refuses to do something in a conversation.
Failure refusal_in(const core::ConversationView& place, ErrorCode code);

// text_of_argument gives a text as it was typed, or with "-" the standard input. Errors are of the
// text: empty, too large, not UTF-8.
Outcome text_of_argument(const std::string& argument, SecretBuffer& text);
// send_options takes what was asked for, and says clearly what the conversation does not allow.
Outcome send_options(const Command& command, const core::ConversationView& place,
                     core::SendOptions& options);
// finish_message waits until the relay has a message, and shows its id; if that fails the message
// is taken back.
Outcome finish_message(Context& context, Session& session,
                       Result<core::Messenger::SendStarted> started,
                       const core::ConversationView& place);
// finish_secondary waits for something that stays in the outbox if the relay cannot be reached.
Outcome finish_secondary(Context& context, Session& session, core::OperationId operation);
Outcome show_id(Context& context, const char* type, const core::MessageId& id);

// refresh asks the relay for news if it is there; `contact list` and the like work without.
Outcome refresh(Context& context, Session& session);

}  // namespace mayfly::cli
