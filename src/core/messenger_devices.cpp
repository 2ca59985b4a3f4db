// The Messenger's calls that concern the devices of an account, and its recovery.
#include "core/messenger_state.h"

namespace mayfly::core {
namespace {

// A command of a store that holds no account yet.
template <class Body>
Result<Messenger::Started> run_first(Machine& machine, Time now, Entropy& entropy,
                                     const Body& body) {
    TRY(prepare(machine));
    Step step(machine.store, now, &entropy);
    auto begun = body(step);
    if (!begun.ok()) {
        if (!step.effects.writes.empty()) static_cast<void>(reload_tables(machine));
        return begun.error();
    }
    connect_wanted(machine, step);
    return Messenger::Started{*begun, std::move(step.effects)};
}

}  // namespace

Result<Messenger::Started> Messenger::link_this_device(std::string_view relay, Time now,
                                                       Entropy& entropy) {
    Machine& machine = state_->machine;
    return run_first(machine, now, entropy,
                     [&](Step& step) { return begin_link(machine, step, relay); });
}

Result<Messenger::Started> Messenger::recover_account(BytesView kit, std::string_view relay,
                                                      Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    return run_first(machine, now, entropy,
                     [&](Step& step) { return begin_recovery(machine, step, kit, relay); });
}

Result<Messenger::Started> Messenger::add_device(std::string_view link, Time now,
                                                 Entropy& entropy) {
    return begin(now, entropy,
                 [&](Machine& machine, Step& step) { return begin_pairing(machine, step, link); });
}

Result<Effects> Messenger::confirm_device(Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    const auto done = run_command<bool>(
        machine, step,
        [&]() -> Result<bool> {
            TRY(confirm_pairing(machine, step));
            return true;
        },
        Needs::pairing);
    TRY(done);
    return std::move(step.effects);
}

Result<Effects> Messenger::cancel_device(Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    const auto done = run_command<bool>(
        machine, step,
        [&]() -> Result<bool> {
            ENSURE(machine.tables.pairing.has_value(), unknown_request);
            TRY(cancel_pairing(machine, step, MAYFLY_ERROR(timed_out)));
            return true;
        },
        Needs::pairing);
    TRY(done);
    return std::move(step.effects);
}

std::optional<PairingView> Messenger::pairing() const {
    const auto& row = state_->machine.tables.pairing;
    if (!row) return std::nullopt;
    PairingView view;
    view.is_new_device = row->is_new_device;
    if (row->is_new_device) {
        view.link = format_device_link({row->relay, row->token, row->key_package_hash});
    }
    if (row->conversation != ConversationId{}) view.code = row->code;
    view.confirmed = row->confirmed;
    view.ends_at = from_ms(row->ends_at_ms);
    return view;
}

bool Messenger::is_reuniting() const {
    const auto& account = state_->machine.tables.account;
    return account && account->reuniting;
}

Result<std::vector<DeviceView>> Messenger::devices() const {
    ENSURE(has_account(), no_account);
    Step step(state_->machine.store, Time{}, nullptr);
    return list_devices(state_->machine, step);
}

Result<DeviceView> Messenger::find_device(std::string_view what) const {
    TRY_ASSIGN(const auto all, devices());
    std::optional<DeviceView> found;
    for (const DeviceView& device : all) {
        const bool by_id =
            what.size() >= id_prefix_size_min && to_base32(device.device.view()).starts_with(what);
        if (!by_id && (device.name.empty() || device.name != what)) continue;
        ENSURE(!found, ambiguous_name);
        found = device;
    }
    ENSURE(found.has_value(), unknown_device);
    return *found;
}

Result<Messenger::Started> Messenger::revoke_device(const wire::DeviceId& device, Time now,
                                                    Entropy& entropy) {
    return begin(now, entropy, [&](Machine& machine, Step& step) {
        return core::revoke_device(machine, step, device);
    });
}

Result<Effects> Messenger::name_device(const wire::DeviceId& device, std::string_view name,
                                       Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    const auto done = run_command<bool>(machine, step, [&]() -> Result<bool> {
        ENSURE(name.size() <= device_name_size_bytes_max, input_too_large);
        ENSURE(is_line(name), invalid_argument);
        TRY_ASSIGN(const auto all, list_devices(machine, step));
        ENSURE(std::any_of(all.begin(), all.end(),
                           [&](const DeviceView& view) { return view.device == device; }),
               unknown_device);
        DeviceNameRow row;
        row.name = name;
        step.write(row_key::device_name(device), row);
        machine.tables.device_names.insert_or_assign(device, std::move(row));
        Sync sync;
        sync.names.push_back({device, std::string(name)});
        note_sync(machine, step, sync);
        return true;
    });
    TRY(done);
    return std::move(step.effects);
}

}  // namespace mayfly::core
