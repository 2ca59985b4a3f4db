// The devices of an account: bringing one in, listing, naming and shutting out; and coming back
// from the recovery kit.
#include <unistd.h>

#include <cstdio>

#include "confirm.h"
#include "core/contact_link.h"
#include "core/device_content.h"
#include "home.h"
#include "i18n/tr.h"
#include "passphrase.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

// People walk between two devices, and compare.
constexpr Duration meeting_timeout_default = Duration::minutes(10);
// Nothing more to do for so long: the new device has asked for everything.
constexpr Duration quiet_time = Duration::seconds(3);
constexpr Duration reunion_timeout = Duration::seconds(10);
constexpr size_t answer_size_bytes_max = 1024;

// read_line takes one line of the standard input.
Result<SecretBuffer> read_line() {
    SecretBuffer line(answer_size_bytes_max);
    size_t size = 0;
    while (size < line.size()) {
        const ssize_t got = ::read(STDIN_FILENO, line.expose_mutable().data() + size, 1);
        if (got <= 0 || line.expose()[size] == '\n') break;
        ++size;
    }
    line.shrink(size);
    return line;
}

void show_code(Context& context, uint32_t code) {
    char digits[8];
    std::snprintf(digits, sizeof digits, "%06u", static_cast<unsigned>(code));
    if (context.command.json) {
        JsonLine(context.out, "device_code").text("code", digits);
    } else {
        labelled_line(context.out, tr("code"), digits);
    }
}

// compare_codes waits until the devices have met, shows the code, and asks whether the other device
// shows the same.
Outcome compare_codes(Context& context, Session& session) {
    const auto met = [&] {
        // Nothing is sent while we wait for the answer: the invitation must have left before.
        const auto pairing = session.messenger().pairing();
        return !pairing || (pairing->code && session.messenger().outbox_empty());
    };
    TRY_ASSIGN(const auto ended, session.run(met, deadline_of(context, meeting_timeout_default)));
    if (ended != Session::Ended::done) return failure_of(session, ended);
    const auto pairing = session.messenger().pairing();
    if (!pairing) return MAYFLY_ERROR(timed_out);
    show_code(context, *pairing->code);
    TRY(context.show());
    notice(context, tr("type yes if the other device shows the same code"));
    TRY_ASSIGN(const SecretBuffer answer, read_line());
    if (!says_yes(as_text(answer.expose()))) {
        TRY_ASSIGN(auto cancelled,
                   session.messenger().cancel_device(wall_clock_now(), session.entropy()));
        TRY(session.perform(std::move(cancelled)));
        return Failure{ErrorCode::not_authorized, tr("the codes were not confirmed"),
                       tr("begin anew; a code that differs means that somebody else answered")};
    }
    TRY_ASSIGN(auto confirmed,
               session.messenger().confirm_device(wall_clock_now(), session.entropy()));
    TRY(session.perform(std::move(confirmed)));
    return {};
}

Outcome finish_linking(Context& context, Session& session) {
    const auto complete = [&] {
        const auto account = session.messenger().account();
        return account.ok() && !account->linking && !session.messenger().pairing() &&
               session.messenger().outbox_empty();
    };
    TRY_ASSIGN(const auto ended,
               session.run(complete, deadline_of(context, meeting_timeout_default)));
    if (ended != Session::Ended::done) return failure_of(session, ended);
    return {};
}

Outcome link_this_device(Context& context, Session& session) {
    TRY(session.create());
    TRY(session.go_online());
    TRY_ASSIGN(const std::string relay, core::canonical_relay(context.command.relays.front()));
    TRY_ASSIGN(auto started,
               session.messenger().link_this_device(relay, wall_clock_now(), session.entropy()));
    TRY(session.perform(std::move(started.effects)));
    TRY_OUTCOME(finish_operation(context, session, started.operation));
    const std::string link = session.messenger().pairing()->link;
    if (context.command.json) {
        JsonLine(context.out, "device_link").text("link", link);
    } else {
        labelled_line(context.out, tr("link"), link);
    }
    TRY(context.show());
    notice(context, tr("on a device that has the account: mayfly device add LINK"));
    TRY_OUTCOME(compare_codes(context, session));
    return finish_linking(context, session);
}

void show_device(OutputText& out, bool json, const core::DeviceView& device) {
    const std::string id = to_base32(device.device.view());
    if (json) {
        JsonLine(out, "device")
            .text("id", id)
            .text("name", device.name)
            .boolean("this", device.is_this)
            .boolean("revoked", device.revoked)
            .number("added_at", device.added_at.ms);
        return;
    }
    append_printable(out, as_bytes(device.name.empty() ? tr("(no name)") : device.name));
    append_item(out, device.is_this, tr("this device"));
    append_item(out, device.revoked, tr("revoked"));
    out.append("\n");
    detail_line(out, tr("id"), id);
}

}  // namespace

Outcome run_device_link(Context& context) {
    std::optional<MadeHome> made;
    TRY_OUTCOME(make_home(context, made));
    std::optional<core::AccountView> view;
    {
        Session session(made->home.path(), std::move(made->key), context.interrupt);
        TRY_OUTCOME(link_this_device(context, session));
        TRY_ASSIGN(view, session.messenger().account());
    }
    TRY(made->home.install());
    show_account(context.out, context.command.json, *view, {});
    TRY(context.show());
    return {};
}

