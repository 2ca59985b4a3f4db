#include "session.h"

#include <algorithm>

#include "store/key_change.h"

namespace mayfly::cli {
namespace {

// With nothing due, the loop still looks at the clock now and then: the machine may have slept.
constexpr Duration poll_max = Duration::seconds(1);

}  // namespace

Status Session::open(std::optional<Duration> wait) {
    TRY_ASSIGN(lock_, store::HomeLock::acquire(home_, wait, [&] { return interrupt_.pending(); }));
    const Status finished = store::finish_key_change(home_);
    auto store = store::SqliteStore::open(home_, key_, entropy_);
    if (!finished.ok() || !store.ok()) {
        lock_.reset();
        return finished.ok() ? store.error() : finished.error();
    }
    store_ = std::move(store).value();
    keep_out_of_swap(store_.get(), sizeof *store_);
    auto messenger = core::Messenger::open(*store_, wall_clock_now(), &threads_, &files_);
    if (!messenger.ok() || !messenger->has_account()) {
        close();
        return messenger.ok() ? MAYFLY_ERROR(no_account) : messenger.error();
    }
    messenger_.emplace(std::move(messenger).value());
    return {};
}

Status Session::create() {
    TRY_ASSIGN(lock_, store::HomeLock::acquire(home_, Duration{}));
    TRY_ASSIGN(store_, store::SqliteStore::create(home_, key_, entropy_));
    TRY_ASSIGN(core::Messenger messenger,
               core::Messenger::open(*store_, wall_clock_now(), &threads_, &files_));
    messenger_.emplace(std::move(messenger));
    return {};
}

Status Session::go_online() {
    TRY_ASSIGN(link_, link::Link::create(entropy_));
    up_once_.clear();
    caught_up_.clear();
    failed_.clear();
    last_failure_.reset();
    TRY(perform(messenger_->start(wall_clock_now())));
    awaited_ = connections_;
    return {};
}

Status Session::sweep() {
    const Time now = wall_clock_now();
    const auto due = messenger_->next_timer();
    if (!due || *due > now) return {};
    return perform(messenger_->on_timer(now, entropy_));
}

void Session::close() {
    if (link_) {
        for (const std::string& relay : connections_) {
            if (const auto address = wire::parse_relay_address(relay); address.ok()) {
                link_->close(address.value());
            }
        }
        link_->flush(link::close_timeout);
    }
    connections_.clear();
    link_.reset();
    messenger_.reset();
    store_.reset();
    lock_.reset();
}

Status Session::perform(core::Effects effects) {
    if (!effects.writes.empty()) {
        const Status applied = store_->apply(effects.writes);
        if (!applied.ok()) {
            close();
            return applied;
        }
    }
    for (const core::NetworkEffect& effect : effects.network) {
        if (link_) TRY(carry_out(effect));
    }
    for (const core::Event& event : effects.events) {
        note(event);
        if (on_event_) on_event_(event);
    }
    return {};
}

Status Session::carry_out(const core::NetworkEffect& effect) {
    const std::string& relay =
        std::visit([](const auto& any) -> const std::string& { return any.relay; }, effect);
    const auto address = wire::parse_relay_address(relay);
    if (!address.ok()) {
        return perform(messenger_->on_link_down(relay, address.error(), wall_clock_now()));
    }
    if (std::holds_alternative<core::LinkClose>(effect)) {
        link_->close(address.value());
        connections_.erase(relay);
        return {};
    }
    Status status;
    if (const auto* send = std::get_if<core::LinkSend>(&effect)) {
        status = link_->send(address.value(), send->frame);
        // The link has gone or will say so itself.
        if (!status.ok() && status.code() == ErrorCode::connection_lost) return {};
    } else {
        connections_.insert(relay);
        status = link_->connect(address.value());
    }
    if (status.ok()) return {};
    link_->close(address.value());
    connections_.erase(relay);
    return perform(messenger_->on_link_down(relay, status.error(), wall_clock_now()));
}

void Session::note(const core::Event& event) {
    if (const auto* change = std::get_if<core::LinkChanged>(&event)) {
        if (change->up) {
            up_once_.insert(change->relay);
        } else if (change->why) {
            last_failure_ = *change;
            untrusted_ = untrusted_ || change->why->code == ErrorCode::relay_untrusted;
        }
        if (change->up) {
            failed_.erase(change->relay);
        } else {
            failed_.insert(change->relay);
            caught_up_.erase(change->relay);
        }
    } else if (const auto* caught_up = std::get_if<core::CaughtUp>(&event)) {
        caught_up_.insert(caught_up->relay);
    } else if (const auto* revoked = std::get_if<core::DeviceRevoked>(&event)) {
        shut_out_ = shut_out_ || revoked->is_this;
    }
}

bool Session::is_done_with(const std::string& relay) const {
    return caught_up_.contains(relay) || failed_.contains(relay);
}

bool Session::caught_up() const {
    return caught_up_at_home() &&
           std::all_of(awaited_.begin(), awaited_.end(),
                       [&](const std::string& relay) { return is_done_with(relay); });
}

bool Session::caught_up_at_home() const {
    const auto account = messenger_->account();
    if (!account.ok() || caught_up_.empty()) return false;
    const std::vector<std::string>& home = account.value().relays;
    return std::all_of(home.begin(), home.end(),
                       [&](const std::string& relay) { return is_done_with(relay); });
}

Result<Session::Ended> Session::run(const std::function<bool()>& done, std::optional<Time> deadline,
                                    bool yield_home) {
    while (true) {
        if (done()) return Ended::done;
        if (untrusted_) return Ended::untrusted;
        if (shut_out_) return Ended::shut_out;
        if (interrupt_.pending()) return Ended::interrupted;
        if (deadline && monotonic_now() >= *deadline) return Ended::timed_out;
        if (yield_home && lock_->someone_waits()) return Ended::wanted;
        TRY(step(deadline, yield_home));
    }
}

Status Session::step(std::optional<Time> deadline, bool yield_home) {
    Duration wait = yield_home ? hand_over_check : poll_max;
    if (deadline) wait = std::min(wait, *deadline - monotonic_now());
    if (const auto due = messenger_->next_timer()) {
        wait = std::min(wait, *due - wall_clock_now());
    }
    return turn(std::max(wait, Duration{}));
}

void Session::wait_on(std::vector<pollfd>& fds, Duration& wait) const {
    wait = std::min(wait, poll_max);
    if (const auto due = messenger_->next_timer()) {
        wait = std::min(wait, *due - wall_clock_now());
    }
    wait = std::max(wait, Duration{});
    link_->wait_on(fds, wait);
}

Status Session::work() { return turn(Duration{}); }

// One look at the connections, for at most `wait`, and at the clock.
Status Session::turn(Duration wait) {
    for (const link::LinkEvent& event : link_->poll(wait, interrupt_.fd())) {
        TRY(take_link_event(event));
    }
    const Time now = wall_clock_now();
    if (const auto due = messenger_->next_timer(); due && *due <= now) {
        TRY(perform(messenger_->on_timer(now, entropy_)));
    }
    return {};
}

Status Session::take_link_event(const link::LinkEvent& event) {
    const std::string relay = wire::format_relay_address(event.relay);
    const Time now = wall_clock_now();
    switch (event.kind) {
        case link::LinkEvent::Kind::up:
            return perform(messenger_->on_link_up(relay, now, entropy_));
        case link::LinkEvent::Kind::frame:
            return perform(messenger_->on_frame(relay, event.frame, now, entropy_));
        case link::LinkEvent::Kind::down:
            connections_.erase(relay);
            return perform(messenger_->on_link_down(
                relay, event.error.value_or(MAYFLY_ERROR(connection_lost)), now));
    }
    return {};
}

}  // namespace mayfly::cli
