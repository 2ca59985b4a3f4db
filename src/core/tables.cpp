#include "core/repair.h"

namespace mayfly::core {

Duration random_delay(Step& step, Duration longest) {
    const auto random = random_array<2>(step.entropy());
    const uint64_t drawn = uint64_t{random[0]} << 8 | random[1];
    return Duration::milliseconds(static_cast<int64_t>(drawn) % longest.ms);
}

OperationId next_operation(Machine& machine, Step& step) {
    const OperationId operation = machine.tables.counters.next_operation++;
    step.write(row_key::counters(), machine.tables.counters);
    return operation;
}

uint64_t next_order(Machine& machine, Step& step) {
    const uint64_t order = machine.tables.counters.next_order++;
    step.write(row_key::counters(), machine.tables.counters);
    return order;
}

void save_account(Machine& machine, Step& step) {
    step.write(row_key::account(), *machine.tables.account);
}
void save_relay(Machine& machine, Step& step, const RelayRow& row) {
    static_cast<void>(machine);
    step.write(row_key::relay(row.relay), row);
}
void save_contact(Machine& machine, Step& step, const ContactRow& row) {
    static_cast<void>(machine);
    step.write(row_key::contact(row.account), row);
}
void save_conversation(Machine& machine, Step& step, const ConversationRow& row) {
    static_cast<void>(machine);
    step.write(row_key::conversation(row.info.conversation), row);
}
void save_outbox(Machine& machine, Step& step, const OutboxRow& row) {
    static_cast<void>(machine);
    step.write(row_key::outbox(row.order), row);
}

void note_expiry(Machine& machine, Step& step, Time at, uint8_t kind, BytesView subject) {
    step.put(row_key::expiry(at, kind, subject), SecretBuffer());
    auto& next = machine.tables.next_expiry;
    if (!next || at < *next) next = at;
}

ConversationRow* find_conversation(Machine& machine, const ConversationId& id) {
    const auto found = machine.tables.conversations.find(id);
    return found == machine.tables.conversations.end() ? nullptr : &found->second;
}

ConversationRow* find_channel(Machine& machine, const wire::ChannelId& channel) {
    for (auto& [id, row] : machine.tables.conversations) {
        if (row.info.channel == channel) return &row;
    }
    return nullptr;
}

namespace {

bool is_direct_with(const ConversationRow& row, const AccountId& contact) {
    return row.info.kind == ConversationKind::direct && row.contact == contact;
}

}  // namespace

std::vector<ConversationId> conversations_of(const Machine& machine, const AccountId& contact) {
    std::vector<ConversationId> out;
    for (const auto& [id, row] : machine.tables.conversations) {
        if (is_direct_with(row, contact)) out.push_back(id);
    }
    return out;
}

// Both sides hold the same groups and compare the same ids, so two people who added each other at
// the same time settle on one without a word.
std::optional<ConversationId> sending_conversation(const Machine& machine,
                                                   const AccountId& contact) {
    for (const auto& [id, row] : machine.tables.conversations) {
        const bool open = row.accepted && !row.superseded && !row.joining && !row.closed;
        if (is_direct_with(row, contact) && open) return id;
    }
    return std::nullopt;
}

std::optional<ConversationId> sending_target(const Machine& machine, const ConversationRow& row) {
    if (row.info.kind == ConversationKind::direct) {
        const auto sending = sending_conversation(machine, row.contact);
        // What is written meanwhile waits for the conversation that follows a broken one.
        const bool waits = !sending && is_in_repair(machine, row.info.conversation);
        return waits ? row.info.conversation : sending;
    }
    if (row.joining || row.leaving || row.closed) return std::nullopt;
    return row.info.conversation;
}

}  // namespace mayfly::core