Outcome run_device_add(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->go_online());
    TRY_ASSIGN(const auto before, session->messenger().devices());
    TRY_ASSIGN(auto started, session->messenger().add_device(context.command.target,
                                                             wall_clock_now(), session->entropy()));
    std::optional<Status> refused;
    session->on_event([&](const core::Event& event) {
        const auto* ended = std::get_if<core::OperationEnded>(&event);
        if (ended == nullptr || ended->operation != started.operation) return;
        if (!ended->result.ok()) refused = ended->result;
    });
    TRY(session->perform(std::move(started.effects)));
    const Outcome compared = compare_codes(context, *session);
    const bool denied = !compared.ok() && compared.failure().code == ErrorCode::not_authorized;
    if (refused && !denied) return refused->error();
    TRY_OUTCOME(compared);
    // The new device asks to be added to each conversation; stay until it is quiet.
    Time quiet_since = monotonic_now();
    const auto complete = [&] {
        const auto now = session->messenger().devices();
        const bool busy =
            !now.ok() || now->size() <= before.size() || !session->messenger().outbox_empty();
        if (busy) quiet_since = monotonic_now();
        return monotonic_now() - quiet_since >= quiet_time;
    };
    TRY_ASSIGN(const auto ended,
               session->run(complete, deadline_of(context, meeting_timeout_default)));
    session->on_event({});
    if (ended != Session::Ended::done) return failure_of(*session, ended);
    TRY_ASSIGN(const auto devices, session->messenger().devices());
    show_device(context.out, context.command.json, devices.back());
    TRY(context.show());
    return {};
}

Outcome run_device_list(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_OUTCOME(refresh(context, *session));
    TRY_ASSIGN(const auto devices, session->messenger().devices());
    for (const core::DeviceView& device : devices) {
        show_device(context.out, context.command.json, device);
    }
    TRY(context.show());
    return {};
}

Outcome run_device_revoke(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    const auto device = session->messenger().find_device(context.command.target);
    if (!device.ok()) return Failure{device.code(), context.command.target, ""};
    if (device->is_this) {
        return Failure{ErrorCode::invalid_argument, tr("that is this device"),
                       tr("shut it out from another device; mayfly wipe destroys what is here")};
    }
    TRY(session->go_online());
    TRY_ASSIGN(auto started, session->messenger().revoke_device(device->device, wall_clock_now(),
                                                                session->entropy()));
    TRY(session->perform(std::move(started.effects)));
    TRY_OUTCOME(finish_operation(context, *session, started.operation));
    if (context.command.json) {
        JsonLine(context.out, "revoked").text("id", to_base32(device->device.view()));
    }
    TRY(context.show());
    return flush_outbox(*session);
}

Outcome run_device_name(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    const auto device = session->messenger().find_device(context.command.target);
    if (!device.ok()) return Failure{device.code(), context.command.target, ""};
    TRY(session->go_online());
    auto effects = session->messenger().name_device(device->device, context.command.text,
                                                    wall_clock_now(), session->entropy());
    const bool is_refused = !effects.ok() && (effects.code() == ErrorCode::input_too_large ||
                                              effects.code() == ErrorCode::invalid_argument);
    if (is_refused) {
        return Failure{ErrorCode::invalid_argument, tr("no name for a device"),
                       tr("one line of at most {1} bytes", core::device_name_size_bytes_max)};
    }
    TRY(effects);
    TRY(session->perform(std::move(*effects)));
    TRY_ASSIGN(const core::DeviceView named,
               session->messenger().find_device(to_base32(device->device.view())));
    show_device(context.out, context.command.json, named);
    TRY(context.show());
    return flush_outbox(*session);
}

Outcome run_recover(Context& context) {
    TRY_ASSIGN(const std::string relay, core::canonical_relay(context.command.relays.front()));
    std::optional<MadeHome> made;
    TRY_OUTCOME(make_home(context, made));
    if (::isatty(STDIN_FILENO) == 1) {
        notice(context, tr("type the nine words of the recovery kit"));
    }
    TRY_ASSIGN(const SecretBuffer words, read_line());
    std::optional<core::AccountView> view;
    {
        Session session(made->home.path(), std::move(made->key), context.interrupt);
        TRY(session.create());
        TRY(session.go_online());
        auto started = session.messenger().recover_account(words.expose(), relay, wall_clock_now(),
                                                           session.entropy());
        if (!started.ok()) {
            return Failure{started.code(), tr("these are not the words of a recovery kit"),
                           tr("nine words of five letters, as they were shown")};
        }
        TRY(session.perform(std::move(started->effects)));
        const Outcome ended = finish_operation(context, session, started->operation);
        if (!ended.ok() && ended.failure().code == ErrorCode::unknown_record) {
            return Failure{ErrorCode::unknown_record, tr("this relay holds nothing for this kit"),
                           tr("try another relay of the account, and check the words")};
        }
        TRY_OUTCOME(ended);
        TRY_ASSIGN(view, session.messenger().account());
        // Contacts and groups come back as they answer; the first of them now.
        const auto met = [&] {
            return !session.messenger().is_reuniting() && session.messenger().outbox_empty();
        };
        TRY(session.run(met, monotonic_now() + reunion_timeout));
    }
    TRY(made->home.install());
    show_account(context.out, context.command.json, *view, {});
    TRY(context.show());
    return {};
}

}  // namespace mayfly::cli
