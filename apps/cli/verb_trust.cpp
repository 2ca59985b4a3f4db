// Whom to trust: safety numbers, blocking, reports.
#include <unistd.h>

#include "core/report.h"
#include "i18n/tr.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

Outcome not_found(Error error, const std::string& who) { return Failure{error.code, who, ""}; }

Outcome show_number(Context& context, const core::ContactView& contact,
                    const core::SafetyNumber& number) {
    if (context.command.json) {
        JsonLine(context.out, "safety_number")
            .text("account", core::text_of(contact.account))
            .text("digits", number.digits)
            .text("code", number.code)
            .boolean("verified", contact.verified)
            .text("alarm", core::alarm_name(contact.alarm));
    } else {
        show_contact(context.out, false, contact);
        show_qr(context.out, number.code);
        const std::string_view digits = number.digits;
        constexpr size_t line_size = 24;  // four groups
        for (size_t at = 0; at < digits.size(); at += line_size) {
            context.out.append("    ");
            context.out.append(digits.substr(at, line_size));
            context.out.append("\n");
        }
    }
    TRY(context.show());
    if (!contact.verified) {
        notice(context, tr("compare these with what your contact sees, in person or by voice; then "
                           "mayfly verify WHO --confirm"));
    }
    return {};
}

// The relays may know of a change; whether they can be asked or not, the number is right.
Outcome check_online(Context& context, Session& session, const core::AccountId& account) {
    TRY(session.go_online());
    TRY_ASSIGN(auto started,
               session.messenger().check_contact(account, wall_clock_now(), session.entropy()));
    TRY(session.perform(std::move(started.effects)));
    std::optional<Status> result;
    session.on_event([&](const core::Event& event) {
        const auto* ended = std::get_if<core::OperationEnded>(&event);
        if (ended != nullptr && ended->operation == started.operation) result = ended->result;
    });
    const auto ran =
        session.run([&] { return result.has_value(); }, monotonic_now() + refresh_timeout);
    session.on_event({});
    TRY(ran);
    if (result && !result->ok() && exit_code_of(result->code()) == ExitCode::not_trusted) {
        return Failure{result->code(), context.command.target, ""};
    }
    if (!result || !result->ok()) notice(context, tr("the relay could not be asked for changes"));
    return {};
}

void show_proven(Context& context, const core::ProvenMessage& message, bool reported) {
    if (context.command.json) {
        JsonLine(context.out, "proven")
            .boolean("reported", reported)
            .text("account", core::text_of(message.account))
            .text("device", to_base32(message.device.view()))
            .text("conversation", to_base32(message.conversation.view()))
            .number("epoch", static_cast<int64_t>(message.epoch))
            .text("id", core::text_of(message.id))
            .number("sent_at", message.sent_at.ms)
            .boolean("is_text", message.is_text)
            .text("text", as_text(message.text.expose()));
        return;
    }
    context.out.append(reported ? tr("proven, reported: ") : tr("proven, context:  "));
    context.out.append(message.is_text ? "" : tr("(not a text)"));
    append_printable(context.out, message.text.expose(), true);
    context.out.append(
        tr("\n"
           "    signed by account {1}\n"
           "    with its device   {2}\n"
           "    in conversation   {3}, epoch {4}\n"
           "    as message        {5}\n"
           "    which says it was sent {6}\n",
           core::text_of(message.account), to_base32(message.device.view()),
           to_base32(message.conversation.view()), message.epoch, core::text_of(message.id),
           local_time(message.sent_at)));
}

}  // namespace

Outcome run_verify(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    core::Messenger& messenger = session->messenger();
    const auto account = messenger.find_anybody(command.target);
    if (!account.ok()) return not_found(account.error(), command.target);
    const std::string& shown = command.digits.empty() ? command.code : command.digits;
    const bool decides = command.undo || command.confirm || !shown.empty();
    if (!decides) {
        if (!command.offline) TRY_OUTCOME(check_online(context, *session, *account));
        const auto contact = messenger.find_contact(core::text_of(*account));
        if (!contact.ok()) return not_found(contact.error(), command.target);
        TRY_ASSIGN(const core::SafetyNumber number, messenger.safety_number(*account));
        return show_number(context, *contact, number);
    }
    const Time now = wall_clock_now();
    auto effects = shown.empty()
                       ? messenger.set_verified(*account, !command.undo, now, session->entropy())
                       : messenger.verify_contact(*account, shown, now, session->entropy());
    if (!effects.ok() && effects.code() == ErrorCode::invalid_argument) {
        return Failure{effects.code(), tr("no safety number: {1}", shown),
                       tr("60 digits, or the text of a QR code that mayfly verify showed")};
    }
    TRY(effects);
    TRY(session->perform(std::move(*effects)));
    TRY_ASSIGN(const core::ContactView contact, messenger.find_contact(core::text_of(*account)));
    show_contact(context.out, command.json, contact);
    TRY(context.show());
    return {};
}

