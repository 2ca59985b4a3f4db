// Server: JSON-RPC 2.0 over messengers, without I/O. Lines in, lines out; docs/spec/rpc.md.
//
// How a host drives it:
//   1. add_account for each account, add_client for each connection.
//   2. Each line of a client goes to `receive`, as long as `reads` says so.
//   3. Each event of an account's effects goes to `on_event`, from within AccountPort::perform.
//   4. After any call, and whenever a client's connection can be written, next_line gives what to
//      write, until it gives none.
// No call waits: a request that begins an operation is answered when the operation has ended.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>

#include "rpc/schema.h"

namespace mayfly::rpc {

// Lines that wait for a slow client. Notifications above it are dropped and counted.
constexpr size_t client_notifications_max = 1000;
// Answers are never dropped: above this no more is read from the client.
constexpr size_t client_queue_size_bytes_max = 8U << 20;
// Messages pushed to a client and not acknowledged by anybody. More come after an `ack`.
constexpr size_t pushed_messages_max = 100;
// Requests of one client that wait for an operation or for a lent home.
constexpr size_t client_waiting_max = 1000;
constexpr size_t batch_requests_max = 100;
constexpr size_t clients_max = 64;  // a person's programs, not a service for strangers

using ClientId = uint64_t;
using AccountIndex = size_t;

class Server {
  public:
    Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server();

    // port must outlive the server; `home` is how it is named beside its account id.
    AccountIndex add_account(AccountPort& port, std::string home);
    // account_left: the port has no messenger any more. What was under way there is answered with
    // `interrupted`; requests wait. account_returned goes on with them.
    void account_left(AccountIndex index);
    void account_returned(AccountIndex index, Time now);
    // has_waiting: some request waits for an operation of this account.
    bool has_waiting(AccountIndex index) const;
    // Between begin_group and end_group a host makes what several requests write durable as one.
    // They are answered by end_group: all with `durable` where it is an error. The events of what
    // they began follow it.
    void begin_group() { grouping_ = true; }
    void end_group(const Status& durable, Time now);

    std::optional<ClientId> add_client();  // none: too many
    void remove_client(ClientId client);
    // receive takes one line, without its end.
    void receive(ClientId client, BytesView line, Time now);
    // reads: the client is not so slow that its next request must wait.
    bool reads(ClientId client) const;
    // is_idle: nothing of the client is under way, and nothing waits to be written to it.
    bool is_idle(ClientId client) const;
    std::optional<WipedString> next_line(ClientId client, Time now);
    bool has_lines(ClientId client) const;

    void on_event(AccountIndex index, const core::Event& event, Time now);
    void on_timer(Time now);
    std::optional<Time> next_timer() const;

  private:
    struct Batch;
    struct Origin;
    struct Request;
    struct Waiting;
    struct Account;
    struct Client;

    void take_request(ClientId client, Json request, std::shared_ptr<Batch> batch, Time now);
    void dispatch(Request request, Time now);
    void run(Request request, AccountIndex index, Time now);
    void settle(Waiting waiting, const std::optional<Status>& ended, Time now);
    void finish(Waiting waiting, Status ended, Time now);
    void release(ClientId client);  // one of its requests waits no longer
    Json subscribe(const Request& request, bool on, Time now);
    Json accounts_result() const;
    std::optional<AccountIndex> account_of(const Json& params) const;
    void answer(const Origin& origin, Json message);
    void answer_result(const Origin& origin, Json result);
    void answer_error(const Origin& origin, Error error, const Json& known);
    void notify(Client& client, std::string_view event, Json params);
    void tell(AccountIndex index, std::string_view event, Json params);
    void push_messages(Client& client, AccountIndex index, Time now);
    void push_all(AccountIndex index, Time now);

    std::vector<Account> accounts_;
    std::map<ClientId, Client> clients_;
    std::vector<Waiting> waiting_;
    std::vector<std::pair<Waiting, std::optional<Status>>> group_;  // and how they ended
    bool grouping_ = false;
    std::map<core::OperationId, Status> ended_early_;  // while a handler runs
    bool in_handler_ = false;
    ClientId next_client_ = 1;
};

}  // namespace mayfly::rpc
