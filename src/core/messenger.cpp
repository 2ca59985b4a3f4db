#include "core/messenger.h"

#include <algorithm>
#include <numeric>

#include "core/messenger_state.h"

namespace mayfly::core {

// Memory may be ahead of the disk after a failure in the middle of a step: read the tables again.
Status reload_tables(Machine& machine) {
    Tables fresh;
    const Status loaded = load_tables(machine.store, fresh);
    machine.groups.clear();
    machine.fillings.clear();
    machine.tree_uploads.clear();
    machine.tree_fetches.clear();
    machine.reload = !loaded.ok();
    if (loaded.ok()) machine.tables = std::move(fresh);
    return loaded;
}

std::vector<size_t> places_by_name(std::vector<std::string> names) {
    for (std::string& name : names) name = folded(name);
    std::vector<size_t> places(names.size());
    std::iota(places.begin(), places.end(), size_t{0});
    std::sort(places.begin(), places.end(), [&](size_t one, size_t other) {
        const int order = names[one].compare(names[other]);
        return order != 0 ? order < 0 : one < other;
    });
    return places;
}

Status prepare(Machine& machine) {
    if (!machine.reload) return {};
    return reload_tables(machine);
}

namespace {

void close_all_links(Machine& machine, Step& step, Error why) {
    machine.close_links = false;
    for (auto& [name, link] : machine.links) drop_link(machine, step, name, why, true);
}

// An input cannot fail: what the disk refuses is unread again and asked for later.
template <class Body>
Effects run_input(Machine& machine, Time now, Entropy* entropy, const Body& body) {
    Step step(machine.store, now, entropy);
    Status status = prepare(machine);
    if (status.ok() && machine.close_links) {
        close_all_links(machine, step, MAYFLY_ERROR(connection_lost));
    }
    if (status.ok() && machine.tables.account) status = body(step);
    if (status.ok()) return std::move(step.effects);
    Step recovery(machine.store, now, nullptr);
    static_cast<void>(reload_tables(machine));
    machine.reload_at = now + refusal_delay;
    close_all_links(machine, recovery, status.error());
    return std::move(recovery.effects);
}

}  // namespace

Messenger::Messenger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Messenger::Messenger(Messenger&&) noexcept = default;
Messenger::~Messenger() = default;

Result<Messenger> Messenger::open(StorePort& store, Time now, Parallel* parallel, FilePort* files) {
    auto state = std::make_unique<State>(store, files);
    state->machine.parallel = parallel;
    TRY(load_tables(store, state->machine.tables));
    // Devices that lost a relay together come back apart.
    state->machine.jitter ^= static_cast<uint64_t>(now.ms);
    if (state->machine.tables.account) {
        const auto& device = state->machine.tables.account->device.bytes;
        for (const uint8_t byte : device) {
            state->machine.jitter = state->machine.jitter * 257 + byte + 1;
        }
    }
    return Messenger(std::move(state));
}

bool Messenger::has_account() const { return state_->machine.tables.account.has_value(); }

Effects Messenger::start(Time now) {
    Machine& machine = state_->machine;
    return run_input(machine, now, nullptr, [&](Step& step) {
        connect_wanted(machine, step);
        return Status();
    });
}

Result<Messenger::AccountCreated> Messenger::create_account(const AccountOptions& options, Time now,
                                                            Entropy& entropy) {
    Machine& machine = state_->machine;
    TRY(prepare(machine));
    Step step(machine.store, now, &entropy);
    auto created = core::create_account(machine, step, options);
    if (!created.ok()) {
        if (!step.effects.writes.empty()) static_cast<void>(reload_tables(machine));
        return created;
    }
    connect_wanted(machine, step);
    created->effects = std::move(step.effects);
    return created;
}

Result<Messenger::Started> Messenger::add_contact(std::string_view handle_or_link, Time now,
                                                  Entropy& entropy) {
    Step step(state_->machine.store, now, &entropy);
    TRY_ASSIGN(const OperationId operation, run_command<OperationId>(state_->machine, step, [&] {
                   return begin_lookup(state_->machine, step, handle_or_link);
               }));
    return Started{operation, std::move(step.effects)};
}

Result<Messenger::Started> Messenger::accept_request(const AccountId& account, Time now,
                                                     Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const OperationId operation,
               run_command<OperationId>(machine, step, [&]() -> Result<OperationId> {
                   const auto contact = machine.tables.contacts.find(account);
                   ENSURE(contact != machine.tables.contacts.end(), unknown_request);
                   ENSURE(!contact->second.accepted, unknown_request);
                   return accept_contact(machine, step, account, 0);
               }));
    return Started{operation, std::move(step.effects)};
}

