// Links and requests. What is to be asked of a relay follows from the tables each time (pump), so
// a lost connection or a crash needs no bookkeeping: whatever is not confirmed is asked again.
#include "core/annex.h"
#include "core/large_groups.h"
#include "core/repair.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

// The next delay of an xorshift sequence: no cryptography, it only keeps devices apart that lost
// the same relay at the same moment.
Duration backoff(Machine& machine, uint32_t failures) {
    const int64_t doubled = reconnect_delay_min.ms << std::min<uint32_t>(failures, 16);
    const int64_t delay = std::min(doubled, reconnect_delay_max.ms);
    machine.jitter ^= machine.jitter << 13;
    machine.jitter ^= machine.jitter >> 7;
    machine.jitter ^= machine.jitter << 17;
    return {delay / 2 + static_cast<int64_t>(machine.jitter % static_cast<uint64_t>(delay / 2))};
}

void send_queue_open(Machine& machine, Step& step, const std::string& name) {
    const RelayRow& row = machine.tables.relays.at(name);
    Link& link = machine.links[name];
    wire::QueueOpen open;
    open.queue_key = row.queue_key;
    open.proof = sign_with(row.queue_seed, wire::queue_proof_to_sign(link.nonce, row.queue_key));
    if (row.home) open.invite = to_bytes(as_bytes(machine.invite));
    link.phase = Link::Phase::opening;
    request(machine, step, name, Purpose{Kind::queue_open, 0, {}}, std::move(open));
}

void pump_removals(Machine& machine, Step& step, const std::string& name) {
    const RelayRow& relay = machine.tables.relays.at(name);
    for (const auto& [number, row] : machine.tables.removals) {
        const Purpose purpose{Kind::removal, number, {}};
        if (row.relay != name || machine.links[name].has(purpose)) continue;
        request(machine, step, name, purpose,
                wire::AddressRemove{wire::queue_id_of(relay.queue_key), row.token_hash});
    }
}

Status pump_ready(Machine& machine, Step& step, const std::string& name) {
    if (machine.tables.deletion) {
        return pump_deletion(machine, step, name);
    }
    TRY(pump_setup(machine, step, name));
    TRY(pump_pairing(machine, step, name));
    pump_removals(machine, step, name);
    pump_blob_removals(machine, step, name);
    pump_tree_fetch(machine, step, name);
    TRY(pump_uploads(machine, step, name));
    TRY(pump_downloads(machine, step, name));
    for (auto& [id, row] : machine.tables.conversations) {
        if (row.info.hubs.front() == name) TRY(pump_conversation(machine, step, row));
    }
    return {};
}

void hello_replied(Machine& machine, Step& step, const std::string& name,
                   const wire::ReplyBody& body) {
    const auto* hello = std::get_if<wire::HelloReply>(&body);
    if (hello == nullptr || hello->version != wire::protocol_version) {
        return drop_link(machine, step, name, MAYFLY_ERROR(unsupported_version), true);
    }
    Link& link = machine.links[name];
    link.phase = Link::Phase::greeted;
    link.nonce = hello->nonce;
}

void queue_open_replied(Machine& machine, Step& step, const std::string& name,
                        const wire::ReplyBody& body) {
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        const Error why{wire::to_error_code(failed->status), MAYFLY_HERE};
        AccountRow& account = *machine.tables.account;
        if (account.setup_operation != 0 && !is_passing(failed->status)) {
            step.end(std::exchange(account.setup_operation, 0), why);
            save_account(machine, step);
        }
        lookups_lost_relay(machine, step, name, why);
        if (deletion_refused_queue(machine, step, name, failed->status)) return;
        return drop_link(machine, step, name, why, true);
    }
    Link& link = machine.links[name];
    link.phase = Link::Phase::ready;
    link.failures = 0;
    step.tell(LinkChanged{name, true, std::nullopt});
}

Status pushed(Machine& machine, Step& step, const std::string& name, wire::ReplyBody& body) {
    const auto relay = machine.tables.relays.find(name);
    if (relay == machine.tables.relays.end()) return {};
    const wire::QueueId queue = wire::queue_id_of(relay->second.queue_key);
    if (const auto* delivery = std::get_if<wire::Delivery>(&body)) {
        if (delivery->queue == queue) return delivery_arrived(machine, step, name, *delivery);
    } else if (const auto* caught_up = std::get_if<wire::QueueCaughtUp>(&body)) {
        if (caught_up->queue == queue) queue_caught_up(machine, step, name);
    } else if (const auto* lost = std::get_if<wire::QueueLost>(&body)) {
        // Another process of this device took over: come back late, or the two would chase each
        // other.
        if (lost->queue == queue) {
            machine.links[name].failures = 8;
            drop_link(machine, step, name, MAYFLY_ERROR(connection_lost), true);
        }
    }
    return {};
}

}  // namespace

