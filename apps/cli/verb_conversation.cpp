// Verbs about a conversation as a whole, and searching.
#include "i18n/tr.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

Outcome show_agreed(Context& context, Session& session, const core::ConversationId& conversation) {
    TRY_ASSIGN(const core::ConversationSettings agreed, session.messenger().settings(conversation));
    TRY_ASSIGN(const core::LocalSettings local, session.messenger().local_settings(conversation));
    show_settings(context.out, context.command.json, conversation, agreed, local, wall_clock_now());
    TRY(context.show());
    return {};
}

// What the command changes of the settings; false if nothing.
bool change(const Command& command, core::ConversationSettings& settings) {
    if (command.expire) settings.expiration_ms = static_cast<uint64_t>(command.expire->ms);
    if (command.burn) {
        settings.burn_seconds = static_cast<uint32_t>((command.burn->ms + 999) / 1000);
    }
    if (command.no_burn) settings.burn_seconds = 0;
    if (command.receipts) settings.receipts = *command.receipts;
    if (command.typing) settings.typing = *command.typing;
    return command.expire || command.burn || command.no_burn || command.receipts || command.typing;
}

}  // namespace

Outcome run_settings(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_place(context, *session, place));
    const core::ConversationId& conversation = place.conversation;
    TRY_ASSIGN(core::ConversationSettings settings, session->messenger().settings(conversation));
    if (!change(context.command, settings)) {
        return show_agreed(context, *session, conversation);
    }
    TRY(session->go_online());
    auto started = session->messenger().change_settings(conversation, settings, wall_clock_now(),
                                                        session->entropy());
    if (!started.ok()) return refusal_in(place, started.code());
    TRY(session->perform(std::move(started->effects)));
    TRY_OUTCOME(finish_secondary(context, *session, started->operation));
    TRY_OUTCOME(show_agreed(context, *session, conversation));
    return flush_outbox(*session);
}

Outcome run_local(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_place(context, *session, place));
    const core::ConversationId& conversation = place.conversation;
    TRY_ASSIGN(core::LocalSettings local, session->messenger().local_settings(conversation));
    const Time now = wall_clock_now();
    if (command.verb == Verb::archive) local.archived = !command.off;
    if (command.verb == Verb::pin) local.pinned = !command.off;
    if (command.verb == Verb::mute) {
        // For good is longer than anything lives here.
        constexpr Duration for_good = Duration::days(365 * 100);
        local.muted_until = command.off ? Time{} : now + command.mute_for.value_or(for_good);
    }
    TRY_ASSIGN(core::Effects effects,
               session->messenger().set_local_settings(conversation, local, now));
    TRY(session->perform(std::move(effects)));
    return show_agreed(context, *session, conversation);
}

Outcome run_draft(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_place(context, *session, place));
    const core::ConversationId& conversation = place.conversation;
    if (command.clear || command.draft_text) {
        SecretBuffer text;
        if (!command.clear) TRY_OUTCOME(text_of_argument(*command.draft_text, text));
        TRY_ASSIGN(core::Effects effects,
                   session->messenger().set_draft(conversation, text.expose(), wall_clock_now()));
        TRY(session->perform(std::move(effects)));
    }
    TRY_ASSIGN(const SecretBuffer draft, session->messenger().draft(conversation));
    if (command.json) {
        JsonLine(context.out, "draft")
            .text("conversation", core::text_of(conversation))
            .text("text", as_text(draft.expose()));
    } else if (!draft.empty()) {
        append_printable(context.out, draft.expose(), true);
        context.out.append("\n");
    }
    TRY(context.show());
    return {};
}

Outcome run_search(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->sweep());
    core::SearchQuery query;
    query.words = command.target;
    if (command.limit) query.limit = *command.limit;
    if (!command.in.empty()) {
        const auto place = session->messenger().find_conversation(command.in);
        if (!place.ok()) return Failure{place.code(), command.in, ""};
        query.conversation = place->conversation;
    }
    const Time now = wall_clock_now();
    const auto found = session->messenger().search(query, now);
    if (!found.ok() && found.code() == ErrorCode::invalid_argument) {
        return Failure{ErrorCode::invalid_argument, tr("no words to search for"),
                       tr("at most 1,000 bytes of UTF-8")};
    }
    TRY(found);
    for (const core::MessageView& message : *found) {
        show_message(context.out, command.json, session->messenger(), message, now);
    }
    TRY(context.show());
    return {};
}

}  // namespace mayfly::cli
