#include "tests/sim/nodes.h"

#include "tests/sim/frame_text.h"
#include "tests/sim/world.h"

namespace mayfly::sim {
namespace {

std::array<uint8_t, 32> entropy_seed(uint64_t seed, uint8_t kind, size_t index) {
    std::array<uint8_t, 32> out{};
    for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(seed >> (8 * i));
    out[8] = kind;
    out[9] = static_cast<uint8_t>(index);
    return out;
}

}  // namespace

// --- relay
// --------------------------------------------------------------------------------------------

SimRelay::SimRelay(World& world, size_t index, Duration skew)
    : world_(world),
      index_(index),
      address_("relay" + std::to_string(index) + ".sim"),
      skew_(skew),
      entropy_(entropy_seed(world.seed(), 'r', index)) {}

Time SimRelay::now() const { return world_.scheduler.now() + skew_; }

void SimRelay::start() {
    relay::RelayConfig config;
    config.own_addresses = {address_};
    relay_.emplace(store_, config);
    ++life_;
    sync_scheduled_ = false;
    world_.trace("relay " + std::to_string(index_) + " up");
    schedule_tick();
}

void SimRelay::crash() {
    world_.trace("relay " + std::to_string(index_) + " crashes");
    relay_.reset();
    ++life_;
    unsynced_.clear();
    store_.crash();
    world_.close_all(*this);
    world_.scheduler.after(Duration::milliseconds(world_.random.between(50, 20'000)), [this] {
        if (!up()) start();
    });
}

void SimRelay::input(relay::Input::Kind kind, LinkId link, Bytes frame) {
    if (!up()) return;
    relay::Input input;
    input.kind = kind;
    input.connection = {link};
    input.frame = std::move(frame);
    relay::Effects effects = relay_->step(input, now(), entropy_);
    if (world_.random.chance(world_.faults.relay_crash_per_step)) return crash();
    if (!effects.writes.empty() && !store_.apply(effects.writes).ok()) return crash();
    for (auto& send : effects.sends) unsynced_.push_back(std::move(send));
    if (sync_scheduled_) return;
    sync_scheduled_ = true;
    world_.scheduler.after(Duration::milliseconds(world_.random.between(0, 3)),
                           [this, life = life_] {
                               if (life == life_) sync();
                           });
}

void SimRelay::sync() {
    sync_scheduled_ = false;
    // A disk that refuses to sync is treated as the real host does: nothing is released.
    if (world_.random.chance(world_.faults.relay_disk_failure_per_sync)) return crash();
    if (!store_.sync().ok()) return crash();
    std::vector<relay::Send> sends = std::exchange(unsynced_, {});
    for (auto& send : sends) {
        world_.send_to_client(send.connection.value, std::move(send.frame), send.close);
    }
}

void SimRelay::schedule_tick() {
    world_.scheduler.after(Duration::seconds(5), [this, life = life_] {
        if (life != life_) return;
        input(relay::Input::Kind::tick, 0);
        if (life == life_) schedule_tick();
    });
}

// --- client
// -------------------------------------------------------------------------------------------

SimClient::SimClient(World& world, size_t index, Duration skew)
    : world_(world), index_(index), skew_(skew), entropy_(entropy_seed(world.seed(), 'c', index)) {}

Time SimClient::now() const { return world_.scheduler.now() + skew_; }

void SimClient::start() {
    auto opened = core::Messenger::open(store_, now());
    if (!opened.ok()) {
        world_.ledger.violation("store of device " + std::to_string(index_) +
                                " does not reopen: " + error_name(opened.code()));
        return;
    }
    messenger_.emplace(std::move(opened).value());
    ++life_;
    ended.clear();
    timer_.reset();
    world_.trace("device " + std::to_string(index_) + " up");
    if (messenger_->has_account()) perform(messenger_->start(now()));
}

void SimClient::crash() {
    if (!up()) return;
    world_.trace("device " + std::to_string(index_) + " crashes");
    messenger_.reset();
    ++life_;
    links_.clear();
    world_.close_all(*this);
    world_.scheduler.after(Duration::milliseconds(world_.random.between(50, 20'000)), [this] {
        if (!up()) start();
    });
}

void SimClient::forget_everything() {
    messenger_.reset();
    ++life_;
    links_.clear();
    world_.close_all(*this);
    store_ = core::MemoryStorePort();
    start();
}

bool SimClient::perform(core::Effects effects) {
    const std::vector<Seal> seals = drain_seals();
    if (!effects.writes.empty()) {
        const bool crash_now = world_.random.chance(world_.faults.client_crash_per_write);
        const bool written_first = world_.random.chance(0.5);
        const bool disk_fails = world_.random.chance(world_.faults.client_disk_failure_per_write);
        if ((crash_now && !written_first) || disk_fails) {
            crash();
            return false;
        }
        if (!store_.apply(effects.writes).ok() || crash_now) {
            crash();
            return false;
        }
    }
    world_.ledger.released(index_, seals);
    for (const auto& effect : effects.network) {
        if (world_.random.chance(world_.faults.client_crash_per_write)) {
            crash();
            return false;
        }
        network_effect(effect);
    }
    for (const auto& event : effects.events) {
        if (const auto* end = std::get_if<core::OperationEnded>(&event)) {
            world_.trace(
                "device " + std::to_string(index_) + " operation " +
                std::to_string(end->operation) +
                (end->result.ok() ? " ok" : std::string(" ") + error_name(end->result.code())));
            ended.insert_or_assign(end->operation, end->result);
        }
    }
    schedule_timer();
    return true;
}

void SimClient::network_effect(const core::NetworkEffect& effect) {
    if (const auto* open = std::get_if<core::LinkConnect>(&effect)) {
        if (const auto old = links_.find(open->relay); old != links_.end()) {
            const LinkId id = old->second;
            links_.erase(old);
            world_.close(id);
        }
        links_[open->relay] = world_.connect(*this, open->relay);
    } else if (const auto* send = std::get_if<core::LinkSend>(&effect)) {
        const auto link = links_.find(send->relay);
        if (world_.tracing()) {
            world_.trace("device " + std::to_string(index_) + " -> " +
                         text_of_request(send->frame));
        }
        if (link != links_.end()) world_.send_to_relay(link->second, send->frame);
    } else if (const auto* close = std::get_if<core::LinkClose>(&effect)) {
        const auto link = links_.find(close->relay);
        if (link == links_.end()) return;
        const LinkId id = link->second;
        links_.erase(link);
        world_.close(id);
    }
}

void SimClient::link_up(const std::string& relay, LinkId link) {
    const auto known = links_.find(relay);
    if (!up() || known == links_.end() || known->second != link) return;
    perform(messenger_->on_link_up(relay, now(), entropy_));
}

void SimClient::link_down(const std::string& relay, LinkId link, Error why) {
    const auto known = links_.find(relay);
    if (!up() || known == links_.end() || known->second != link) return;
    links_.erase(known);
    perform(messenger_->on_link_down(relay, why, now()));
}

void SimClient::frame(const std::string& relay, LinkId link, BytesView frame) {
    const auto known = links_.find(relay);
    if (!up() || known == links_.end() || known->second != link) return;
    if (world_.tracing()) {
        world_.trace("device " + std::to_string(index_) + " <- " + text_of_reply(frame));
    }
    perform(messenger_->on_frame(relay, frame, now(), entropy_));
}

void SimClient::schedule_timer() {
    if (!up()) return;
    const std::optional<Time> due = messenger_->next_timer();
    if (!due || (timer_ && *timer_ <= *due)) return;
    timer_ = due;
    const Time when = std::max(*due, now() + Duration::milliseconds(1)) - skew_;
    world_.scheduler.at(when, [this, life = life_, at = *due] {
        if (life != life_ || timer_ != at) return;
        timer_.reset();
        perform(messenger_->on_timer(now(), entropy_));
    });
}

}  // namespace mayfly::sim
