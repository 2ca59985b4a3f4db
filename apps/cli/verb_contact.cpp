#include "core/contact_link.h"
#include "i18n/tr.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

Result<core::ContactView> find_target(const core::Messenger& messenger,
                                      const core::ContactTarget& target) {
    if (const auto* handle = std::get_if<wire::HandleEntry>(&target)) {
        return messenger.find_contact(core::format_handle(*handle));
    }
    return messenger.find_contact(core::text_of(std::get<core::ContactLink>(target).account));
}

Failure refusal(ErrorCode code, const std::string& address) {
    if (code != ErrorCode::invalid_argument) return {code, address, ""};
    return {code, tr("that is you"), tr("ask others for their address, or give them yours")};
}

// with_detail adds what the verb was about to an outcome that has nothing to say of its own.
Outcome with_detail(Outcome outcome, const std::string& address) {
    if (outcome.ok() || !outcome.failure().detail.empty()) return outcome;
    return refusal(outcome.failure().code, address);
}

}  // namespace

Outcome run_contact_add(Context& context) {
    const std::string& address = context.command.target;
    TRY_ASSIGN(const core::ContactTarget target, core::parse_contact_target(address));
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->go_online());
    auto started = session->messenger().add_contact(address, wall_clock_now(), session->entropy());
    if (!started.ok()) return refusal(started.code(), address);
    TRY(session->perform(std::move(started->effects)));
    TRY_OUTCOME(with_detail(finish_operation(context, *session, started->operation), address));
    TRY_ASSIGN(const core::ContactView contact, find_target(session->messenger(), target));
    show_contact(context.out, context.command.json, contact);
    TRY(context.show());
    return flush_outbox(*session);
}

Outcome run_contact_requests(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_OUTCOME(refresh(context, *session));
    for (const core::RequestView& request : session->messenger().requests()) {
        show_request(context.out, context.command.json, request);
    }
    TRY(context.show());
    return {};
}

Outcome run_contact_accept(Context& context) {
    const std::string& id = context.command.target;
    TRY_ASSIGN(const auto session, open_session(context));
    auto request = session->messenger().find_request(id);
    TRY(session->go_online());
    if (!request.ok() && request.code() == ErrorCode::unknown_request) {
        // It may have come since this device last asked.
        TRY(session->run([&] { return session->caught_up(); },
                         deadline_of(context, refresh_timeout)));
        request = session->messenger().find_request(id);
    }
    if (!request.ok()) return Failure{request.code(), id, ""};
    TRY_ASSIGN(auto started, session->messenger().accept_request(request->account, wall_clock_now(),
                                                                 session->entropy()));
    TRY(session->perform(std::move(started.effects)));
    TRY_OUTCOME(finish_operation(context, *session, started.operation));
    TRY_ASSIGN(const core::ContactView contact,
               session->messenger().find_contact(core::text_of(request->account)));
    show_contact(context.out, context.command.json, contact);
    TRY(context.show());
    return flush_outbox(*session);
}

Outcome run_contact_list(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_OUTCOME(refresh(context, *session));
    for (const core::ContactView& contact : session->messenger().contacts()) {
        show_contact(context.out, context.command.json, contact);
    }
    TRY(context.show());
    return {};
}

Outcome run_contact_remove(Context& context) {
    const std::string& who = context.command.target;
    TRY_ASSIGN(const auto session, open_session(context));
    const auto contact = session->messenger().find_contact(who);
    if (!contact.ok()) return Failure{contact.code(), who, ""};
    TRY(session->go_online());
    TRY_ASSIGN(auto started, session->messenger().remove_contact(contact->account, wall_clock_now(),
                                                                 session->entropy()));
    TRY(session->perform(std::move(started.effects)));
    const Outcome ended = finish_operation(context, *session, started.operation);
    if (!ended.ok()) {
        Failure failure = ended.failure();
        failure.hint = tr("the contact is gone from this device; the relay will be told next time");
        return failure;
    }
    if (context.command.json) {
        JsonLine(context.out, "removed").text("account", core::text_of(contact->account));
    } else {
        context.out.append(core::text_of(contact->account) + "\n");
    }
    TRY(context.show());
    return {};
}

}  // namespace mayfly::cli
