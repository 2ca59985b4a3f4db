#include "serve.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <set>

#include "crypto/system_entropy.h"
#include "pushing.h"
#include "relay_net/control_socket.h"
#include "relay_net/data_directory.h"
#include "relay_net/host.h"
#include "relay_net/system_clock.h"
#include "relay_store/rocksdb_store.h"
#include "web_bundle.h"
#include "wire/relay_address.h"

namespace mayfly::relay_app {
namespace {

// How long clients may take to read what was released before the end.
constexpr Duration drain_time = Duration::seconds(5);

bool is_wildcard(const std::string& host) { return host == "0.0.0.0" || host == "::"; }
bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

// The host in the relay's address when nobody named one.
std::string default_name(const std::string& listen_host) {
    if (!is_wildcard(listen_host)) return listen_host;
    char name[256] = {};
    if (gethostname(name, sizeof name - 1) != 0) return "localhost";
    const auto parsed = wire::parse_relay_address(name);
    return parsed.ok() ? parsed->host : "localhost";
}

wire::RelayAddress address_of(const ServeOptions& options, uint16_t port,
                              const crypto::KeyFingerprint& fingerprint) {
    wire::RelayAddress out;
    out.host = options.name ? options.name->host : default_name(options.listen.host);
    out.port = options.name && options.name->port ? *options.name->port : port;
    if (!options.web_pki) out.fingerprint = fingerprint;
    return out;
}

// Every text under which a client may know this relay.
std::vector<std::string> own_addresses(const ServeOptions& options, uint16_t port,
                                       const wire::RelayAddress& address,
                                       const crypto::KeyFingerprint& fingerprint) {
    std::set<std::string> out;
    const auto add = [&](std::string host, uint16_t at_port) {
        wire::RelayAddress known{std::move(host), at_port, fingerprint};
        out.insert(wire::format_relay_address(known));
        known.fingerprint.reset();
        out.insert(wire::format_relay_address(known));
    };
    add(address.host, address.port);
    if (!is_wildcard(options.listen.host)) add(options.listen.host, port);
    if (is_wildcard(options.listen.host) || is_loopback(options.listen.host)) {
        for (const char* local : {"localhost", "127.0.0.1", "::1"}) add(local, port);
    }
    return {out.begin(), out.end()};
}

Exit report_storage(Error error, const std::string& data) {
    switch (error.code) {
        case ErrorCode::store_locked:
            return report(Exit::failed, "another mayfly-relay uses " + data,
                          "stop it first, or give this one a --data of its own");
        case ErrorCode::storage_full:
            return report_error(error, "free some space on the disk of " + data);
        case ErrorCode::storage_failed:
            return report(Exit::failed, "cannot read and write " + data,
                          "is it a directory that this user may write to?");
        default: return report_error(error, "restore " + data + " from a backup");
    }
}

Result<crypto::TlsServerContext> read_tls(const ServeOptions& options) {
    TRY_ASSIGN(const auto identity,
               relay_net::read_identity(options.certificates_path, options.key_path));
    return crypto::TlsServerContext::create(identity);
}

Result<crypto::TlsServerContext> open_tls(const ServeOptions& options,
                                          const relay_net::DataDirectory& data) {
    if (!options.self_signed) return read_tls(options);
    TRY_ASSIGN(const auto identity, data.self_signed_identity());
    return crypto::TlsServerContext::create(identity);
}

Exit report_tls(Error error, const ServeOptions& options) {
    if (!options.self_signed) {
        return report(Exit::failed, "the certificate or its key cannot be used",
                      "--tls-cert takes the chain and --tls-key its unencrypted key, both PEM");
    }
    if (error.code != ErrorCode::invalid_key) return report_storage(error, options.data);
    return report(Exit::failed, "the relay's own key in " + options.data + " is damaged",
                  "restore tls-key.pem and tls-certificate.pem from a backup: with a new key, "
                  "clients would refuse this relay");
}

Exit report_push_key(Error error, const ServeOptions& options) {
    if (error.code != ErrorCode::invalid_key) return report_storage(error, options.data);
    return report(Exit::failed, "the key for push services in " + options.data + " is damaged",
                  "restore push-key from a backup, or remove it: then browsers are not woken until "
                  "they have subscribed anew");
}

relay::RelayConfig relay_config_of(const ServeOptions& options) {
    relay::RelayConfig out;
    out.registration = options.registration;
    out.ttl_max = options.ttl_max;
    out.blob_total_size_bytes_max = options.blob_total_size_bytes_max;
    return out;
}

sigset_t awaited_signals() {
    sigset_t out;
    sigemptyset(&out);
    for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&out, signal);
    return out;
}

// What /mayfly/relay.json says (docs/spec/web-serving.md). None of its texts needs escapes.
std::string relay_json(const ServeOptions& options, const wire::RelayAddress& address,
                       const relay_net::WebBundle* bundle) {
    const std::string hash = bundle == nullptr ? "null" : '"' + std::string(bundle->hash) + '"';
    return "{\"address\":\"" + wire::format_relay_address(address) + "\",\"bundle\":" + hash +
           ",\"registration\":\"" + registration_name(options.registration) + "\"}\n";
}

// A certificate that was renewed serves the connections to come; with anything wrong, the one in
// use stays.
void renew_certificate(const ServeOptions& options, const crypto::KeyFingerprint& fingerprint,
                       relay_net::Listener& listener) {
    auto tls = read_tls(options);
    if (!tls.ok()) {
        report_tls(tls.error(), options);
    } else if (!options.web_pki && tls->fingerprint() != fingerprint) {
        report(Exit::failed, "the new certificate has another key: clients would refuse this relay",
               "renew with the same key, or start with --web-pki");
    } else {
        listener.renew_tls(std::move(*tls));
        return;
    }
    report(Exit::failed, "the certificate in use stays", {});
}

// Serves until a signal says to end.
void wait_for_end(const sigset_t& signals, const ServeOptions& options,
                  const crypto::KeyFingerprint& fingerprint, relay_net::Listener& listener) {
    for (int signal = 0;;) {
        sigwait(&signals, &signal);
        // A relay that made its own certificate has none to renew: its terminal was closed.
        if (signal != SIGHUP || options.self_signed) return;
        renew_certificate(options, fingerprint, listener);
    }
}

void print_ready(const ServeOptions& options, uint16_t port, const wire::RelayAddress& address) {
    const bool ipv6 = options.listen.host.find(':') != std::string::npos;
    const std::string host = ipv6 ? "[" + options.listen.host + "]" : options.listen.host;
    std::printf("listening %s:%u address %s\n", host.c_str(), unsigned{port},
                wire::format_relay_address(address).c_str());
    std::fflush(stdout);
}

// What `invite` says to the relay that serves, and what that answers: the prefix and the code.
constexpr std::string_view invite_word = "invite";
constexpr std::string_view invite_prefix = "invite ";

std::string answer_control(std::string_view word, relay_net::Host& host) {
    if (word != invite_word) return "error unknown";
    std::string code;
    const Status written = host.write([&](relay::StoreBatch& batch, Entropy& entropy) {
        code = relay::Relay::create_invite(batch, entropy);
    });
    if (!written.ok()) return std::string("error ") + error_name(written.code());
    return std::string(invite_prefix) + code;
}

Exit ask_for_invite(const InviteOptions& options) {
    const auto line = relay_net::ask_control(options.data, invite_word);
    if (!line.ok() || !line->starts_with(invite_prefix)) {
        return report(Exit::failed, "the relay that serves " + options.data + " gave no code",
                      "is it just ending, or its disk full? try again");
    }
    std::printf("%s\n", line->c_str() + invite_prefix.size());
    return Exit::done;
}

}  // namespace

