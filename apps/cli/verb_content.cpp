// Verbs about what is said besides plain texts.
#include <charconv>

#include "core/place.h"
#include "i18n/tr.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

// with_message opens a session, finds the message that the command names, and goes online.
Outcome with_message(Context& context, std::unique_ptr<Session>& session,
                     core::MessageView& message) {
    TRY_ASSIGN(session, open_session(context));
    const std::string& id = context.command.target;
    auto found = session->messenger().find_message(id, wall_clock_now());
    if (!found.ok()) return Failure{found.code(), id, ""};
    message = std::move(found).value();
    TRY(session->go_online());
    return {};
}

Outcome send_body(Context& context, const core::OutgoingBody& body) {
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_place(context, *session, place));
    core::SendOptions options;
    TRY_OUTCOME(send_options(context.command, place, options));
    TRY(session->go_online());
    auto started = session->messenger().send_body(place.conversation, body, options,
                                                  wall_clock_now(), session->entropy());
    return finish_message(context, *session, std::move(started), place);
}

Outcome finish_about(Context& context, Session& session, Result<core::Messenger::Started> started,
                     const char* type, const core::MessageId& id) {
    if (!started.ok()) return Failure{started.code(), context.command.target, ""};
    TRY(session.perform(std::move(started->effects)));
    TRY_OUTCOME(finish_secondary(context, session, started->operation));
    TRY_OUTCOME(show_id(context, type, id));
    return flush_outbox(session);
}

Failure usage(std::string detail, std::string hint) {
    return {ErrorCode::invalid_argument, std::move(detail), std::move(hint)};
}

// "52.5,13.4" in degrees.
Outcome place_of(const Command& command, core::Location& place) {
    const std::string_view text = command.text;
    const size_t comma = text.find(',');
    const bool two = comma != std::string_view::npos;
    if (!two || !core::parse_place(text.substr(0, comma), text.substr(comma + 1), place).ok()) {
        return usage(tr("no place: {1}", command.text),
                     tr("degrees are written 52.5163,13.3777; south and west are negative"));
    }
    place.accuracy_m = command.accuracy_m.value_or(0);
    place.label = command.label;
    return {};
}

// "1,3" or "none".
Outcome choices_of(const std::string& text, Bytes& choices) {
    if (text == "none") return {};
    std::string_view rest = text;
    while (true) {
        const size_t comma = rest.find(',');
        const std::string_view word = rest.substr(0, comma);
        uint8_t number = 0;
        const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
        const bool whole = error == std::errc() && stop == word.data() + word.size();
        if (!whole || number < 1 || number > core::poll_options_max) {
            return usage(tr("no choice: {1}", text), tr("choices are written 1 or 1,3 or none"));
        }
        choices.push_back(static_cast<uint8_t>(number - 1));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    std::sort(choices.begin(), choices.end());
    choices.erase(std::unique(choices.begin(), choices.end()), choices.end());
    return {};
}

}  // namespace

Outcome run_reply(Context& context) {
    SecretBuffer text;
    TRY_OUTCOME(text_of_argument(context.command.text, text));
    std::unique_ptr<Session> session;
    core::MessageView message;
    TRY_OUTCOME(with_message(context, session, message));
    core::Messenger& messenger = session->messenger();
    TRY_ASSIGN(const core::ConversationView place,
               messenger.find_conversation(core::text_of(message.conversation)));
    core::SendOptions options;
    TRY_OUTCOME(send_options(context.command, place, options));
    options.reply_to = message.id;
    options.mentions = messenger.find_mentions(place.conversation, text.expose());
    auto started = messenger.send_text(place.conversation, text.expose(), options, wall_clock_now(),
                                       session->entropy());
    return finish_message(context, *session, std::move(started), place);
}

Outcome run_edit(Context& context) {
    SecretBuffer text;
    TRY_OUTCOME(text_of_argument(context.command.text, text));
    std::unique_ptr<Session> session;
    core::MessageView message;
    TRY_OUTCOME(with_message(context, session, message));
    if (message.outgoing && message.type != core::ContentType::text) {
        return usage(tr("only texts can be edited"), tr("mayfly recall ID takes a message back"));
    }
    const auto mentions = session->messenger().find_mentions(message.conversation, text.expose());
    return finish_about(context, *session,
                        session->messenger().edit(message.id, text.expose(), mentions,
                                                  wall_clock_now(), session->entropy()),
                        "edited", message.id);
}

