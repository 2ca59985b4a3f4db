// What several verbs share.
#include "verbs.h"

#include <unistd.h>

#include <cstdlib>

#include "crypto/system_entropy.h"
#include "i18n/tr.h"
#include "passphrase.h"
#include "process.h"
#include "store/decoy.h"
#include "store/home_lock.h"

namespace mayfly::cli {

void notice(const Context& context, const std::string& text) {
    if (context.command.json) return;
    OutputText line;
    append_filled(line, tr("mayfly: hint: {1}"), {text});
    line.append("\n");
    (void)line.write_to(STDERR_FILENO);
}

Result<store::Unlocked> unlock_home(const std::string& home, const std::string& passphrase_file) {
    TRY_ASSIGN(const store::Protection protection, store::store_protection(home));
    std::optional<SecretBuffer> passphrase;
    if (protection == store::Protection::passphrase) {
        TRY_ASSIGN(passphrase, read_passphrase(passphrase_file));
    }
    std::optional<BytesView> view;
    if (passphrase) view = passphrase->expose();
    TRY_ASSIGN(store::Unlocked unlocked, store::unlock_store(home, view));
    if (unlocked.kind != store::SlotKind::own) {
        crypto::SystemEntropy entropy;
        TRY_ASSIGN(const auto lock, store::HomeLock::acquire(home, store::home_lock_wait));
        TRY(store::make_decoy(home, unlocked, wall_clock_now(), entropy));
    }
    return unlocked;
}

Result<std::unique_ptr<Session>> open_session(Context& context) {
    // Argon2 runs before the home is locked: others need not wait for it.
    TRY_ASSIGN(store::Unlocked unlocked,
               unlock_home(context.home, context.command.passphrase_file));
    auto session =
        std::make_unique<Session>(context.home, std::move(unlocked.key), context.interrupt);
    TRY(session->open(store::home_lock_wait));
    ENSURE(!session->messenger().relays_to_tell() || context.command.verb == Verb::account_delete,
           account_deleting);
    return session;
}

Time deadline_of(const Context& context, Duration otherwise) {
    return monotonic_now() + context.command.timeout.value_or(otherwise);
}

Failure failure_of(const Session& session, Session::Ended ended) {
    const auto last = session.last_failure();
    if (ended == Session::Ended::interrupted) {
        return {ErrorCode::timed_out, tr("stopped by a signal"), ""};
    }
    if (ended == Session::Ended::shut_out) return {ErrorCode::device_revoked, "", ""};
    if (last && last->why && (ended == Session::Ended::untrusted || !session.reached_any())) {
        return {last->why->code, last->relay, ""};
    }
    if (!session.reached_any()) return {ErrorCode::relay_unreachable, "", ""};
    return {ErrorCode::timed_out, "", ""};
}

Outcome finish_operation(Context& context, Session& session, core::OperationId operation) {
    std::optional<Status> result;
    session.on_event([&](const core::Event& event) {
        const auto* ended = std::get_if<core::OperationEnded>(&event);
        if (ended != nullptr && ended->operation == operation) result = ended->result;
    });
    const auto ended = session.run([&] { return result.has_value(); },
                                   deadline_of(context, network_timeout_default));
    session.on_event({});
    TRY(ended);
    if (ended.value() != Session::Ended::done) return failure_of(session, ended.value());
    return result->ok() ? Outcome() : Outcome(result->error());
}

Outcome find_place(const Context& context, Session& session, core::ConversationView& place) {
    auto found = session.messenger().find_conversation(context.command.target);
    if (!found.ok()) return Failure{found.code(), context.command.target, ""};
    place = std::move(found).value();
    return {};
}

Outcome find_group(const Context& context, Session& session, core::ConversationView& place) {
    TRY_OUTCOME(find_place(context, session, place));
    if (core::has_state(place.kind)) return {};
    return Failure{ErrorCode::unknown_conversation, tr("{1} is no group", context.command.target),
                   tr("mayfly group list shows groups and rooms")};
}

Failure refusal_in(const core::ConversationView& place, ErrorCode code) {
    const bool refused = code == ErrorCode::not_authorized || code == ErrorCode::unknown_channel;
    if (refused && place.joining) {
        return {ErrorCode::not_authorized, tr("you are not in {1} yet", place.title),
                tr("whoever asked you in lets you in when they come online")};
    }
    if (refused && place.closed) {
        return {ErrorCode::mls_removed, place.title,
                tr("its messages stay until they end; mayfly group leave forgets it")};
    }
    if (code == ErrorCode::not_authorized) {
        return {code, place.title,
                tr("only a moderator of {1} may; mayfly group show lists them", place.title)};
    }
    return {code, place.title, ""};
}

Failure take_back(Session& session, const core::MessageId& id, Failure failure) {
    if (failure.code == ErrorCode::device_revoked) return failure;
    auto withdrawn = session.messenger().withdraw(id, wall_clock_now());
    if (!withdrawn.ok()) return failure;
    const bool gone = withdrawn->first;
    const Status performed = session.perform(std::move(withdrawn->second));
    if (!performed.ok()) return {performed.code(), "", ""};
    const std::string advice = hint_of(failure.code);
    failure.hint = gone ? tr("the message was taken back; {1}", advice)
                        : tr("the message may have left and may still arrive, once; do not send it "
                             "again before you know");
    return failure;
}

Outcome flush_outbox(Session& session) {
    TRY(session.run([&] { return session.messenger().outbox_empty(); },
                    monotonic_now() + outbox_flush_timeout));
    return {};
}

Outcome refresh(Context& context, Session& session) {
    if (context.command.offline) {
        TRY(session.sweep());
        return {};
    }
    TRY(session.go_online());
    const auto done = [&] { return session.caught_up() || session.last_failure().has_value(); };
    TRY(session.run(done, monotonic_now() + refresh_timeout));
    if (session.caught_up()) return {};
    notice(context, tr("the relay could not be asked; this is what the device has"));
    return {};
}

}  // namespace mayfly::cli
