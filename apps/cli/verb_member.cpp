// Who is in groups and rooms: asking in, joining, removing, leaving, roles.
#include <algorithm>

#include "core/conversation_state.h"
#include "core/group_link.h"
#include "i18n/tr.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

constexpr std::string_view link_prefix = "mayfly-group:";
// Whoever asked us in is often online: it is worth a moment to see whether we are in at once.
constexpr Duration let_in_wait = Duration::seconds(3);

// find_member finds WHO among the members.
Outcome find_member(const Context& context, Session& session, const core::ConversationView& place,
                    core::MemberView& member) {
    auto found = session.messenger().find_member(place.conversation, context.command.text);
    if (found.ok()) {
        member = std::move(*found);
        return {};
    }
    if (found.code() == ErrorCode::unknown_conversation) {
        return refusal_in(place, ErrorCode::not_authorized);
    }
    return Failure{found.code(), tr("{1} in {2}", context.command.text, place.title),
                   tr("mayfly group show lists the members")};
}

Outcome open_group(Context& context, std::unique_ptr<Session>& session,
                   core::ConversationView& place) {
    TRY_ASSIGN(session, open_session(context));
    // What happened meanwhile decides who may do what.
    TRY_OUTCOME(refresh(context, *session));
    return find_group(context, *session, place);
}

Outcome finish_started(Context& context, Session& session, const core::ConversationView& place,
                       Result<core::Messenger::Started> started) {
    if (!started.ok()) return refusal_in(place, started.code());
    TRY(session.perform(std::move(started->effects)));
    return finish_waiting(context, session, started->operation);
}

// tell says what was done: to whom, in which conversation.
Outcome tell(Context& context, const char* type, const core::ConversationId& conversation,
             const std::optional<core::AccountId>& account) {
    if (context.command.json) {
        JsonLine line(context.out, type);
        line.text("conversation", core::text_of(conversation));
        if (account) line.text("account", core::text_of(*account));
    } else {
        context.out.append(account ? core::text_of(*account) : core::text_of(conversation));
        context.out.append("\n");
    }
    TRY(context.show());
    return {};
}

// The conversation that an offer is about, also one that we accepted and wait for.
Outcome find_offered(Context& context, Session& session, core::ConversationId& id) {
    auto offer = session.messenger().find_offer(context.command.target);
    if (offer.ok()) {
        id = offer->conversation;
        return {};
    }
    const auto place = session.messenger().find_conversation(context.command.target);
    if (place.ok() && place->joining) {
        id = place->conversation;
        return {};
    }
    if (place.ok() && core::has_state(place->kind) && !place->closed) {
        return Failure{ErrorCode::already_exists, tr("you are in {1}", place->title),
                       tr("there is nothing to do")};
    }
    return Failure{offer.code(), context.command.target, tr("mayfly group offers shows who asks")};
}

Outcome start_joining(Context& context, Session& session, core::ConversationId& id,
                      Result<core::Messenger::Started>& started) {
    const std::string& target = context.command.target;
    core::Messenger& messenger = session.messenger();
    if (target.find(link_prefix) != std::string::npos) {
        TRY_ASSIGN(const core::GroupLink link, core::parse_group_link(target));
        id = link.info.conversation;
        started = messenger.join_by_link(target, wall_clock_now(), session.entropy());
        if (started.ok()) return {};
        if (started.code() != ErrorCode::invalid_argument) return started.error();
        return Failure{started.code(), tr("this link is yours"),
                       tr("give it to those whom you want in the group")};
    }
    TRY_OUTCOME(find_offered(context, session, id));
    started = messenger.accept_offer(id, wall_clock_now(), session.entropy());
    if (!started.ok()) return Failure{started.code(), target, ""};
    return {};
}

}  // namespace

Outcome finish_waiting(Context& context, Session& session, core::OperationId operation) {
    const Outcome ended = finish_operation(context, session, operation);
    if (ended.ok() || exit_code_of(ended.failure().code) != ExitCode::network) return ended;
    Failure failure = ended.failure();
    failure.hint =
        tr("it waits on this device; any later verb that reaches the relay goes on with it");
    return failure;
}

Outcome change_group(Context& context, Session& session, const core::ConversationView& place,
                     const core::StateChange& change) {
    return finish_started(context, session, place,
                          session.messenger().change_conversation(
                              place.conversation, change, wall_clock_now(), session.entropy()));
}