Result<Messenger::Started> Messenger::remove_contact(const AccountId& account, Time now,
                                                     Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const OperationId operation, run_command<OperationId>(machine, step, [&] {
                   return core::remove_contact(machine, step, account, true);
               }));
    return Started{operation, std::move(step.effects)};
}

Result<Messenger::SendStarted> Messenger::send_text(const ConversationId& conversation,
                                                    BytesView text, const SendOptions& options,
                                                    Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const Queued queued, run_command<Queued>(machine, step, [&] {
                   return queue_text(machine, step, conversation, text, options);
               }));
    return SendStarted{queued.operation, queued.id, std::move(step.effects)};
}

Result<Messenger::SendStarted> Messenger::send_file(const ConversationId& conversation,
                                                    const FileOffer& offer,
                                                    const SendOptions& options, Time now,
                                                    Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const Queued queued, run_command<Queued>(machine, step, [&] {
                   return queue_file(machine, step, conversation, offer, options);
               }));
    return SendStarted{queued.operation, queued.id, std::move(step.effects)};
}

Result<Messenger::Started> Messenger::download(const MessageId& id, const std::string& target,
                                               Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const OperationId operation, run_command<OperationId>(machine, step, [&] {
                   return queue_download(machine, step, id, target);
               }));
    return Started{operation, std::move(step.effects)};
}

Result<std::pair<bool, Effects>> Messenger::withdraw(const MessageId& id, Time now) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, nullptr);
    TRY_ASSIGN(const bool taken,
               run_command<bool>(machine, step, [&] { return core::withdraw(machine, step, id); }));
    return std::pair<bool, Effects>(taken, std::move(step.effects));
}

Result<Messenger::Started> Messenger::recall(const MessageId& id, Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, &entropy);
    TRY_ASSIGN(const OperationId operation, run_command<OperationId>(machine, step, [&] {
                   return queue_recall(machine, step, id);
               }));
    return Started{operation, std::move(step.effects)};
}

Result<Effects> Messenger::open_message(const MessageId& id, Time now) {
    Machine& machine = state_->machine;
    return run_change(machine, now, nullptr,
                      [&](Step& step) { return core::open_message(machine, step, id); });
}

Result<Effects> Messenger::burn(const MessageId& id, Time now) {
    Machine& machine = state_->machine;
    return run_change(machine, now, nullptr,
                      [&](Step& step) { return burn_message(machine, step, id); });
}

Result<std::pair<std::vector<MessageView>, Effects>> Messenger::take_new_messages(size_t limit,
                                                                                  Time now) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, nullptr);
    TRY_ASSIGN(std::vector<MessageView> taken,
               run_command<std::vector<MessageView>>(
                   machine, step, [&] { return take_new(machine, step, limit); }));
    return std::pair<std::vector<MessageView>, Effects>(std::move(taken), std::move(step.effects));
}

Result<std::vector<MessageView>> Messenger::new_messages(size_t limit, Time now) const {
    Step step(state_->machine.store, now, nullptr);
    return list_new(state_->machine, step, limit);
}

Result<Effects> Messenger::mark_given(std::span<const MessageId> ids, Time now) {
    Machine& machine = state_->machine;
    Step step(machine.store, now, nullptr);
    const auto done = run_command<bool>(machine, step, [&]() -> Result<bool> {
        for (const MessageId& id : ids) TRY(core::mark_given(step, id));
        return true;
    });
    TRY(done);
    return std::move(step.effects);
}

Result<AccountView> Messenger::account() const {
    const Machine& machine = state_->machine;
    ENSURE(machine.tables.account.has_value(), no_account);
    const AccountRow& row = *machine.tables.account;
    AccountView view;
    view.account = machine.own_account();
    view.device = row.device;
    view.display_name = row.display_name;
    view.handles = row.handles;
    view.relays = row.relays;
    view.link = format_contact_link({view.account, row.relays});
    view.linking = row.stage == AccountStage::linking || row.stage == AccountStage::recovering;
    view.revoked = row.stage == AccountStage::revoked;
    return view;
}

