#include <unistd.h>

#include <cerrno>

#include "core/content.h"
#include "i18n/tr.h"
#include "util/duration.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

// read_stdin takes a text up to the size limit; one line end at its end belongs to the shell.
Result<SecretBuffer> read_stdin() {
    SecretBuffer text(core::text_size_bytes_max + 2);
    size_t size = 0;
    while (size < text.size()) {
        const ssize_t got =
            ::read(STDIN_FILENO, text.expose_mutable().data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return store::error_of_errno(errno);
        if (got == 0) break;
        size += static_cast<size_t>(got);
    }
    if (size > 0 && text.expose()[size - 1] == '\n') size--;
    text.shrink(size);
    return text;
}

Outcome check_text(BytesView text) {
    if (text.empty()) {
        return Failure{ErrorCode::invalid_argument, tr("the text is empty"), tr("say something")};
    }
    if (text.size() > core::text_size_bytes_max) return MAYFLY_ERROR(text_too_large);
    if (!core::is_utf8(text)) {
        return Failure{ErrorCode::invalid_argument, tr("the text is not UTF-8"),
                       tr("convert it first")};
    }
    return {};
}

}  // namespace

Outcome show_id(Context& context, const char* type, const core::MessageId& id) {
    if (context.command.json) {
        JsonLine(context.out, type).text("id", core::text_of(id));
    } else {
        context.out.append(core::text_of(id) + "\n");
    }
    TRY(context.show());
    return {};
}

Outcome text_of_argument(const std::string& argument, SecretBuffer& text) {
    if (argument == "-") {
        TRY_ASSIGN(text, read_stdin());
    } else {
        text = SecretBuffer(as_bytes(argument));
    }
    return check_text(text.expose());
}

Outcome send_options(const Command& command, const core::ConversationView& place,
                     core::SendOptions& options) {
    options.expiration = command.expire;
    options.burn = command.burn;
    options.no_burn = command.no_burn;
    if (command.expire && *command.expire > place.expiration_limit) {
        const std::string most = format_duration(place.expiration_limit);
        return Failure{ErrorCode::bad_duration,
                       tr("messages in {1} live {2} at most", place.title, most),
                       tr("use --{1} {2} or less", "expire", most)};
    }
    const Duration burn_limit = Duration::seconds(place.burn_seconds_limit);
    const bool too_long = command.no_burn || (command.burn && *command.burn > burn_limit);
    if (burn_limit.ms != 0 && too_long) {
        const std::string most = format_duration(burn_limit);
        return Failure{ErrorCode::bad_duration,
                       tr("messages in {1} burn {2} after opening, or sooner", place.title, most),
                       tr("use --{1} {2} or less", "burn", most)};
    }
    return {};
}

Outcome finish_message(Context& context, Session& session,
                       Result<core::Messenger::SendStarted> started,
                       const core::ConversationView& place) {
    if (!started.ok()) return refusal_in(place, started.code());
    TRY(session.perform(std::move(started->effects)));
    const Outcome ended = finish_operation(context, session, started->operation);
    if (!ended.ok()) {
        Failure failure = take_back(session, started->id, ended.failure());
        const bool direct = place.kind == core::ConversationKind::direct;
        const auto now = session.messenger().find_contact(core::text_of(place.contact));
        if (direct && now.ok() && !now->established && failure.code == ErrorCode::timed_out) {
            failure.detail = tr("{1} has not accepted your request yet",
                                session.messenger().name_of(place.contact));
        }
        return failure;
    }
    if (context.command.json) {
        JsonLine(context.out, "sent")
            .text("id", core::text_of(started->id))
            .text("conversation", core::text_of(place.conversation));
    } else {
        context.out.append(core::text_of(started->id) + "\n");
    }
    TRY(context.show());
    return flush_outbox(session);
}

Outcome finish_secondary(Context& context, Session& session, core::OperationId operation) {
    const Outcome ended = finish_operation(context, session, operation);
    if (ended.ok()) return {};
    Failure failure = ended.failure();
    failure.hint =
        tr("it waits in the outbox; any later verb that reaches the relay takes it along");
    return failure;
}

Outcome run_send(Context& context) {
    SecretBuffer text;
    TRY_OUTCOME(text_of_argument(context.command.text, text));
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_place(context, *session, place));
    core::SendOptions options;
    TRY_OUTCOME(send_options(context.command, place, options));
    options.mentions = session->messenger().find_mentions(place.conversation, text.expose());
    TRY(session->go_online());
    auto started = session->messenger().send_text(place.conversation, text.expose(), options,
                                                  wall_clock_now(), session->entropy());
    return finish_message(context, *session, std::move(started), place);
}

Outcome run_messages(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_place(context, *session, place));
    TRY_OUTCOME(refresh(context, *session));
    const Time now = wall_clock_now();
    TRY_ASSIGN(const auto messages, session->messenger().messages(place.conversation, now));
    for (const core::MessageView& message : messages) {
        show_message(context.out, context.command.json, session->messenger(), message, now);
    }
    TRY(context.show());
    return {};
}

Outcome run_open(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->sweep());
    const std::string& id = context.command.target;
    const Time now = wall_clock_now();
    auto message = session->messenger().find_message(id, now);
    if (!message.ok()) return Failure{message.code(), id, ""};
    TRY_ASSIGN(core::Effects effects, session->messenger().open_message(message->id, now));
    TRY(session->perform(std::move(effects)));
    // Once more: the burn timer runs now, and expires_at shows it.
    TRY_ASSIGN(message, session->messenger().find_message(core::text_of(message->id), now));
    show_message(context.out, context.command.json, session->messenger(), *message, now);
    TRY(context.show());
    return {};
}

Outcome run_burn(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->sweep());
    const std::string& id = context.command.target;
    const Time now = wall_clock_now();
    const auto message = session->messenger().find_message(id, now);
    if (!message.ok()) return Failure{message.code(), id, ""};
    TRY_ASSIGN(core::Effects effects, session->messenger().burn(message->id, now));
    TRY(session->perform(std::move(effects)));
    return show_id(context, "burnt", message->id);
}

Outcome run_recall(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    const std::string& id = context.command.target;
    const auto message = session->messenger().find_message(id, wall_clock_now());
    if (!message.ok()) return Failure{message.code(), id, ""};
    TRY(session->go_online());
    auto started = session->messenger().recall(message->id, wall_clock_now(), session->entropy());
    if (!started.ok()) return Failure{started.code(), id, ""};
    TRY(session->perform(std::move(started->effects)));
    TRY_OUTCOME(finish_secondary(context, *session, started->operation));
    TRY_OUTCOME(show_id(context, "recalled", message->id));
    return flush_outbox(*session);
}

}  // namespace mayfly::cli
