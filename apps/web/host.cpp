#include "host.h"

#include <time.h>

#include <algorithm>

#include "store/decoy.h"

namespace mayfly::web {
namespace {

// Whoever opens the home with the duress passphrase gives the account up; who is asked for the
// passphrase while it is open has mistyped.
Result<store::Unlocked> unlocked_own(std::optional<BytesView> passphrase) {
    TRY_ASSIGN(store::Unlocked unlocked, store::unlock_store(home_path, passphrase));
    ENSURE(unlocked.kind == store::SlotKind::own, wrong_passphrase);
    return unlocked;
}

}  // namespace

Time wall_clock_now() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return {int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000};
}

Host::Host(LinkPort& links, core::FilePort& files) : links_(links), files_(files) {
    account_ = server_.add_account(*this, home_path);
    client_ = *server_.add_client();
}

Status Host::create(std::optional<BytesView> passphrase) {
    TRY_ASSIGN(key_, store::create_store_key(home_path, passphrase, {}, entropy_));
    TRY_ASSIGN(auto store, store::SqliteStore::create(home_path, *key_, entropy_));
    return start(std::move(store));
}

Status Host::open(std::optional<BytesView> passphrase) {
    TRY_ASSIGN(store::Unlocked unlocked, store::unlock_store(home_path, passphrase));
    if (unlocked.kind != store::SlotKind::own) {
        TRY(store::make_decoy(home_path, unlocked, wall_clock_now(), entropy_));
    }
    key_ = std::move(unlocked.key);
    return reopen();
}

Result<store::Protection> Host::protection() {
    TRY(store::finish_key_change(home_path));
    return store::store_protection(home_path);
}

Status Host::change_passphrase(std::optional<BytesView> current, BytesView next) {
    TRY_ASSIGN(const store::Unlocked unlocked, unlocked_own(current));
    return store::change_passphrase(home_path, unlocked, next, {}, entropy_);
}

Status Host::set_duress(BytesView current, std::optional<BytesView> duress, std::string_view name) {
    ENSURE(is_open(), no_account);
    TRY_ASSIGN(const core::AccountView account, messenger_->account());
    TRY_ASSIGN(const store::Unlocked unlocked, unlocked_own(current));
    store::DecoyProfile profile;
    profile.relays = account.relays;
    profile.display_name = name;
    return store::set_duress(home_path, unlocked, duress, codec::encode(profile), entropy_);
}

Status Host::reopen() {
    TRY_ASSIGN(auto store, store::SqliteStore::open(home_path, *key_, entropy_));
    return start(std::move(store));
}

Status Host::start(std::unique_ptr<store::SqliteStore> store) {
    disk_ = std::move(store);
    store_.emplace(*disk_);
    auto messenger = core::Messenger::open(*store_, wall_clock_now(), nullptr, &files_);
    if (!messenger.ok()) {
        close();
        return messenger.error();
    }
    messenger_.emplace(std::move(*messenger));
    TRY(perform(messenger_->start(wall_clock_now())));
    server_.account_returned(account_, wall_clock_now());
    return {};
}

bool Host::is_file_name(std::string_view name) const { return name.starts_with(file_name_prefix); }

std::string Host::new_file_name() {
    return std::string(file_name_prefix) + to_base32(random_array<16>(entropy_));
}

void Host::close() {
    for (const std::string& relay : std::exchange(connections_, {})) links_.close(relay);
    messenger_.reset();
    store_.reset();
    disk_.reset();
    held_ = {};
    leaving_.clear();
    reopen_at_.reset();
}

// A store that refused has the messenger ahead of the disk: both are opened anew a little later.
void Host::leave() {
    close();
    server_.account_left(account_);
    reopen_at_ = wall_clock_now() + reopen_delay;
}

void Host::settle(Status status) {
    if (!status.ok()) leave();
}

void Host::receive(BytesView line) {
    server_.receive(client_, line, wall_clock_now());
    // A handler whose writes failed has answered so and left no messenger.
    if (!is_open() && !reopen_at_) leave();
}

