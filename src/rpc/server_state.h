// What the Server keeps; for its own source files.
#pragma once

#include "rpc/server.h"

namespace mayfly::rpc {

// account_id_of is empty while there is no account.
std::string account_id_of(AccountPort& port);

// Batch: the answers of one line, which leave together.
struct Server::Batch {
    size_t open = 0;
    Json answers = Json::array();
};

// Origin: to whom an answer goes.
struct Server::Origin {
    ClientId client = 0;
    Json id;
    std::shared_ptr<Batch> batch;
    bool silent = false;  // a notification of the client: it wants no answer
};

struct Server::Request {
    Origin origin;
    const Method* method = nullptr;
    Json params;
};

struct Server::Waiting {
    Origin origin;
    AccountIndex account = 0;
    Answer answer;
    std::optional<Time> deadline;
};

struct Server::Account {
    AccountPort* port = nullptr;
    std::string home;
    std::string id;  // kept for the time in which the port has no messenger
    std::deque<Request> parked;

    std::string account_id() const { return id.empty() ? account_id_of(*port) : id; }
};

struct Server::Client {
    struct Line {
        WipedString text;
        bool droppable = false;
    };
    std::deque<Line> lines;
    size_t lines_size_bytes = 0;
    size_t notifications = 0;  // among the lines
    uint64_t lost = 0;
    size_t waiting = 0;
    std::set<std::string_view> events;                     // names in the table of events
    std::optional<AccountIndex> from;                      // none: all accounts
    std::map<AccountIndex, std::set<std::string>> pushed;  // ids of messages not acknowledged
    std::set<AccountIndex> push_due;                       // no room when there was something

    void queue(WipedString text, bool droppable = false) {
        lines_size_bytes += text.size();
        notifications += droppable ? 1 : 0;
        lines.push_back({std::move(text), droppable});
    }
    bool has_room() const {
        return notifications < client_notifications_max &&
               lines_size_bytes < client_queue_size_bytes_max;
    }
};

inline const Field& account_field() {
    static const Field field{"account", Type::text, "which account; not given: the only one",
                             false};
    return field;
}

}  // namespace mayfly::rpc