Outcome run_group_invite(Context& context) {
    std::unique_ptr<Session> session;
    core::ConversationView place;
    TRY_OUTCOME(open_group(context, session, place));
    const std::string& who = context.command.text;
    const auto contact = session->messenger().find_contact(who);
    if (!contact.ok()) return Failure{contact.code(), who, tr("only contacts can be asked")};
    auto started = session->messenger().invite(place.conversation, contact->account,
                                               wall_clock_now(), session->entropy());
    if (!started.ok() && started.code() == ErrorCode::already_exists) {
        return Failure{started.code(), tr("{1} is in {2}", who, place.title),
                       tr("there is nothing to do")};
    }
    TRY_OUTCOME(finish_started(context, *session, place, std::move(started)));
    TRY_OUTCOME(tell(context, "invited", place.conversation, contact->account));
    return flush_outbox(*session);
}

Outcome run_group_offers(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_OUTCOME(refresh(context, *session));
    for (const core::OfferView& offer : session->messenger().offers()) {
        show_offer(context.out, context.command.json, offer);
    }
    TRY(context.show());
    return {};
}

Outcome run_group_join(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_OUTCOME(refresh(context, *session));
    core::ConversationId id;
    Result<core::Messenger::Started> started = MAYFLY_ERROR(internal);
    TRY_OUTCOME(start_joining(context, *session, id, started));
    TRY(session->perform(std::move(started->effects)));
    TRY_OUTCOME(finish_waiting(context, *session, started->operation));
    core::ConversationView view;
    const auto is_in = [&] {
        auto found = session->messenger().find_conversation(core::text_of(id));
        if (found.ok()) view = std::move(*found);
        return found.ok() && !view.joining;
    };
    TRY(session->run(is_in, monotonic_now() + let_in_wait));
    is_in();
    // For people the hint below says it; what it waits for is another thing from moment to moment.
    if (!context.command.json) view.join_wait = core::JoinWait::none;
    show_conversation(context.out, context.command.json, view);
    TRY(context.show());
    if (view.joining) notice(context, tr("whoever asked you in lets you in when they come online"));
    return flush_outbox(*session);
}

Outcome run_group_decline(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->sweep());
    const auto offer = session->messenger().find_offer(context.command.target);
    if (!offer.ok()) {
        return Failure{offer.code(), context.command.target,
                       tr("mayfly group offers shows who asks")};
    }
    auto effects = session->messenger().decline_offer(offer->conversation, wall_clock_now());
    if (!effects.ok()) {
        return Failure{effects.code(), tr("you have accepted already"),
                       tr("mayfly group leave takes it back")};
    }
    TRY(session->perform(std::move(*effects)));
    return tell(context, "declined", offer->conversation, std::nullopt);
}

Outcome run_group_remove(Context& context) {
    std::unique_ptr<Session> session;
    core::ConversationView place;
    TRY_OUTCOME(open_group(context, session, place));
    core::MemberView member;
    TRY_OUTCOME(find_member(context, *session, place, member));
    if (member.is_self) {
        return Failure{ErrorCode::invalid_argument, tr("that is you"), "mayfly group leave"};
    }
    TRY_OUTCOME(
        finish_started(context, *session, place,
                       session->messenger().remove_member(place.conversation, member.account,
                                                          wall_clock_now(), session->entropy())));
    TRY_OUTCOME(tell(context, "removed", place.conversation, member.account));
    return flush_outbox(*session);
}

Outcome run_group_leave(Context& context) {
    std::unique_ptr<Session> session;
    core::ConversationView place;
    TRY_OUTCOME(open_group(context, session, place));
    TRY_OUTCOME(finish_started(
        context, *session, place,
        session->messenger().leave(place.conversation, wall_clock_now(), session->entropy())));
    TRY_OUTCOME(tell(context, "left", place.conversation, std::nullopt));
    return flush_outbox(*session);
}

Outcome run_group_role(Context& context) {
    std::unique_ptr<Session> session;
    core::ConversationView place;
    TRY_OUTCOME(open_group(context, session, place));
    core::MemberView member;
    TRY_OUTCOME(find_member(context, *session, place, member));
    core::StateChange change;
    const bool moderators = context.command.verb == Verb::group_moderator;
    const bool undo = context.command.undo;
    auto& list = moderators ? (undo ? change.drop_moderators : change.add_moderators)
                            : (undo ? change.drop_readers : change.add_readers);
    list.push_back(member.account);
    TRY_OUTCOME(change_group(context, *session, place, change));
    const auto members = session->messenger().members(place.conversation);
    if (!members.ok()) return {};
    for (const core::MemberView& each : *members) {
        if (each.account != member.account) continue;
        show_member(context.out, context.command.json, place.conversation, each);
    }
    TRY(context.show());
    return flush_outbox(*session);
}

}  // namespace mayfly::cli
