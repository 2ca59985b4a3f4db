#include "served_account.h"

namespace mayfly::cli {

Status ServedAccount::open(rpc::Server& server) {
    TRY_ASSIGN(follow_lock_, store::FollowLock::acquire(home_));
    TRY(session_.open(store::home_lock_wait));
    server_ = &server;
    index_ = server.add_account(*this, home_);
    served_ = true;
    session_.on_event(
        [this](const core::Event& event) { server_->on_event(index_, event, wall_clock_now()); });
    return session_.go_online();
}

void ServedAccount::work() {
    if (!session_.is_open()) {
        // A disk that refused has closed the session.
        if (served_) leave(reopen_delay);
        return try_return();
    }
    if (!session_.work().ok()) return leave(reopen_delay);
    if (!session_.someone_waits()) {
        wanted_since_.reset();
        return;
    }
    const Time now = monotonic_now();
    if (!wanted_since_) wanted_since_ = now;
    if (server_->has_waiting(index_) && now - *wanted_since_ < lend_delay_max) return;
    leave(hand_over_check);
}

void ServedAccount::leave(Duration until_retry) {
    wanted_since_.reset();
    session_.close();
    served_ = false;
    retry_at_ = monotonic_now() + until_retry;
    server_->account_left(index_);
}

void ServedAccount::try_return() {
    if (lost_ || monotonic_now() < retry_at_) return;
    const Status opened = session_.open(Duration{});
    if (!opened.ok() || !session_.go_online().ok()) {
        session_.close();
        lost_ = !opened.ok() && (opened.code() == ErrorCode::no_account ||
                                 opened.code() == ErrorCode::store_corrupt);
        const bool busy = !opened.ok() && opened.code() == ErrorCode::store_locked;
        retry_at_ = monotonic_now() + (busy ? hand_over_check : reopen_delay);
        return;
    }
    served_ = true;
    server_->account_returned(index_, wall_clock_now());
}

void ServedAccount::wait_on(std::vector<pollfd>& fds, Duration& wait) const {
    wait = std::min(wait, hand_over_check);
    if (session_.is_open()) session_.wait_on(fds, wait);
}

}  // namespace mayfly::cli