Outcome run_block(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    const auto account = session->messenger().find_anybody(command.target);
    if (!account.ok()) return not_found(account.error(), command.target);
    TRY(session->go_online());
    TRY_ASSIGN(auto started, session->messenger().block(*account, command.remove, wall_clock_now(),
                                                        session->entropy()));
    TRY(session->perform(std::move(started.effects)));
    const Outcome ended = finish_operation(context, *session, started.operation);
    if (!ended.ok()) {
        Failure failure = ended.failure();
        failure.hint = tr("blocked on this device; the relay will be told next time");
        return failure;
    }
    if (command.json) JsonLine(context.out, "blocked").text("account", core::text_of(*account));
    TRY(context.show());
    return flush_outbox(*session);  // our other devices
}

Outcome run_unblock(Context& context) {
    const std::string& who = context.command.target;
    TRY_ASSIGN(const auto session, open_session(context));
    std::optional<core::BlockedView> found;
    for (const core::BlockedView& view : session->messenger().blocked()) {
        const std::string account = core::text_of(view.account);
        const bool is_id = who.size() >= 8 && account.starts_with(who);
        const bool is_name = view.handle == who || view.display_name == who ||
                             view.handle.substr(0, view.handle.find('@')) == who;
        if (!is_id && !is_name) continue;
        if (found) return Failure{ErrorCode::ambiguous_name, who, ""};
        found = view;
    }
    if (!found) return Failure{ErrorCode::unknown_contact, who, tr("mayfly blocked lists them")};
    TRY_ASSIGN(core::Effects effects,
               session->messenger().unblock(found->account, wall_clock_now(), session->entropy()));
    TRY(session->perform(std::move(effects)));
    if (context.command.json) {
        JsonLine(context.out, "unblocked").text("account", core::text_of(found->account));
    }
    TRY(context.show());
    notice(context, tr("to write to each other again: mayfly contact add"));
    return {};
}

Outcome run_blocked(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->sweep());
    for (const core::BlockedView& view : session->messenger().blocked()) {
        show_blocked(context.out, context.command.json, view);
    }
    TRY(context.show());
    return {};
}

Outcome run_report(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->sweep());
    const Time now = wall_clock_now();
    std::vector<std::string> wanted{context.command.target};
    wanted.insert(wanted.end(), context.command.with.begin(), context.command.with.end());
    if (wanted.size() > core::report_messages_max) {
        return Failure{ErrorCode::invalid_argument, tr("too many messages"),
                       tr("a report proves at most {1}", core::report_messages_max)};
    }
    std::vector<core::MessageId> ids;
    for (const std::string& id : wanted) {
        const auto message = session->messenger().find_message(id, now);
        if (!message.ok()) return not_found(message.error(), id);
        if (message->outgoing) return Failure{ErrorCode::no_proof, id, ""};
        ids.push_back(message->id);
    }
    TRY_ASSIGN(const std::string report, session->messenger().report(ids, now));
    if (context.command.json) {
        JsonLine(context.out, "report").text("report", report);
    } else {
        context.out.append(report + "\n");
    }
    TRY(context.show());
    return {};
}

Outcome run_verify_report(Context& context) {
    const std::string& file = context.command.target;
    const auto content =
        store::read_file(file == "-" ? "/dev/stdin" : file, 2 * core::report_size_bytes_max);
    if (content.ok() && !*content) {
        return Failure{ErrorCode::storage_failed, file, tr("there is no such file")};
    }
    TRY(content);
    const auto proven = core::verify_report(as_text((*content)->expose()));
    if (!proven.ok()) {
        return Failure{ErrorCode::invalid_signature,
                       tr("nothing is proven: {1}", tr(error_text(proven.code()))),
                       tr("the file was changed on its way, or is none that mayfly report made")};
    }
    for (size_t i = 0; i < proven->size(); ++i) show_proven(context, (*proven)[i], i == 0);
    TRY(context.show());
    return {};
}

}  // namespace mayfly::cli
