// Contents between devices: they travel like messages, are stored by nobody, and show nothing.
// Specification: docs/spec/conversations.md section 2.
#include "core/machine.h"

namespace mayfly::core {

Result<OperationId> queue_control(Machine& machine, Step& step, const ConversationId& conversation,
                                  ContentType type, SecretBuffer body, OperationId operation) {
    ENSURE(machine.tables.outbox.size() < outbox_size_max, quota_exceeded);
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
            ENSURE(direct || ours, unexpected_message);
            if (direct && ours) return {};  // another device of ours goes somewhere
            return ticket_arrived(machine, step, sender, ticket);
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
