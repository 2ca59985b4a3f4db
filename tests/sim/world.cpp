#include "tests/sim/world.h"

#include <cstdio>

namespace mayfly::sim {

World::World(uint64_t seed, bool trace) : random(seed), seed_(seed), trace_(trace) {}

void World::add_relay() {
    const Duration skew = Duration::milliseconds(random.between(-skew_max.ms, skew_max.ms));
    relays.push_back(std::make_unique<SimRelay>(*this, relays.size(), skew));
    relays.back()->start();
}

void World::add_client() {
    const Duration skew = Duration::milliseconds(random.between(-skew_max.ms, skew_max.ms));
    clients.push_back(std::make_unique<SimClient>(*this, clients.size(), skew));
    clients.back()->start();
}

void World::trace(const std::string& text) const {
    if (!trace_) return;
    std::printf("%10.3f %s\n", static_cast<double>(scheduler.now().ms - 1'700'000'000'000) / 1000.0,
                text.c_str());
}

Duration World::latency() {
    // Mostly a few milliseconds, now and then long enough for time-outs and overtaking.
    if (random.chance(0.02)) return Duration::milliseconds(random.between(200, 8'000));
    return Duration::milliseconds(random.between(1, 40));
}

LinkId World::connect(SimClient& client, const std::string& relay) {
    const LinkId id = next_link_++;
    SimRelay* target = nullptr;
    for (const auto& candidate : relays) {
        if (candidate->address() == relay) target = candidate.get();
    }
    MAYFLY_ASSERT(target != nullptr);
    links_[id] = {&client, target, false, scheduler.now(), scheduler.now()};
    scheduler.after(latency(), [this, id] { establish(id); });
    return id;
}

void World::establish(LinkId id) {
    const auto found = links_.find(id);
    if (found == links_.end()) return;
    Link& link = found->second;
    if (!link.relay->up() || parted_.contains({link.client->index(), link.relay->index()})) {
        return tell_down(id, MAYFLY_ERROR(relay_unreachable));
    }
    const Time up_at = scheduler.now() + latency();
    link.open = true;
    link.last_to_client = up_at;
    // The relay may crash on the way, and every link of its goes with it: `link` is not used below.
    link.relay->input(relay::Input::Kind::connected, id);
    scheduler.at(up_at, [this, id] {
        const auto still = links_.find(id);
        if (still == links_.end() || !still->second.open) return;
        still->second.client->link_up(still->second.relay->address(), id);
    });
}

void World::tell_down(LinkId id, Error why) {
    const Link link = links_.at(id);
    links_.erase(id);
    if (link.open) {
        scheduler.after(latency(),
                        [link, id] { link.relay->input(relay::Input::Kind::disconnected, id); });
    }
    scheduler.after(latency(),
                    [link, id, why] { link.client->link_down(link.relay->address(), id, why); });
}

void World::close(LinkId id) {
    if (links_.contains(id)) tell_down(id, MAYFLY_ERROR(connection_lost));
}

void World::close_all(const SimRelay& relay) {
    std::vector<LinkId> ids;
    for (const auto& [id, link] : links_) {
        if (link.relay == &relay) ids.push_back(id);
    }
    for (LinkId id : ids) close(id);
}

void World::close_all(const SimClient& client) {
    std::vector<LinkId> ids;
    for (const auto& [id, link] : links_) {
        if (link.client == &client) ids.push_back(id);
    }
    for (LinkId id : ids) close(id);
}

void World::send_to_relay(LinkId id, Bytes frame) {
    const auto found = links_.find(id);
    if (found == links_.end() || !found->second.open) return;
    if (random.chance(faults.cut_per_frame)) return close(id);
    const int copies = random.chance(faults.duplicate_frame) ? 2 : 1;
    Link& link = found->second;
    link.last_to_relay = std::max(link.last_to_relay, scheduler.now() + latency());
    for (int i = 0; i < copies; ++i) {
        scheduler.at(link.last_to_relay, [this, id, frame] {
            const auto still = links_.find(id);
            if (still == links_.end() || !still->second.open) return;
            still->second.relay->input(relay::Input::Kind::frame, id, frame);
        });
    }
}

void World::send_to_client(LinkId id, Bytes frame, bool close_after) {
    const auto found = links_.find(id);
    if (found == links_.end() || !found->second.open) return;
    if (random.chance(faults.cut_per_frame)) return close(id);
    const int copies = random.chance(faults.duplicate_frame) ? 2 : 1;
    Link& link = found->second;
    link.last_to_client = std::max(link.last_to_client, scheduler.now() + latency());
    for (int i = 0; i < copies && !frame.empty(); ++i) {
        scheduler.at(link.last_to_client, [this, id, frame] {
            const auto still = links_.find(id);
            if (still == links_.end() || !still->second.open) return;
            still->second.client->frame(still->second.relay->address(), id, frame);
        });
    }
    if (close_after) {
        scheduler.at(link.last_to_client, [this, id] { close(id); });
    }
}

void World::partition(size_t client, size_t relay, bool parted) {
    if (!parted) {
        parted_.erase({client, relay});
        return;
    }
    parted_.insert({client, relay});
    std::vector<LinkId> ids;
    for (const auto& [id, link] : links_) {
        if (link.client->index() == client && link.relay->index() == relay) ids.push_back(id);
    }
    for (LinkId id : ids) close(id);
}

void World::start_trouble() {
    const auto maybe = [&](double most) { return random.chance(0.6) ? most : 0.0; };
    faults.cut_per_frame = maybe(0.01);
    faults.duplicate_frame = maybe(0.05);
    faults.client_crash_per_write = maybe(0.01);
    faults.client_disk_failure_per_write = maybe(0.005);
    faults.relay_crash_per_step = maybe(0.004);
    faults.relay_disk_failure_per_sync = maybe(0.002);
}

void World::heal() {
    trace("--- heal ---");
    faults = {};
    parted_.clear();
    for (const auto& relay : relays) {
        if (!relay->up()) relay->start();
    }
    for (const auto& client : clients) {
        if (!client->up()) client->start();
    }
}

}  // namespace mayfly::sim
