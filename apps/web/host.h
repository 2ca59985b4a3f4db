// Host: one account in a browser. It holds the store, the messenger and the RPC server, and keeps
// the order that the messenger asks for: writes first, then the network, then events.
//
// It is what apps/cli's Session and ServedAccount are together, without waiting: the page's worker
// hands in what happened and asks when the next thing is due. docs/spec/web.md section 2.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "core/grouped_store.h"
#include "core/messenger.h"
#include "crypto/system_entropy.h"
#include "rpc/server.h"
#include "store/sqlite_store.h"
#include "store/store_key.h"

namespace mayfly::web {

// The one home; its files are the worker's.
constexpr const char* home_path = "/home";
// A store that refused is tried again after this.
constexpr Duration reopen_delay = Duration::seconds(1);

// What the worker and the core call a file: this and random characters. It lives in the page only.
constexpr std::string_view file_name_prefix = "file:";

// LinkPort: WebSockets, which the worker has.
class LinkPort {
  public:
    virtual ~LinkPort() = default;
    virtual void connect(const std::string& relay) = 0;
    // send's errors: connection_lost (not up), quota_exceeded (too much waits).
    virtual Status send(const std::string& relay, BytesView frame) = 0;
    virtual void close(const std::string& relay) = 0;
};

class Host final : public rpc::AccountPort {
  public:
    Host(LinkPort& links, core::FilePort& files);
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    ~Host() override { close(); }

    // create makes an empty store; open opens the one there is, or destroys it and opens a decoy
    // where the passphrase is the one for that. Both go online. Errors: those of
    // store_key.h and sqlite_store.h.
    Status create(std::optional<BytesView> passphrase);
    Status open(std::optional<BytesView> passphrase);
    // close ends the connections and closes the store.
    void close();
    // protection of the home that is there, after a change that died was finished.
    static Result<store::Protection> protection();
    // Both ask for the passphrase that opens the account now. Errors: wrong_passphrase,
    // invalid_argument (the new one opens the home already); those of key_change.h.
    Status change_passphrase(std::optional<BytesView> current, BytesView next);
    // set_duress without a passphrase takes any away that may be set.
    Status set_duress(BytesView current, std::optional<BytesView> duress, std::string_view name);
    bool is_open() const { return messenger_.has_value(); }

    void receive(BytesView line);
    // next_line gives what the server says, until there is none.
    std::optional<rpc::WipedString> next_line();

    void on_link_up(const std::string& relay);
    void on_link_down(const std::string& relay, Error why);
    void on_frame(const std::string& relay, BytesView frame);
    // Between begin_group and end_group what is received and frames take effect together: the disk
    // is waited for once, and what they answer, send and tell follows then.
    void begin_group();
    void end_group();
    void on_timer();
    std::optional<Time> next_timer() const;

    core::Messenger* messenger() override { return messenger_ ? &*messenger_ : nullptr; }
    Status perform(core::Effects effects) override;
    Entropy& entropy() override { return entropy_; }
    core::FilePort* files() override { return &files_; }
    bool is_file_name(std::string_view name) const override;
    std::string new_file_name() override;

  private:
    Status start(std::unique_ptr<store::SqliteStore> store);
    Status reopen();
    void leave();
    Status release(core::Effects& effects);
    Status carry_out(const core::NetworkEffect& effect);
    void settle(Status status);

    LinkPort& links_;
    core::FilePort& files_;
    crypto::SystemEntropy entropy_;
    std::optional<store::StoreKey> key_;
    std::unique_ptr<store::SqliteStore> disk_;
    std::optional<core::GroupedStore> store_;
    core::Effects held_;             // since begin_group; without writes
    std::set<std::string> leaving_;  // relays whose connections these close
    std::optional<core::Messenger> messenger_;
    std::set<std::string> connections_;
    rpc::Server server_;
    rpc::AccountIndex account_ = 0;
    rpc::ClientId client_ = 0;
    std::optional<Time> reopen_at_;
};

Time wall_clock_now();

}  // namespace mayfly::web
