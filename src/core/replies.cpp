// Which part of the machine an answer belongs to.
#include "core/machine.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

Status token_add_replied(Machine& machine, Step& step, const std::string& relay,
                         const Purpose& purpose, const wire::ReplyBody& body) {
    ConversationRow* row = find_conversation(machine, purpose.conversation);
    if (row == nullptr) return {};
    if (std::holds_alternative<wire::Failed>(body)) {
        machine.links[relay].hold_until = step.now() + refusal_delay;
        return {};
    }
    row->token_added = true;
    save_conversation(machine, step, *row);
    return {};
}

// An address that the relay does not know is as good as removed.
Status removal_replied(Machine& machine, Step& step, const std::string& relay,
                       const Purpose& purpose, const wire::ReplyBody& body) {
    const auto found = machine.tables.removals.find(purpose.number);
    if (found == machine.tables.removals.end()) return {};
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (is_passing(failed->status)) {
            machine.links[relay].hold_until = step.now() + refusal_delay;
            return {};
        }
    }
    const OperationId operation = found->second.operation;
    step.erase(row_key::removal(purpose.number));
    machine.tables.removals.erase(found);
    const bool more =
        std::any_of(machine.tables.removals.begin(), machine.tables.removals.end(),
                    [&](const auto& entry) { return entry.second.operation == operation; });
    if (!more) step.end(operation, {});
    release_relay(machine, step, relay);
    return {};
}

}  // namespace

bool is_store_error(ErrorCode code) {
    return code == ErrorCode::storage_failed || code == ErrorCode::storage_full ||
           code == ErrorCode::store_corrupt || code == ErrorCode::store_newer;
}

Status reply_arrived(Machine& machine, Step& step, const std::string& relay, const Purpose& purpose,
                     wire::ReplyBody& body) {
    // A relay row may have gone while its answer was on the way.
    const bool looks_up = purpose.kind == Kind::lookup || purpose.kind == Kind::key_package_take;
    if (!looks_up && !machine.tables.relays.contains(relay)) return {};
    // Of somebody else's account, or one that is to be recovered, there is nothing more to say.
    if (std::holds_alternative<wire::RecordDeleted>(body) && purpose.kind != Kind::record_get) {
        body = wire::Failed{wire::ReplyStatus::unknown_record, {}};
    }
    switch (purpose.kind) {
        case Kind::hello:
        case Kind::queue_open:
        case Kind::queue_ack:
        case Kind::typing: return {};
        case Kind::intro_add:
        case Kind::record_put:
        case Kind::key_package_count:
        case Kind::key_packages_put:
        case Kind::vault_put: return setup_replied(machine, step, relay, purpose, body);
        case Kind::lookup:
        case Kind::key_package_take: return lookup_replied(machine, step, purpose, body);
        case Kind::token_add: return token_add_replied(machine, step, relay, purpose, body);
        case Kind::channel_create:
        case Kind::invitation: return creation_replied(machine, step, purpose, body);
        case Kind::commit: return commit_replied(machine, step, purpose, body);
        case Kind::message: return message_replied(machine, step, purpose, body);
        case Kind::record_get: return own_record_found(machine, step, relay, purpose.number, body);
        case Kind::pairing_take: return pairing_replied(machine, step, body);
        case Kind::vault_get:
        case Kind::account_get: return recovery_replied(machine, step, relay, purpose, body);
        case Kind::leave: return leave_replied(machine, step, purpose, body);
        case Kind::record_delete:
        case Kind::vault_end:
        case Kind::queue_delete: deletion_replied(machine, step, relay, purpose, body); return {};
        case Kind::push_query:
        case Kind::push_set:
        case Kind::push_remove: push_replied(machine, step, relay, purpose, body); return {};
        case Kind::removal: return removal_replied(machine, step, relay, purpose, body);
        case Kind::blob_begin:
        case Kind::blob_put: return upload_replied(machine, step, relay, purpose, body);
        case Kind::blob_get: return download_replied(machine, step, relay, purpose, body);
        case Kind::blob_delete: blob_delete_replied(machine, step, relay, purpose, body); return {};
    }
    return {};
}

}  // namespace mayfly::core