Outcome run_react(Context& context) {
    std::unique_ptr<Session> session;
    core::MessageView message;
    TRY_OUTCOME(with_message(context, session, message));
    const Command& command = context.command;
    auto started = session->messenger().react(message.id, command.text, !command.remove,
                                              wall_clock_now(), session->entropy());
    if (!started.ok() && started.code() == ErrorCode::invalid_argument) {
        return usage(tr("not one emoji: {1}", command.text), tr("give one, without other text"));
    }
    return finish_about(context, *session, std::move(started), "reacted", message.id);
}

Outcome run_poll(Context& context) {
    const Command& command = context.command;
    core::Poll poll;
    poll.question = command.text;
    poll.options = command.choices;
    poll.multiple = command.multiple;
    if (command.closes) {
        poll.closes_at_ms = static_cast<uint64_t>((wall_clock_now() + *command.closes).ms);
    }
    if (!core::decode_body<core::Poll>(codec::encode(poll)).ok()) {
        return usage(tr("no poll"),
                     tr("a question, and --option with 2 to 20 different answers of at most 200 "
                        "bytes"));
    }
    return send_body(context, poll);
}

Outcome run_vote(Context& context) {
    Bytes choices;
    TRY_OUTCOME(choices_of(context.command.text, choices));
    std::unique_ptr<Session> session;
    core::MessageView message;
    TRY_OUTCOME(with_message(context, session, message));
    if (message.type != core::ContentType::poll) {
        return usage(tr("that message is no poll"), tr("mayfly messages WHO shows what is"));
    }
    auto started =
        session->messenger().vote(message.id, choices, wall_clock_now(), session->entropy());
    if (!started.ok() && started.code() == ErrorCode::invalid_argument) {
        return usage(tr("the poll has no such choice: {1}", context.command.text),
                     tr("mayfly messages shows its answers and how many may be chosen"));
    }
    if (!started.ok() && started.code() == ErrorCode::expired) {
        return Failure{ErrorCode::expired, tr("the poll is closed"), tr("nothing was changed")};
    }
    return finish_about(context, *session, std::move(started), "voted", message.id);
}

Outcome run_location(Context& context) {
    core::Location place;
    TRY_OUTCOME(place_of(context.command, place));
    if (!core::decode_body<core::Location>(codec::encode(place)).ok()) {
        return usage(tr("the label is too long or not UTF-8"), tr("at most 256 bytes"));
    }
    return send_body(context, place);
}

Outcome run_card(Context& context) {
    core::ContactCard card;
    {
        TRY_ASSIGN(const auto session, open_session(context));
        const std::string& other = context.command.text;
        const auto contact = session->messenger().find_contact(other);
        if (!contact.ok()) return Failure{contact.code(), other, ""};
        TRY_ASSIGN(card, session->messenger().card_of(contact->account));
    }
    return send_body(context, card);
}

Outcome run_screenshot(Context& context) { return send_body(context, core::Screenshot{}); }

Outcome run_typing(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_place(context, *session, place));
    TRY_ASSIGN(const core::ConversationSettings settings,
               session->messenger().settings(place.conversation));
    if (!settings.typing) return MAYFLY_ERROR(not_enabled);
    TRY(session->go_online());
    TRY_ASSIGN(const auto ended, session->run([&] { return session->caught_up(); },
                                              deadline_of(context, network_timeout_default)));
    if (ended != Session::Ended::done) return failure_of(*session, ended);
    TRY_ASSIGN(core::Effects effects,
               session->messenger().send_typing(place.conversation, !command.off, wall_clock_now(),
                                                session->entropy()));
    TRY(session->perform(std::move(effects)));
    TRY_ASSIGN(const core::AccountView account, session->messenger().account());
    if (command.json) {
        show_typing(context.out, true, session->messenger(),
                    {place.conversation, account.account, !command.off});
        TRY(context.show());
    }
    return flush_outbox(*session);
}

}  // namespace mayfly::cli