bool Link::has(const Purpose& purpose) const {
    return std::any_of(pending.begin(), pending.end(),
                       [&](const auto& entry) { return entry.second.purpose == purpose; });
}

bool is_passing(wire::ReplyStatus status) {
    return status == wire::ReplyStatus::rate_limited || status == wire::ReplyStatus::storage_full ||
           status == wire::ReplyStatus::storage_failed ||
           status == wire::ReplyStatus::shutting_down;
}

bool wants_link(const Machine& machine, const std::string& relay) {
    if (machine.tables.account->stage == AccountStage::revoked) return false;
    if (machine.tables.relays.contains(relay)) return true;
    return std::any_of(machine.lookups.begin(), machine.lookups.end(),
                       [&](const auto& entry) { return entry.second.relay() == relay; });
}

void connect_wanted(Machine& machine, Step& step) {
    const auto consider = [&](const std::string& name) {
        if (!wants_link(machine, name)) return;
        Link& link = machine.links[name];
        if (link.phase != Link::Phase::down || step.now() < link.retry_at) return;
        link.phase = Link::Phase::connecting;
        link.deadline = step.now() + connect_timeout;
        step.effects.network.push_back(LinkConnect{name});
    };
    for (const auto& [name, row] : machine.tables.relays) consider(name);
    for (const auto& [operation, lookup] : machine.lookups) consider(lookup.relay());
    for (auto link = machine.links.begin(); link != machine.links.end();) {
        if (wants_link(machine, link->first)) {
            ++link;
            continue;
        }
        if (link->second.phase != Link::Phase::down) {
            step.effects.network.push_back(LinkClose{link->first});
        }
        drop_pending(machine, step, link->first);
        link = machine.links.erase(link);
    }
}

void request(Machine& machine, Step& step, const std::string& relay, const Purpose& purpose,
             wire::RequestBody body) {
    Link& link = machine.links[relay];
    wire::ClientFrame frame;
    frame.request_id = link.next_request_id++;
    if (link.next_request_id == 0) link.next_request_id = 1;
    frame.body = std::move(body);
    link.pending[frame.request_id] = Link::Pending{purpose, step.now() + request_timeout};
    step.effects.network.push_back(LinkSend{relay, wire::encode_frame(frame)});
}

void drop_link(Machine& machine, Step& step, const std::string& relay, Error why, bool close) {
    Link& link = machine.links[relay];
    if (link.phase == Link::Phase::down) return;
    if (close) step.effects.network.push_back(LinkClose{relay});
    link.phase = Link::Phase::down;
    drop_pending(machine, step, relay);
    transfers_lost_link(machine, relay);
    trees_lost_link(machine, relay);
    link.key_packages_counted = false;
    link.record_asked = false;
    link.retry_at = step.now() + backoff(machine, link.failures++);
    step.tell(LinkChanged{relay, false, why});
}

Status link_up(Machine& machine, Step& step, const std::string& relay) {
    if (!wants_link(machine, relay)) {
        step.effects.network.push_back(LinkClose{relay});
        return {};
    }
    Link& link = machine.links[relay];
    drop_pending(machine, step, relay);
    transfers_lost_link(machine, relay);
    trees_lost_link(machine, relay);
    link.key_packages_counted = false;
    link.record_asked = false;
    link.phase = Link::Phase::greeting;
    request(machine, step, relay, Purpose{Kind::hello, 0, {}},
            wire::Hello{{wire::protocol_version}});
    return {};
}

void link_down(Machine& machine, Step& step, const std::string& relay, Error why) {
    const auto link = machine.links.find(relay);
    if (link == machine.links.end() || link->second.phase == Link::Phase::down) return;
    // A relay that was never reached is not there; one that was lost will come back.
    const bool never_up = link->second.phase == Link::Phase::connecting;
    drop_link(machine, step, relay, why, false);
    if (never_up) lookups_lost_relay(machine, step, relay, why);
}

Status frame_arrived(Machine& machine, Step& step, const std::string& relay, BytesView frame) {
    const auto link = machine.links.find(relay);
    if (link == machine.links.end() || link->second.phase < Link::Phase::greeting) return {};
    auto decoded = wire::decode_relay_frame(frame);
    if (!decoded.ok()) {
        drop_link(machine, step, relay, decoded.error(), true);
        return {};
    }
    if (decoded->request_id == 0) {
        TRY(pushed(machine, step, relay, decoded->body));
    } else {
        const auto pending = link->second.pending.find(decoded->request_id);
        if (pending == link->second.pending.end()) return {};
        const Purpose purpose = pending->second.purpose;
        link->second.pending.erase(pending);
        if (purpose.kind == Kind::hello) {
            hello_replied(machine, step, relay, decoded->body);
        } else if (purpose.kind == Kind::queue_open) {
            queue_open_replied(machine, step, relay, decoded->body);
        } else {
            TRY(reply_arrived(machine, step, relay, purpose, decoded->body));
        }
    }
    return pump(machine, step);
}

