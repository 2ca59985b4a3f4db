// mayfly daemon: the RPC of docs/spec/rpc.md over a Unix socket, the standard streams and webhooks.
#include <unistd.h>

#include <algorithm>
#include <deque>

#include "home.h"
#include "i18n/tr.h"
#include "line_stream.h"
#include "rpc_socket.h"
#include "served_account.h"
#include "verbs.h"
#include "webhook.h"

namespace mayfly::cli {
namespace {

constexpr size_t homes_max = 32;  // each holds a store open and connections up
constexpr size_t secret_file_size_bytes_max = 4096;

class Daemon {
  public:
    explicit Daemon(const Interrupt& interrupt) : interrupt_(interrupt) {}

    Outcome add_home(const std::string& home, const std::string& passphrase_file) {
        // Argon2 runs before the home is locked: others need not wait for it.
        auto unlocked = unlock_home(home, passphrase_file);
        if (!unlocked.ok()) return Failure{unlocked.code(), home, ""};
        accounts_.push_back(
            std::make_unique<ServedAccount>(home, std::move(unlocked->key), interrupt_));
        const Status opened = accounts_.back()->open(server_);
        if (opened.ok()) return {};
        if (opened.code() == ErrorCode::store_locked) {
            return Failure{ErrorCode::store_locked, home,
                           tr("a daemon or receive --follow runs there; stop it first")};
        }
        return Failure{opened.code(), home, ""};
    }
    Outcome listen(const std::string& path) {
        auto socket = RpcSocket::open(path);
        if (socket.ok()) {
            socket_.emplace(std::move(socket).value());
            return {};
        }
        const bool taken = socket.code() == ErrorCode::already_exists;
        return Failure{socket.code(), path,
                       taken
                           ? tr("another daemon listens there, or it is not a socket; name another "
                                "--socket")
                           : tr("name a shorter --socket in a directory of yours")};
    }
    void serve_standard_streams() {
        streams_.push_back(LineStream::of_standard_streams(*server_.add_client()));
        ends_with_ = streams_.back().client();
    }
    Status add_webhook(HttpUrl url, SecretBuffer secret) {
        TRY_ASSIGN(webhook_,
                   Webhook::create(std::move(url), std::move(secret), server_, wall_clock_now()));
        return {};
    }

    // run serves until a signal comes, or the standard input has ended and all is answered. The key
    // of a home that was given up must not stay in memory: then the daemon fails.
    Outcome run() {
        while (!interrupt_.pending() && !over_) {
            wait();
            for (const auto& account : accounts_) {
                if (account->is_lost()) return lost(account->home());
            }
            for (const auto& account : accounts_) account->work();
            const Time now = wall_clock_now();
            server_.on_timer(now);
            if (webhook_) webhook_->work(server_, now);
            accept();
            std::erase_if(streams_, [&](LineStream& stream) {
                if (stream.work(server_, now)) return false;
                server_.remove_client(stream.client());
                over_ = over_ || stream.client() == ends_with_;
                return true;
            });
        }
        close();
        return {};
    }

  private:
    Outcome lost(const std::string& home) {
        close();
        return Failure{
            ErrorCode::no_account, home,
            tr("the account that was served is not there any more; start the daemon again")};
    }
    void close() {
        webhook_.reset();
        for (const auto& account : accounts_) account->close();
    }
    void wait() {
        std::vector<pollfd> fds{{interrupt_.fd(), POLLIN, 0}};
        Duration wait = hand_over_check;
        if (socket_) fds.push_back({socket_->fd(), POLLIN, 0});
        for (const auto& account : accounts_) account->wait_on(fds, wait);
        for (const LineStream& stream : streams_) stream.wait_on(server_, fds);
        if (webhook_) webhook_->wait_on(fds, wait);
        (void)::poll(fds.data(), fds.size(), static_cast<int>(wait.ms));
    }
    void accept() {
        if (!socket_) return;
        while (auto fd = socket_->accept()) {
            // One too many: the connection closes at once.
            if (const auto client = server_.add_client()) {
                streams_.push_back(LineStream::of_socket(std::move(*fd), *client));
            }
        }
    }

    const Interrupt& interrupt_;
    rpc::Server server_;
    std::vector<std::unique_ptr<ServedAccount>> accounts_;
    std::optional<RpcSocket> socket_;
    std::deque<LineStream> streams_;
    std::unique_ptr<Webhook> webhook_;
    std::optional<rpc::ClientId> ends_with_;
    bool over_ = false;
};

Outcome add_webhook(Daemon& daemon, const Command& command) {
    auto url = parse_http_url(command.webhook);
    if (!url.ok()) {
        return Failure{url.code(), "--webhook " + command.webhook,
                       tr("https://HOST/PATH, or http:// to this machine")};
    }
    auto secret = store::read_file(command.webhook_secret_file, secret_file_size_bytes_max);
    if (!secret.ok() || !secret.value()) {
        return Failure{ErrorCode::invalid_argument, "--webhook-secret-file",
                       tr("name a file with the secret that signs what is posted")};
    }
    SecretBuffer key = std::move(*secret.value());
    if (!key.empty() && key.expose()[key.size() - 1] == '\n') key.shrink(key.size() - 1);
    if (key.size() < webhook_secret_size_bytes_min) {
        return Failure{ErrorCode::invalid_argument, "--webhook-secret-file",
                       tr("a secret has 16 bytes or more: openssl rand -hex 32")};
    }
    TRY(daemon.add_webhook(std::move(url).value(), std::move(key)));
    return {};
}

Outcome add_homes(Daemon& daemon, const Context& context) {
    const Command& command = context.command;
    std::vector<std::string> homes;
    for (const std::string& home : command.homes) homes.push_back(home_path(home));
    if (homes.empty()) homes.push_back(context.home);
    std::vector<std::string> files = command.passphrase_files;
    if (files.empty()) files.push_back(command.passphrase_file);
    if (homes.size() > homes_max || (files.size() != 1 && files.size() != homes.size())) {
        return Failure{ErrorCode::invalid_argument, "",
                       tr("at most 32 times --home; --passphrase-file once, or once for each")};
    }
    for (size_t i = 0; i < homes.size(); i++) {
        if (std::count(homes.begin(), homes.end(), homes[i]) > 1) {
            return Failure{ErrorCode::invalid_argument, homes[i], tr("name each home once")};
        }
        TRY_OUTCOME(daemon.add_home(homes[i], files.size() == 1 ? files[0] : files[i]));
    }
    return {};
}

}  // namespace

Outcome run_daemon(Context& context) {
    const Command& command = context.command;
    Daemon daemon(context.interrupt);
    TRY_OUTCOME(add_homes(daemon, context));
    if (!command.webhook.empty()) TRY_OUTCOME(add_webhook(daemon, command));
    if (!command.stdio || !command.socket.empty()) {
        const std::string first = command.homes.empty() ? context.home : command.homes.front();
        const std::string path =
            command.socket.empty() ? home_path(first) + "/rpc.socket" : command.socket;
        TRY_OUTCOME(daemon.listen(path));
        if (!command.stdio && command.json) {
            JsonLine(context.out, "listening").text("socket", path);
        } else if (!command.stdio) {
            context.out.append(tr("listening {1}", path) + "\n");
        }
        TRY(context.show());
    }
    if (command.stdio) daemon.serve_standard_streams();
    return daemon.run();
}

}  // namespace mayfly::cli
