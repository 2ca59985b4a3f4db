// How long MLS takes: adding N members at once, joining, commits with a path, messages. Beside it
// stand the figures of mlspp (C++, OpenSSL 3.0, suite 1) from docs/spec/mls.md, measured on a
// machine of the same kind: compare ratios, not digits.
//
//     mls_bench [--hybrid] [N...]        default: 10 100 1000
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "crypto/seeded_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group_for_testing.h"

namespace mayfly::mls {
namespace {

template <class Body>
double milliseconds(Body&& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - start;
    return spent.count();
}

double median(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    return samples[samples.size() / 2];
}

struct Bench {
    explicit Bench(CipherSuiteId suite_id) : suite(find_cipher_suite(suite_id).value()) {}

    Environment env() { return {{0}, entropy, policy}; }

    Identity make_identity() {
        Identity out;
        out.credential.identity = to_bytes(as_bytes(std::to_string(identities++)));
        out.signature_keys = crypto::signature_generate(suite.signature, entropy).value();
        return out;
    }

    GroupParameters parameters() const { return {suite.id, Bytes(32, 7), {}}; }

    CipherSuite suite;
    crypto::SeededEntropy entropy{1};
    AcceptAll policy;
    size_t identities = 0;
};

struct AddAll {
    double add_ms = 0;
    double join_ms = 0;
    double blank_create_ms = 0;
    double blank_process_ms = 0;
    double welcome_bytes = 0;
};

AddAll measure_add_all(Bench& bench, size_t n) {
    AddAll out;
    Group group = Group::create(bench.parameters(), bench.make_identity(), {}, bench.env()).value();
    CommitOptions options;
    std::vector<KeyPackageSecrets> packages;
    for (size_t i = 0; i < n; ++i) {
        packages.push_back(
            create_key_package(bench.suite.id, bench.make_identity(), {}, bench.entropy).value());
        options.proposals.push_back({Add{packages.back().key_package}});
    }
    CommitMessages sent;
    out.add_ms = milliseconds([&] {
        sent = group.commit(options, bench.env()).value();
        group.merge_pending_commit().value();
    });
    out.welcome_bytes = static_cast<double>(sent.welcome->size());
    std::optional<Group> joined;
    out.join_ms = milliseconds([&] {
        joined = Group::join(*sent.welcome, packages[n / 2], std::nullopt, bench.env()).value();
    });
    out.blank_create_ms = milliseconds([&] {
        sent = group.commit({}, bench.env()).value();
        group.merge_pending_commit().value();
    });
    out.blank_process_ms = milliseconds([&] {
        auto done = joined->process(sent.commit, bench.env()).value();
        joined->apply(std::get<StagedCommit>(std::move(done))).value();
    });
    return out;
}

struct Pair {
    Group sender;
    Group receiver;
};

// Two members of a group of n in whose tree everybody has committed, the first of the two last.
Pair full_tree(Bench& bench, uint32_t n) {
    RatchetTree tree(bench.suite);
    std::vector<Identity> identities;
    std::vector<Secret> leaf_keys;
    for (uint32_t i = 0; i < n; ++i) {
        identities.push_back(bench.make_identity());
        KeyPackageSecrets package =
            create_key_package(bench.suite.id, identities[i], {}, bench.entropy).value();
        tree.add_leaf(std::move(package.key_package.leaf_node));
    }
    TreeKemPrivate sender_keys;
    Secret receiver_key;
    for (uint32_t i = n; i-- > 0;) {
        NewPath path =
            begin_path(tree, {i}, *tree.leaf({i}), identities[i].signature_keys.private_key,
                       Bytes(32, 7), bench.entropy)
                .value();
        if (i == 1) receiver_key = path.next.private_key(LeafIndex{1}.node())->clone();
        if (i == 0) sender_keys = std::move(path.next);
    }
    const auto make = [&](TreeKemPrivate keys, const Identity& identity) {
        Group group = Group::create(bench.parameters(), identity, {}, bench.env()).value();
        EpochState& epoch = *GroupForTesting::state(group).epoch;
        epoch.tree = tree;
        epoch.keys = std::move(keys);
        epoch.context.tree_hash = tree.tree_hash();
        epoch.start(derive_epoch_from(bench.suite, Secret(bench.suite.hash_size_bytes())));
        return group;
    };
    Group sender = make(std::move(sender_keys), identities[0]);
    Group receiver = make(TreeKemPrivate({1}, std::move(receiver_key)), identities[1]);
    return {std::move(sender), std::move(receiver)};
}

struct Full {
    double create_ms = 0;
    double process_ms = 0;
    double protect_us = 0;
    double unprotect_us = 0;
    double overhead_bytes = 0;
    double stored_bytes = 0;
};

void measure_messages(Bench& bench, Pair& pair, Full& out) {
    constexpr size_t text_bytes = 100;
    const Bytes text(text_bytes, 'x');
    std::vector<double> protect;
    std::vector<double> unprotect;
    for (int i = 0; i < 500; ++i) {
        Bytes sent;
        protect.push_back(1000 * milliseconds([&] {
                              sent = pair.sender.protect(text, {}, bench.entropy).value();
                              out.stored_bytes = 0;
                              for (const auto& record : pair.sender.take_changes()) {
                                  out.stored_bytes += static_cast<double>(
                                      record.key.size() +
                                      (record.value ? record.value->size() : 0));
                              }
                          }));
        unprotect.push_back(1000 * milliseconds([&] {
                                pair.receiver.process(sent, bench.env()).value();
                                pair.receiver.take_changes();
                            }));
        out.overhead_bytes = static_cast<double>(sent.size() - text_bytes);
    }
    out.protect_us = median(protect);
    out.unprotect_us = median(unprotect);
}

Full measure_full(Bench& bench, uint32_t n) {
    Full out;
    Pair pair = full_tree(bench, n);
    std::vector<double> create;
    std::vector<double> process;
    for (int i = 0; i < 15; ++i) {
        CommitMessages sent;
        create.push_back(milliseconds([&] {
            sent = pair.sender.commit({}, bench.env()).value();
            pair.sender.merge_pending_commit().value();
        }));
        process.push_back(milliseconds([&] {
            auto done = pair.receiver.process(sent.commit, bench.env()).value();
            pair.receiver.apply(std::get<StagedCommit>(std::move(done))).value();
        }));
    }
    out.create_ms = median(create);
    out.process_ms = median(process);
    measure_messages(bench, pair, out);
    return out;
}

// mlspp, suite 1, at 2, 10, 100 and 1000 members; empty where nothing was measured.
struct Peer {
    size_t n;
    const char* add;
    const char* join;
    const char* blank;
    const char* full;
    const char* message;
};
constexpr Peer mlspp[] = {
    {2, "", "", "", "", "132/290"},
    {10, "6.6", "2.2", "", "", ""},
    {100, "64", "13.6", "16/3.0", "2.2/2.3", ""},
    {1000, "1508", "152", "130/24", "11.9/25.1", "154/326"},
};

Peer peer_at(size_t n) {
    for (const Peer& peer : mlspp) {
        if (peer.n == n) return peer;
    }
    return {n, "", "", "", "", ""};
}

void row(const char* what, double ours, double second, const char* peer) {
    char text[48];
    if (second < 0) {
        std::snprintf(text, sizeof text, "%.4g", ours);
    } else {
        std::snprintf(text, sizeof text, "%.4g / %.4g", ours, second);
    }
    std::printf("| %-48s | %-16s | %-10s |\n", what, text, peer);
}

void report(Bench& bench, size_t n, bool hybrid) {
    const Peer peer = hybrid ? peer_at(0) : peer_at(n);
    std::printf("\n| N = %-44zu | %-16s | %-10s |\n|---|---|---|\n", n, "ours", "mlspp");
    if (n > 2) {
        const AddAll all = measure_add_all(bench, n);
        row("one commit that adds N members, ms", all.add_ms, -1, peer.add);
        row("join from the Welcome, ms", all.join_ms, -1, peer.join);
        row("Welcome, kB", all.welcome_bytes / 1000, -1, "");
        row("commit in the blank tree, create / process, ms", all.blank_create_ms,
            all.blank_process_ms, peer.blank);
    }
    const Full full = measure_full(bench, static_cast<uint32_t>(n));
    row("commit in a full tree, create / process, ms", full.create_ms, full.process_ms, peer.full);
    row("message of 100 B, protect / unprotect, us", full.protect_us, full.unprotect_us,
        peer.message);
    row("bytes over the plaintext / stored by the sender", full.overhead_bytes, full.stored_bytes,
        "146 /");
}

}  // namespace
}  // namespace mayfly::mls

int main(int argc, char** argv) {
    using namespace mayfly::mls;
    bool hybrid = false;
    std::vector<size_t> sizes;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--hybrid") == 0) {
            hybrid = true;
        } else if (argv[i][0] != '-') {  // others are for the programs beside this one
            sizes.push_back(std::strtoul(argv[i], nullptr, 10));
        }
    }
    if (sizes.empty()) sizes = {2, 10, 100, 1000};
    Bench bench(hybrid ? default_cipher_suite_id : CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
    std::printf("MLS, %s\n", hybrid ? "hybrid suite MLKEM768X25519" : "suite 1");
    for (const size_t n : sizes) report(bench, std::max<size_t>(n, 2), hybrid);
    return 0;
}
