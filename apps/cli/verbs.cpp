// What several verbs share.
#include "verbs.h"

#include <unistd.h>

#include <cstdlib>

#include "decoy.h"
#include "passphrase.h"

namespace mayfly::cli {

void notice(const Context& context, const std::string& text) {
    if (context.command.json) return;
    OutputText line;
    line.append("mayfly: hint: ");
    append_printable(line, as_bytes(text));
    line.append("\n");
    (void)line.write_to(STDERR_FILENO);
}

Result<store::Unlocked> unlock_home(Context& context) {
    TRY_ASSIGN(const store::Protection protection, store::store_protection(context.home));
    std::optional<SecretBuffer> passphrase;
    if (protection == store::Protection::passphrase) {
        TRY_ASSIGN(passphrase, read_passphrase(context.command.passphrase_file));
    }
    std::optional<BytesView> view;
    if (passphrase) view = passphrase->expose();
    // Argon2 runs before the home is locked: others need not wait for it.
    TRY_ASSIGN(store::Unlocked unlocked, store::unlock_store(context.home, view));
    if (unlocked.kind != store::SlotKind::own) TRY(make_decoy(context.home, unlocked));
    return unlocked;
}

Result<std::unique_ptr<Session>> open_session(Context& context) {
    TRY_ASSIGN(store::Unlocked unlocked, unlock_home(context));
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
        return {ErrorCode::timed_out, "stopped by a signal", ""};
    }
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
    notice(context, "the relay could not be asked; this is what the device has");
    return {};
}

}  // namespace mayfly::cli