namespace {

Status pump_once(Machine& machine, Step& step) {
    machine.pump_due = false;
    if (machine.tables.account->stage == AccountStage::revoked) {
        connect_wanted(machine, step);
        return {};
    }
    if (machine.tables.account->stage == AccountStage::normal && !machine.tables.deletion) {
        TRY(flush_syncs(machine, step));
        TRY(pump_reunions(machine, step));
        TRY(pump_fresh_starts(machine, step));
    }
    connect_wanted(machine, step);
    // Names first: pumping may add relays and conversations.
    std::vector<std::string> names;
    for (const auto& [name, link] : machine.links) names.push_back(name);
    for (const std::string& name : names) {
        Link& link = machine.links[name];
        if (step.now() < link.hold_until) continue;
        link.hold_until = Time{};
        if (link.phase == Link::Phase::greeted && machine.tables.relays.contains(name)) {
            send_queue_open(machine, step, name);
        }
        if (link.phase >= Link::Phase::greeted) TRY(pump_lookups(machine, step, name));
        if (link.phase == Link::Phase::ready) TRY(pump_ready(machine, step, name));
    }
    connect_wanted(machine, step);
    return {};
}

}  // namespace

Status pump(Machine& machine, Step& step) {
    // What one conversation puts into the outbox of another, whose turn was before, goes at once,
    // and so does a look-up that it begins.
    constexpr int rounds_max = 4;
    for (int round = 0; round < rounds_max; ++round) {
        const CountersRow before = machine.tables.counters;
        TRY(pump_once(machine, step));
        const CountersRow& after = machine.tables.counters;
        if (before.next_order == after.next_order &&
            before.next_operation == after.next_operation) {
            break;
        }
    }
    return {};
}

Status timer_fired(Machine& machine, Step& step) {
    TRY(sweep_expired(machine, step));
    TRY(expire_outbox(machine, step));
    expire_typing(machine, step);
    TRY(expire_blob_removals(machine, step));
    for (auto& [name, link] : machine.links) {
        const bool slow =
            std::any_of(link.pending.begin(), link.pending.end(),
                        [&](const auto& entry) { return entry.second.deadline <= step.now(); });
        const bool connecting =
            link.phase == Link::Phase::connecting && link.deadline <= step.now();
        if (slow || connecting) drop_link(machine, step, name, MAYFLY_ERROR(timed_out), true);
    }
    std::vector<OperationId> late;
    for (const auto& [operation, lookup] : machine.lookups) {
        if (lookup.deadline <= step.now()) late.push_back(operation);
    }
    for (const OperationId operation : late) {
        end_lookup(machine, step, operation, MAYFLY_ERROR(timed_out));
    }
    const auto& pairing = machine.tables.pairing;
    if (pairing && from_ms(pairing->ends_at_ms) <= step.now()) {
        TRY(cancel_pairing(machine, step, MAYFLY_ERROR(timed_out)));
    }
    TRY(pump(machine, step));
    // What could not be committed now (its hub is away) is looked at again.
    for (auto* times : {&machine.proposal_commits, &machine.fillings}) {
        for (auto& [id, at] : *times) {
            if (at <= step.now()) at = step.now() + proposal_retry_delay;
        }
    }
    return {};
}

std::optional<Time> next_due(const Machine& machine) {
    std::optional<Time> due = machine.tables.next_expiry;
    const auto consider = [&](Time at) {
        if (!due || at < *due) due = at;
    };
    for (const auto& [name, link] : machine.links) {
        if (link.phase == Link::Phase::down) consider(link.retry_at);
        if (link.phase == Link::Phase::connecting) consider(link.deadline);
        if (link.phase == Link::Phase::ready && link.hold_until.ms > 0) consider(link.hold_until);
        if (link.phase == Link::Phase::ready && link.setup_hold_until.ms > 0) {
            consider(link.setup_hold_until);
        }
        for (const auto& [id, pending] : link.pending) consider(pending.deadline);
    }
    for (const auto& [operation, lookup] : machine.lookups) consider(lookup.deadline);
    for (const auto& [who, until] : machine.typing) consider(until);
    for (const auto& [order, row] : machine.tables.outbox) consider(from_ms(row.expires_at_ms));
    for (const auto& [id, at] : machine.proposal_commits) consider(at);
    for (const auto& [id, at] : machine.fillings) consider(at);
    for (const auto& [account, start] : machine.fresh_starts) consider(start.at);
    if (can_flush_syncs(machine)) consider(Time{});
    if (machine.tables.pairing) consider(from_ms(machine.tables.pairing->ends_at_ms));
    if (machine.tables.account && machine.tables.account->reuniting) consider(machine.reunions_at);
    const auto& deletion = machine.tables.deletion;
    if (deletion && own_devices(machine)) consider(from_ms(deletion->tell_until_ms));
    return due;
}

}  // namespace mayfly::core
