// ServedAccount: one account of the daemon. It keeps the session open and online, and steps aside
// when another process wants the home (docs/spec/rpc.md section 5).
#pragma once

#include "rpc/server.h"
#include "session.h"

namespace mayfly::cli {

// What is under way gets so long to end before the home is lent: a verb waits for 15 s.
constexpr Duration lend_delay_max = Duration::seconds(5);
// A home whose disk refused, or that another process keeps, is tried again after this.
constexpr Duration reopen_delay = Duration::seconds(1);

class ServedAccount final : public rpc::AccountPort {
  public:
    ServedAccount(std::string home, store::StoreKey key, const Interrupt& interrupt)
        : home_(std::move(home)), session_(home_, std::move(key), interrupt) {}

    // open waits for the home as a verb does, and joins the server.
    Status open(rpc::Server& server);
    const std::string& home() const { return home_; }

    core::Messenger* messenger() override {
        return session_.is_open() ? &session_.messenger() : nullptr;
    }
    Status perform(core::Effects effects) override { return session_.perform(std::move(effects)); }
    Entropy& entropy() override { return session_.entropy(); }
    core::FilePort* files() override { return &session_.files(); }
    bool is_file_name(std::string_view name) const override { return name.starts_with('/'); }

    // work does what is due, without waiting: links, timers, lending the home and taking it back.
    void work();
    void wait_on(std::vector<pollfd>& fds, Duration& wait) const;
    void close() { session_.close(); }
    // is_lost: the key opens nothing here any more, because the home was wiped or given up.
    bool is_lost() const { return lost_; }

  private:
    void leave(Duration until_retry);
    void try_return();

    std::string home_;
    Session session_;
    std::optional<store::FollowLock> follow_lock_;
    rpc::Server* server_ = nullptr;
    rpc::AccountIndex index_ = 0;
    std::optional<Time> wanted_since_;  // another process waits
    Time retry_at_;                     // while not open
    bool served_ = false;               // as far as the server knows
    bool lost_ = false;
};

}  // namespace mayfly::cli
