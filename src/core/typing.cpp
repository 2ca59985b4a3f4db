// Typing notices: encrypted like everything, and in no row: not in the outbox, not among messages.
// Specification: docs/spec/content.md section 9.
#include "core/annex.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

bool can_leave(Machine& machine, Step& step, const ConversationRow& row) {
    const Link& link = machine.links[row.info.hubs.front()];
    return link.phase == Link::Phase::ready && step.now() >= link.hold_until && row.joined &&
           !row.superseded && !row.commit &&
           !machine.tables.creations.contains(row.info.conversation) &&
           row.sent_since_commit < messages_per_commit;
}

}  // namespace

// The ratchet's step is made durable like any other, or a key might serve twice after a crash;
// nothing else is written. What cannot leave now is worth nothing later and is dropped.
Status send_typing(Machine& machine, Step& step, const ConversationId& conversation, bool active) {
    const ConversationRow* given = find_conversation(machine, conversation);
    ENSURE(given != nullptr && given->accepted, unknown_contact);
    ENSURE(settings_of(machine, conversation).typing, not_enabled);
    const auto target = sending_target(machine, *given);
    ENSURE(target.has_value(), unknown_channel);
    ENSURE(may_write_in(machine, *target), not_authorized);
    ConversationRow& row = machine.tables.conversations.at(*target);
    Machine::OwnTyping& last = machine.own_typing[*target];
    if (last.active == active && last.at + typing_pause > step.now()) return {};
    if (!can_leave(machine, step, row)) return {};
    last = {step.now(), active};
    Content content;
    content.id = step.random_id<MessageId>();
    content.sent_at_ms = to_ms(step.now());
    content.expires_after_ms = static_cast<uint64_t>(typing_life.ms);
    content.type = ContentType::typing;
    Typing typing;
    typing.active = active;
    content.body = codec::encode_secret(typing);
    TRY_ASSIGN(mls::Group * group, group_of(machine, step, *target));
    wire::ChannelSend send;
    const SecretBuffer plaintext = encode_content(content);
    TRY_ASSIGN(send.payload,
               group->protect(plaintext.expose(), mls::ProtectOptions{}, step.entropy()));
    send.channel = row.info.channel;
    send.epoch = {group->epoch().value};
    TRY_ASSIGN(send.write_token, write_token(group->current(), row));
    send.message_id = content.id;
    send.expires_at_ms = content.sent_at_ms + content.expires_after_ms;
    ++row.sent_since_commit;  // it moves the ratchet as far as a message does
    save_group(step, *target, *group);
    save_conversation(machine, step, row);
    request(machine, step, row.info.hubs.front(), Purpose{Kind::typing, 0, *target},
            std::move(send));
    return {};
}

Status typing_arrived(Machine& machine, Step& step, const ConversationRow& conversation,
                      const AccountId& sender, const Content& content) {
    TRY_ASSIGN(const Typing typing, decode_body<Typing>(content.body.expose()));
    if (!conversation.accepted || sender == machine.own_account()) return {};
    const ConversationId& id = conversation.info.conversation;
    if (!settings_of(machine, id).typing) return {};
    if (!typing.active) {
        stop_typing(machine, step, id, sender);
        return {};
    }
    const Time until =
        std::min(clamp_sent_at(content.sent_at_ms, step.now()) +
                     Duration::milliseconds(static_cast<int64_t>(content.expires_after_ms)),
                 step.now() + typing_life);
    if (until <= step.now()) return {};
    const bool began = machine.typing.insert_or_assign({id, sender}, until).second;
    if (began) step.tell(TypingChanged{id, sender, true});
    return {};
}

void stop_typing(Machine& machine, Step& step, const ConversationId& conversation,
                 const AccountId& sender) {
    if (machine.typing.erase({conversation, sender}) == 0) return;
    step.tell(TypingChanged{conversation, sender, false});
}

void expire_typing(Machine& machine, Step& step) {
    for (auto entry = machine.typing.begin(); entry != machine.typing.end();) {
        if (entry->second > step.now()) {
            ++entry;
            continue;
        }
        step.tell(TypingChanged{entry->first.first, entry->first.second, false});
        entry = machine.typing.erase(entry);
    }
}

}  // namespace mayfly::core
