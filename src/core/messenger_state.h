// What the Messenger's source files share: its state, and how a command runs.
#pragma once

#include "core/machine.h"

namespace mayfly::core {

struct Messenger::State {
    State(StorePort& store, FilePort* files) : machine(store, files) {}
    Machine machine;
};

// reload_tables: memory may be ahead of the disk after a failure in the middle of a step.
Status reload_tables(Machine& machine);
// prepare reads the tables again where that is due.
Status prepare(Machine& machine);

// In what order people see what they see in lists. Looking something up needs none.
std::vector<size_t> places_by_name(std::vector<std::string> names);
template <class View, class Name>
void sort_by_name(std::vector<View>& views, const Name& name) {
    std::vector<std::string> names;
    for (const View& view : views) names.push_back(name(view));
    std::vector<View> sorted;
    sorted.reserve(views.size());
    for (const size_t place : places_by_name(std::move(names))) {
        sorted.push_back(std::move(views[place]));
    }
    views = std::move(sorted);
}
template <class View>
std::string called_in_lists(const View& person) {
    return person.handle + person.display_name;
}

// A command fails as a whole: nothing of it is left in memory.
enum class Needs : uint8_t { account, pairing, deletion };
template <class Value, class Body>
Result<Value> run_command(Machine& machine, Step& step, const Body& body,
                          Needs needs = Needs::account) {
    TRY(prepare(machine));
    ENSURE(machine.tables.account.has_value(), no_account);
    ENSURE(!machine.tables.deletion || needs == Needs::deletion, account_deleting);
    const AccountStage stage = machine.tables.account->stage;
    // What is left on a device that was shut out can be read and burnt, and nothing else.
    ENSURE(stage != AccountStage::revoked || !step.has_entropy(), device_revoked);
    ENSURE(
        stage == AccountStage::normal || stage == AccountStage::revoked || needs == Needs::pairing,
        no_account);
    Result<Value> value = body();
    Status status = value.ok() ? Status() : Status(value.error());
    if (status.ok() && step.has_entropy()) {
        status = pump(machine, step);
        if (!status.ok()) machine.close_links = true;
    }
    if (status.ok()) return value;
    if (!step.effects.writes.empty() || machine.close_links) {
        static_cast<void>(reload_tables(machine));
    }
    return status.error();
}

// run_change is for commands that give nothing but their effects.
template <class Body>
Result<Effects> run_change(Machine& machine, Time now, Entropy* entropy, const Body& body) {
    Step step(machine.store, now, entropy);
    const auto done = run_command<bool>(machine, step, [&]() -> Result<bool> {
        TRY(body(step));
        return true;
    });
    TRY(done);
    return std::move(step.effects);
}

// begin runs a command that begins an operation.
template <class Body>
Result<Messenger::Started> Messenger::begin(Time now, Entropy& entropy, const Body& body) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const OperationId operation,
               run_command<OperationId>(machine, step, [&] { return body(machine, step); }));
    return Started{operation, std::move(step.effects)};
}

}  // namespace mayfly::core
