// Groups and rooms as such: making, looking, changing, links.
#include <fcntl.h>
#include <unistd.h>

#include "core/conversation_state.h"
#include "i18n/tr.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

constexpr uint32_t link_uses_default = 1;
constexpr Duration link_lifetime_default = Duration::days(7);

// read_avatar takes a file up to the size limit.
Outcome read_avatar(const std::string& path, Bytes& out) {
    if (path.empty()) return {};  // none any more
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return Failure{ErrorCode::invalid_argument, tr("cannot read {1}", path),
                       tr("is it there?")};
    out.resize(core::avatar_size_bytes_max + 1);
    size_t size = 0;
    while (size < out.size()) {
        const ssize_t got = ::read(fd, out.data() + size, out.size() - size);
        if (got <= 0) break;
        size += static_cast<size_t>(got);
    }
    ::close(fd);
    out.resize(size);
    if (size > 0 && size <= core::avatar_size_bytes_max) return {};
    return Failure{ErrorCode::invalid_argument, tr("{1} is no avatar", path),
                   tr("an image of at most {1} bytes", core::avatar_size_bytes_max)};
}

std::optional<uint64_t> ms_of(const std::optional<Duration>& span) {
    return span ? std::optional(static_cast<uint64_t>(span->ms)) : std::nullopt;
}
std::optional<uint32_t> seconds_of(const std::optional<Duration>& span) {
    return span ? std::optional(static_cast<uint32_t>((span->ms + 999) / 1000)) : std::nullopt;
}

// change_of is what the options ask for; `create` and `set` share them.
Outcome change_of(const Command& command, core::StateChange& change) {
    change.name = command.name;
    change.topic = command.topic;
    if (command.avatar) {
        TRY_OUTCOME(read_avatar(*command.avatar, change.avatar.emplace()));
    }
    change.expiration_ms = ms_of(command.expire);
    change.expiration_max_ms = ms_of(command.max_expire);
    change.burn_seconds = seconds_of(command.burn);
    if (command.no_burn) change.burn_seconds = 0;
    change.burn_seconds_max = seconds_of(command.max_burn);
    change.receipts = command.receipts;
    change.typing = command.typing;
    change.moderators_write_only = command.moderators_write_only;
    return {};
}

Failure bad_rules() {
    return {
        ErrorCode::invalid_argument, tr("these settings do not fit together"),
        tr("defaults must be within their limits; a name has at most 128 bytes, a topic 1,024")};
}

Outcome show_group(Context& context, Session& session, const core::ConversationId& id) {
    core::Messenger& messenger = session.messenger();
    TRY_ASSIGN(const core::ConversationView view, messenger.find_conversation(core::text_of(id)));
    const auto state = messenger.state(id);
    show_conversation(context.out, context.command.json, view, state.ok() ? &*state : nullptr);
    TRY(context.show());
    return {};
}

}  // namespace

Outcome run_conversations(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_OUTCOME(refresh(context, *session));
    const bool all = context.command.verb == Verb::conversations;
    for (const core::ConversationView& view : session->messenger().conversations()) {
        if (!all && !core::has_state(view.kind)) continue;
        show_conversation(context.out, context.command.json, view);
    }
    TRY(context.show());
    return {};
}

Outcome run_group_create(Context& context) {
    const Command& command = context.command;
    core::StateChange change;
    TRY_OUTCOME(change_of(command, change));
    change.name = command.target;
    const core::ConversationState state = core::apply_change({}, change);
    if (!core::check_conversation_state(state).ok()) return bad_rules();
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->go_online());
    const auto kind = command.room ? core::ConversationKind::room : core::ConversationKind::group;
    TRY_ASSIGN(auto made, session->messenger().create_group(kind, state, wall_clock_now(),
                                                            session->entropy()));
    TRY(session->perform(std::move(made.effects)));
    TRY_OUTCOME(finish_waiting(context, *session, made.operation));
    return show_group(context, *session, made.conversation);
}

Outcome run_group_show(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_OUTCOME(refresh(context, *session));
    core::ConversationView place;
    TRY_OUTCOME(find_group(context, *session, place));
    TRY_OUTCOME(show_group(context, *session, place.conversation));
    const auto members = session->messenger().members(place.conversation);
    if (!members.ok()) return {};  // not in yet
    for (const core::MemberView& member : *members) {
        show_member(context.out, context.command.json, place.conversation, member);
    }
    TRY(context.show());
    return {};
}

Outcome run_group_link(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_group(context, *session, place));
    const uint32_t uses = command.uses.value_or(link_uses_default);
    const Duration lifetime = command.expires.value_or(link_lifetime_default);
    const Time now = wall_clock_now();
    auto made = session->messenger().create_group_link(place.conversation, uses, lifetime, now,
                                                       session->entropy());
    if (!made.ok()) return refusal_in(place, made.code());
    TRY(session->perform(std::move(made->second)));
    if (command.json) {
        JsonLine(context.out, "group_link")
            .text("conversation", core::text_of(place.conversation))
            .text("link", made->first)
            .number("uses", uses)
            .number("expires_at", (now + lifetime).ms);
    } else {
        context.out.append(made->first + "\n");
        if (command.qr) show_qr(context.out, made->first);
    }
    TRY(context.show());
    notice(context, trn("it lets in {1}, until {2}; this device must be online then",
                        "it lets in {1}, until {2}; this device must be online then", uses,
                        local_time(now + lifetime)));
    return {};
}

Outcome run_group_set(Context& context) {
    core::StateChange change;
    TRY_OUTCOME(change_of(context.command, change));
    if (change == core::StateChange{}) {
        return Failure{ErrorCode::invalid_argument, tr("nothing to set"),
                       "mayfly group set --help"};
    }
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_OUTCOME(refresh(context, *session));
    core::ConversationView place;
    TRY_OUTCOME(find_group(context, *session, place));
    const auto state = session->messenger().state(place.conversation);
    if (!state.ok()) return refusal_in(place, ErrorCode::not_authorized);
    if (!core::check_conversation_state(core::apply_change(*state, change)).ok()) {
        return bad_rules();
    }
    TRY_OUTCOME(change_group(context, *session, place, change));
    TRY_OUTCOME(show_group(context, *session, place.conversation));
    return flush_outbox(*session);
}

}  // namespace mayfly::cli