Exit serve(const ServeOptions& options) {
    relay_net::forbid_core_dumps();
    // Blocked before any thread begins, the store's among them, so that only sigwait gets them.
    const sigset_t signals = awaited_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const auto data = relay_net::DataDirectory::open(options.data);
    if (!data.ok()) return report_storage(data.error(), options.data);
    auto tls = open_tls(options, *data);
    if (!tls.ok()) return report_tls(tls.error(), options);
    const crypto::KeyFingerprint fingerprint = tls->fingerprint();
    const auto store = relay_store::RocksDbStore::open(data->store_path());
    if (!store.ok()) return report_storage(store.error(), options.data);

    relay_net::SystemClock clock;
    crypto::SystemEntropy entropy;
    relay_net::Host host(**store, clock, entropy);
    relay_net::ListenerConfig config;
    config.host = options.listen.host;
    config.port = *options.listen.port;
    const auto listener = relay_net::Listener::open(std::move(config), std::move(*tls), host);
    if (!listener.ok()) {
        return report(Exit::network, "cannot listen on the address given with --listen",
                      "is the port taken, below 1024, or the host not one of this machine?");
    }
    const uint16_t port = (*listener)->port();
    const wire::RelayAddress address = address_of(options, port, fingerprint);
    auto pushing = Pushing::open(options, *data, address, host);
    if (!pushing.ok()) return report_push_key(pushing.error(), options);
    relay::RelayConfig relay_config = relay_config_of(options);
    relay_config.own_addresses = own_addresses(options, port, address, fingerprint);
    relay_config.push_key = pushing->key();
    relay::Relay relay(**store, std::move(relay_config));
    host.start(
        relay, [&](std::vector<relay::Send> sends) { (*listener)->send(std::move(sends)); },
        [&](std::vector<relay::Push> pushes) { pushing->send(std::move(pushes)); });
    const relay_net::WebBundle* bundle = options.web ? web_bundle() : nullptr;
    (*listener)->serve({bundle, relay_json(options, address, bundle)});
    (*listener)->start();
    auto control = relay_net::ControlSocket::open(
        options.data, [&](std::string_view word) { return answer_control(word, host); });
    if (!control.ok()) {
        host.stop();  // before the relay that it runs goes
        return report_storage(control.error(), options.data);
    }
    print_ready(options, port, address);

    wait_for_end(signals, options, fingerprint, **listener);
    control->reset();
    (*listener)->stop_input();
    host.stop();
    (*listener)->stop(drain_time);
    return Exit::done;
}

Exit invite(const InviteOptions& options) {
    const auto data = relay_net::DataDirectory::open(options.data);
    if (!data.ok() && data.code() == ErrorCode::store_locked) return ask_for_invite(options);
    if (!data.ok()) return report_storage(data.error(), options.data);
    const auto store = relay_store::RocksDbStore::open(data->store_path());
    if (!store.ok()) return report_storage(store.error(), options.data);
    crypto::SystemEntropy entropy;
    relay::StoreBatch batch;
    const std::string code = relay::Relay::create_invite(batch, entropy);
    Status done = (*store)->apply(batch);
    if (done.ok()) done = (*store)->sync();
    if (!done.ok()) return report_storage(done.error(), options.data);
    std::printf("%s\n", code.c_str());
    return Exit::done;
}

}  // namespace mayfly::relay_app
