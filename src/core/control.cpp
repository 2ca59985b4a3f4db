// Contents between devices: they travel like messages, are stored by nobody, and show nothing.
// Specification: docs/spec/conversations.md section 2.
#include "core/meetings.h"

namespace mayfly::core {

Result<OperationId> queue_control(Machine& machine, Step& step, const ConversationId& conversation,
                                  ContentType type, SecretBuffer body, OperationId operation) {
    // What the outbox may hold bounds what people write, not what follows from it.
    OutboxRow& item = enqueue(machine, step, conversation, type);
    if (operation != 0) item.operation = operation;
    item.id = step.random_id<MessageId>();
    item.expires_at_ms = to_ms(step.now() + control_lifetime);
    save_outbox(machine, step, item);
    step.put(row_key::control(item.order), std::move(body));
    return item.operation;
}

Person own_profile(const Machine& machine) {
    const AccountRow& account = *machine.tables.account;
    Person out;
    out.account = machine.own_account();
    out.display_name = account.display_name;
    if (!account.handles.empty()) out.handle = format_handle(account.handles.front());
    out.relays = account.relays;
    return out;
}

Person person_of(const Machine& machine, const AccountId& account) {
    if (account == machine.own_account()) return own_profile(machine);
    const auto contact = machine.tables.contacts.find(account);
    if (contact != machine.tables.contacts.end()) {
        const ContactRow& row = contact->second;
        return {account, row.display_name, row.handle, row.relays};
    }
    const auto person = machine.tables.people.find(account);
    if (person != machine.tables.people.end()) return person->second.person;
    return {account, "", "", {}};
}

void learn_person(Machine& machine, Step& step, const Person& person) {
    if (person.account == machine.own_account()) return;
    PersonRow row;
    row.person = person;
    step.write(row_key::person(person.account), row);
    machine.tables.people.insert_or_assign(person.account, std::move(row));
}

Status control_arrived(Machine& machine, Step& step, ConversationRow& row, const AccountId& sender,
                       const Content& content) {
    const bool direct = row.info.kind == ConversationKind::direct;
    switch (content.type) {
        case ContentType::group_offer: {
            ENSURE(direct, unexpected_message);
            TRY_ASSIGN(GroupOffer offer, decode_group_offer(content.body.expose()));
            if (sender == machine.own_account()) return {};  // another device of ours asked
            ENSURE(row.accepted, unexpected_message);
            return offer_arrived(machine, step, sender, std::move(offer));
        }
        case ContentType::join_ticket: {
            TRY_ASSIGN(const JoinTicket ticket, decode_join_ticket(content.body.expose()));
            const bool ours = sender == machine.own_account();
            if (row.info.kind == ConversationKind::pairing) {
                ENSURE(machine.tables.pairing && machine.tables.pairing->granted,
                       unexpected_message);
                return ticket_arrived(machine, step, machine.own_account(), ticket);
            }
            if (row.info.kind == ConversationKind::meeting) {
                return meeting_said(machine, step, row, sender, ticket);
            }
            ENSURE(direct || ours, unexpected_message);
            if (direct && ours) return {};  // another device of ours goes somewhere
            return ticket_arrived(machine, step, sender, ticket);
        }
        case ContentType::link_ready: {
            ENSURE(row.info.kind == ConversationKind::pairing, unexpected_message);
            return link_ready_arrived(machine, step, row);
        }
        case ContentType::link_grant: {
            ENSURE(row.info.kind == ConversationKind::pairing, unexpected_message);
            TRY_ASSIGN(const LinkGrant grant, decode_link_grant(content.body.expose()));
            return grant_arrived(machine, step, row, grant);
        }
        case ContentType::history: {
            ENSURE(row.info.kind == ConversationKind::own_devices, unexpected_message);
            TRY_ASSIGN(const History history, decode_history(content.body.expose()));
            return history_arrived(machine, step, history);
        }
        case ContentType::sync: {
            ENSURE(row.info.kind == ConversationKind::own_devices, unexpected_message);
            TRY_ASSIGN(const Sync sync, decode_sync(content.body.expose()));
            return sync_arrived(machine, step, sync);
        }
        case ContentType::profile: {
            TRY_ASSIGN(const Profile profile, decode_profile(content.body.expose()));
            ENSURE(profile.person.account == sender && !direct, unexpected_message);
            learn_person(machine, step, profile.person);
            return {};
        }
        default: return MAYFLY_ERROR(unexpected_message);  // of a later version
    }
}

}  // namespace mayfly::core
