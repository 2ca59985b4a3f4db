// The Messenger's commands about trust, and about leaving.
#include "core/messenger_state.h"
#include "core/safety_number.h"

namespace mayfly::core {

Result<Effects> Messenger::verify_contact(const AccountId& account, std::string_view shown,
                                          Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    return run_change(machine, now, &entropy, [&](Step& step) -> Status {
        TRY_ASSIGN(const std::string ours, core::safety_number(machine, account));
        TRY_ASSIGN(const std::string theirs, parse_safety(shown));
        ENSURE(ours == theirs, safety_number_differs);
        return core::set_verified(machine, step, account, true);
    });
}

Result<Effects> Messenger::set_verified(const AccountId& account, bool verified, Time now,
                                        Entropy& entropy) {
    Machine& machine = state_->machine;
    return run_change(machine, now, &entropy, [&](Step& step) {
        return core::set_verified(machine, step, account, verified);
    });
}

Result<Messenger::Started> Messenger::check_contact(const AccountId& account, Time now,
                                                    Entropy& entropy) {
    return begin(now, entropy,
                 [&](Machine& machine, Step& step) { return begin_check(machine, step, account); });
}

Result<Messenger::Started> Messenger::block(const AccountId& account, bool remove, Time now,
                                            Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return block_account(machine, step, account, remove);
    });
}

Result<Effects> Messenger::unblock(const AccountId& account, Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    return run_change(machine, now, &entropy,
                      [&](Step& step) { return unblock_account(machine, step, account); });
}

Result<std::string> Messenger::report(const std::vector<MessageId>& ids, Time now) const {
    Step step(state_->machine.store, now, nullptr);
    return make_report(state_->machine, step, ids);
}

Result<Messenger::Started> Messenger::delete_account(Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const OperationId operation,
               run_command<OperationId>(
                   machine, step, [&] { return core::delete_account(machine, step, true); },
                   Needs::deletion));
    return Started{operation, std::move(step.effects)};
}

Result<Bytes> Messenger::account_record() const {
    Machine& machine = state_->machine;
    ENSURE(machine.tables.account.has_value(), no_account);
    TRY_ASSIGN(const std::optional<SecretBuffer> record,
               machine.store.get(row_key::own_record(machine.tables.account->record_number)));
    ENSURE(record.has_value(), store_corrupt);
    return to_bytes(record->expose());
}

Result<AccountId> Messenger::find_anybody(std::string_view who) const {
    return core::find_anybody(state_->machine, who);
}

std::vector<BlockedView> Messenger::blocked() const { return blocked_accounts(state_->machine); }

Result<SafetyNumber> Messenger::safety_number(const AccountId& account) const {
    TRY_ASSIGN(const std::string digits, core::safety_number(state_->machine, account));
    return SafetyNumber{format_safety_digits(digits), safety_code(digits)};
}

std::optional<std::vector<std::string>> Messenger::relays_to_tell() const {
    const Tables& tables = state_->machine.tables;
    if (!tables.deletion) return std::nullopt;
    std::vector<std::string> out;
    for (const auto& [name, row] : tables.relays) out.push_back(name);
    return out;
}

}  // namespace mayfly::core