std::optional<rpc::WipedString> Host::next_line() {
    return server_.next_line(client_, wall_clock_now());
}

Status Host::perform(core::Effects effects) {
    if (!effects.writes.empty()) {
        const Status applied = store_->apply(effects.writes);
        if (!applied.ok()) {
            close();
            return applied;
        }
    }
    if (!store_->is_grouping()) return release(effects);
    for (core::NetworkEffect& effect : effects.network) {
        const auto* closes = std::get_if<core::LinkClose>(&effect);
        if (closes != nullptr) leaving_.insert(closes->relay);
        held_.network.push_back(std::move(effect));
    }
    for (core::Event& event : effects.events) held_.events.push_back(std::move(event));
    return {};
}

Status Host::release(core::Effects& effects) {
    for (const core::NetworkEffect& effect : effects.network) TRY(carry_out(effect));
    for (const core::Event& event : effects.events) {
        server_.on_event(account_, event, wall_clock_now());
    }
    return {};
}

Status Host::carry_out(const core::NetworkEffect& effect) {
    if (const auto* connect = std::get_if<core::LinkConnect>(&effect)) {
        connections_.insert(connect->relay);
        links_.connect(connect->relay);
        return {};
    }
    if (const auto* close = std::get_if<core::LinkClose>(&effect)) {
        connections_.erase(close->relay);
        links_.close(close->relay);
        return {};
    }
    const auto& send = std::get<core::LinkSend>(effect);
    const Status sent = links_.send(send.relay, send.frame);
    // A connection that has gone says so itself.
    if (sent.ok() || sent.code() == ErrorCode::connection_lost) return {};
    links_.close(send.relay);
    connections_.erase(send.relay);
    return perform(messenger_->on_link_down(send.relay, sent.error(), wall_clock_now()));
}

void Host::on_link_up(const std::string& relay) {
    if (!is_open() || leaving_.contains(relay)) return;
    auto effects = messenger_->on_link_up(relay, wall_clock_now(), entropy_);
    settle(perform(std::move(effects)));
}

void Host::on_link_down(const std::string& relay, Error why) {
    if (!is_open() || leaving_.contains(relay)) return;
    connections_.erase(relay);
    settle(perform(messenger_->on_link_down(relay, why, wall_clock_now())));
}

void Host::begin_group() {
    server_.begin_group();
    if (is_open()) store_->begin_group();
}

void Host::on_frame(const std::string& relay, BytesView frame) {
    // Behind a close there is nothing more of a connection.
    if (!is_open() || leaving_.contains(relay)) return;
    auto effects = messenger_->on_frame(relay, frame, wall_clock_now(), entropy_);
    settle(perform(std::move(effects)));
}

// Requests learn first whether they are durable: what is released then may end them.
void Host::end_group() {
    core::Effects held = std::exchange(held_, {});
    leaving_.clear();
    Status status = is_open() ? store_->end_group() : Status();
    server_.end_group(status, wall_clock_now());
    if (status.ok()) status = release(held);
    settle(status);
}

void Host::on_timer() {
    const Time now = wall_clock_now();
    if (reopen_at_ && *reopen_at_ <= now) {
        reopen_at_.reset();
        if (!reopen().ok()) {
            close();
            reopen_at_ = now + reopen_delay;
        }
    }
    if (is_open()) {
        const auto due = messenger_->next_timer();
        if (due && *due <= now) settle(perform(messenger_->on_timer(now, entropy_)));
    }
    server_.on_timer(now);
}

std::optional<Time> Host::next_timer() const {
    std::optional<Time> next = server_.next_timer();
    const auto consider = [&](std::optional<Time> time) {
        if (time && (!next || *time < *next)) next = time;
    };
    consider(reopen_at_);
    if (messenger_) consider(messenger_->next_timer());
    return next;
}

}  // namespace mayfly::web