std::vector<ContactView> Messenger::contacts() const {
    std::vector<ContactView> out;
    for (const auto& [account, row] : state_->machine.tables.contacts) {
        if (row.accepted) out.push_back(contact_view(state_->machine, row));
    }
    sort_by_name(out, called_in_lists<ContactView>);
    return out;
}

std::vector<RequestView> Messenger::requests() const {
    std::vector<RequestView> out;
    for (const auto& [account, row] : state_->machine.tables.contacts) {
        if (!row.accepted) out.push_back(request_view(state_->machine, row));
    }
    return out;
}

Result<ContactView> Messenger::find_contact(std::string_view who) const {
    TRY_ASSIGN(const AccountId account, find_account(state_->machine, who, true));
    return contact_view(state_->machine, state_->machine.tables.contacts.at(account));
}

Result<RequestView> Messenger::find_request(std::string_view who) const {
    TRY_ASSIGN(const AccountId account, find_account(state_->machine, who, false));
    return request_view(state_->machine, state_->machine.tables.contacts.at(account));
}

Result<std::vector<MessageView>> Messenger::messages(const ConversationId& conversation,
                                                     Time now) const {
    Step step(state_->machine.store, now, nullptr);
    return list_messages(state_->machine, step, conversation);
}

Result<MessageView> Messenger::find_message(std::string_view id, Time now) const {
    Step step(state_->machine.store, now, nullptr);
    return core::find_message(state_->machine, step, id);
}

bool Messenger::outbox_empty() const {
    const Tables& tables = state_->machine.tables;
    const bool committing =
        std::any_of(tables.conversations.begin(), tables.conversations.end(),
                    [](const auto& entry) { return entry.second.commit.has_value(); });
    // Whether another device has shut this one out is to be known before a process ends.
    const auto& links = state_->machine.links;
    const bool asking = std::any_of(links.begin(), links.end(), [](const auto& entry) {
        const auto& pending = entry.second.pending;
        return std::any_of(pending.begin(), pending.end(), [](const auto& each) {
            return each.second.purpose.kind == Purpose::Kind::record_get;
        });
    });
    return !asking && tables.outbox.empty() && tables.tickets.empty() && tables.creations.empty() &&
           tables.removals.empty() && tables.transfers.removals.empty() && !committing &&
           (!tables.account || tables.account->setup_operation == 0);
}

size_t Messenger::transfers_under_way() const {
    const Transfers& transfers = state_->machine.tables.transfers;
    return transfers.uploads.size() + transfers.downloads.size();
}

Result<std::pair<uint64_t, Bytes>> Messenger::epoch_authenticator_for_testing(
    const ConversationId& conversation) const {
    Machine& machine = state_->machine;
    ENSURE(machine.tables.conversations.contains(conversation), unknown_contact);
    Step step(machine.store, Time{}, nullptr);
    TRY_ASSIGN(const mls::Group* group, group_of(machine, step, conversation));
    return std::pair<uint64_t, Bytes>(group->epoch().value,
                                      to_bytes(group->current().epoch_authenticator()));
}

Effects Messenger::on_link_up(std::string_view relay, Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    return run_input(machine, now, &entropy,
                     [&](Step& step) { return link_up(machine, step, std::string(relay)); });
}

Effects Messenger::on_link_down(std::string_view relay, Error why, Time now) {
    Machine& machine = state_->machine;
    return run_input(machine, now, nullptr, [&](Step& step) {
        link_down(machine, step, std::string(relay), why);
        return Status();
    });
}

Effects Messenger::on_frame(std::string_view relay, BytesView frame, Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    return run_input(machine, now, &entropy, [&](Step& step) {
        return frame_arrived(machine, step, std::string(relay), frame);
    });
}

Effects Messenger::on_timer(Time now, Entropy& entropy) {
    Machine& machine = state_->machine;
    return run_input(machine, now, &entropy,
                     [&](Step& step) { return timer_fired(machine, step); });
}

std::optional<Time> Messenger::next_timer() const {
    const Machine& machine = state_->machine;
    if (machine.reload) return machine.reload_at;
    if (machine.close_links || machine.pump_due) return Time{};
    return next_due(machine);
}

}  // namespace mayfly::core
