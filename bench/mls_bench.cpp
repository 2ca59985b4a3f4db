// How long MLS takes and how much memory: adding N members at once, joining, commits with a path,
// messages, the heap of a group.
//
//     mls_bench [--hybrid] [--one-thread] [--full-tree-only] [--json] [N...]
//
// default: 2 10 100 1000. Each figure is the median of several runs (of one from 10,000 members on,
// where a run is long): on the clock, and in processor time of all threads, which a busy machine
// disturbs less. --json prints a line a figure: tools/bench_mls.py makes docs/benchmarks.md of
// them.
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "crypto/seeded_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group_for_testing.h"
#include "threads/thread_pool.h"

namespace mayfly::mls {
namespace {

struct Sample {
    double wall_ms = 0;
    double cpu_ms = 0;
};

template <class Body>
Sample measure(Body&& body) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    body();
    const std::clock_t cpu_spent = std::clock() - cpu_start;
    const std::chrono::duration<double, std::milli> spent =
        std::chrono::steady_clock::now() - start;
    return {spent.count(), 1000 * static_cast<double>(cpu_spent) / CLOCKS_PER_SEC};
}

Sample median(const std::vector<Sample>& samples) {
    const auto middle = [&samples](double Sample::*part) {
        std::vector<double> values;
        for (const Sample& sample : samples) values.push_back(sample.*part);
        std::sort(values.begin(), values.end());
        return values[values.size() / 2];
    };
    return {middle(&Sample::wall_ms), middle(&Sample::cpu_ms)};
}

size_t heap_bytes() {
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

struct Options {
    bool hybrid = false;
    bool one_thread = false;
    bool full_tree_only = false;
    bool json = false;
    std::vector<size_t> sizes;
};

struct Bench {
    explicit Bench(const Options& chosen)
        : options(chosen),
          suite(find_cipher_suite(chosen.hybrid ? default_cipher_suite_id
                                                : CipherSuiteId::x25519_aes128gcm_sha256_ed25519)
                    .value()) {}

    Environment env() {
        return {{0}, entropy, policy, nullptr, options.one_thread ? nullptr : &pool};
    }

    Identity make_identity() {
        Identity out;
        out.credential.identity = to_bytes(as_bytes(std::to_string(identities++)));
        out.signature_keys = crypto::signature_generate(suite.signature, entropy).value();
        return out;
    }

    GroupParameters parameters() const { return {suite.id, Bytes(32, 7), {}}; }

    // report: a figure in milliseconds, or a count without processor time.
    void report(size_t n, const char* name, Sample value) const {
        if (options.json) {
            std::printf("{\"suite\": \"%s\", \"n\": %zu, \"name\": \"%s\", ",
                        options.hybrid ? "hybrid" : "1", n, name);
            std::printf("\"value\": %.6g, \"cpu\": %.6g}\n", value.wall_ms, value.cpu_ms);
        } else if (value.cpu_ms > 0) {
            std::printf("%6zu  %-24s %10.4g  (cpu %.4g)\n", n, name, value.wall_ms, value.cpu_ms);
        } else {
            std::printf("%6zu  %-24s %10.6g\n", n, name, value.wall_ms);
        }
        std::fflush(stdout);
    }
    void report(size_t n, const char* name, size_t count) const {
        report(n, name, {static_cast<double>(count), 0});
    }

    Options options;
    CipherSuite suite;
    crypto::SeededEntropy entropy{1};
    AcceptAll policy;
    threads::ThreadPool pool;
    size_t identities = 0;
};

size_t runs_for(size_t n) { return n >= 10000 ? 1 : n >= 1000 ? 3 : 5; }

struct AddAll {
    std::vector<Sample> add;
    std::vector<Sample> join;
    std::vector<Sample> blank_create;
    std::vector<Sample> blank_process;
    size_t welcome_bytes = 0;
};

void add_all(Bench& bench, size_t n, AddAll& out) {
    Group group = Group::create(bench.parameters(), bench.make_identity(), {}, bench.env()).value();
    CommitOptions options;
    std::vector<KeyPackageSecrets> packages;
    for (size_t i = 0; i < n; ++i) {
        packages.push_back(
            create_key_package(bench.suite.id, bench.make_identity(), {}, bench.entropy).value());
        options.proposals.push_back({Add{packages.back().key_package}});
    }
    CommitMessages sent;
    out.add.push_back(measure([&] {
        sent = group.commit(options, bench.env()).value();
        group.merge_pending_commit().value();
    }));
    out.welcome_bytes = sent.welcome->size();
    std::optional<Group> joined;
    out.join.push_back(measure([&] {
        joined = Group::join(*sent.welcome, packages[n / 2], std::nullopt, bench.env()).value();
    }));
    out.blank_create.push_back(measure([&] {
        sent = group.commit({}, bench.env()).value();
        group.merge_pending_commit().value();
    }));
    out.blank_process.push_back(measure([&] {
        auto done = joined->process(sent.commit, bench.env()).value();
        joined->apply(std::get<StagedCommit>(std::move(done))).value();
    }));
}

struct Pair {
    Group sender;
    Group receiver;
};

// A key that nobody has the private half of, and that is accepted: of the hybrid's two public keys,
// and of X25519's one, any 32 bytes will do at the end.
HpkePublicKey stray_key(Bench& bench, const HpkePublicKey& model) {
    HpkePublicKey out = model;
    bench.entropy.fill(MutableBytesView(out).last(32));
    return out;
}

// A tree in whose nodes all have keys, as if everybody had committed. What nobody looks at any more
// (signatures, parent hashes) is of the right size only, so that 50,000 members take seconds.
RatchetTree full_tree(Bench& bench, uint32_t n, std::span<const Identity> first_two) {
    RatchetTree tree(bench.suite);
    const LeafNode model = create_key_package(bench.suite.id, first_two[0], {}, bench.entropy)
                               .value()
                               .key_package.leaf_node;
    for (uint32_t i = 0; i < n; ++i) {
        LeafNode leaf = model;
        leaf.source = LeafNodeSource::commit;
        leaf.parent_hash = Bytes(bench.suite.hash_size_bytes());
        leaf.encryption_key = stray_key(bench, model.encryption_key);
        if (i < 2) {
            leaf.credential = first_two[i].credential;
            leaf.signature_key = first_two[i].signature_keys.public_key;
        } else {
            leaf.credential.identity = to_bytes(as_bytes(std::to_string(bench.identities++)));
            bench.entropy.fill(leaf.signature_key);
        }
        tree.add_leaf(leaf);
    }
    for (uint32_t i = 0; i < n; i += 2) {
        std::vector<HpkePublicKey> keys(tree.filtered_direct_path({i}).size());
        for (HpkePublicKey& key : keys) key = stray_key(bench, model.encryption_key);
        tree.set_path({i}, keys);
    }
    return tree;
}

// Two members of such a group; the second committed before the first, who committed last.
Pair full_pair(Bench& bench, uint32_t n) {
    const std::array<Identity, 2> identities = {bench.make_identity(), bench.make_identity()};
    RatchetTree tree = full_tree(bench, n, identities);
    const auto commit = [&](uint32_t i) {
        return begin_path(tree, {i}, *tree.leaf({i}), identities[i].signature_keys.private_key,
                          Bytes(32, 7), bench.entropy)
            .value();
    };
    const NewPath of_receiver = commit(1);
    NewPath of_sender = commit(0);
    const auto make = [&](TreeKemPrivate keys, const Identity& identity) {
        Group group = Group::create(bench.parameters(), identity, {}, bench.env()).value();
        EpochState& epoch = *GroupForTesting::state(group).epoch;
        epoch.tree = tree;
        epoch.keys = std::move(keys);
        epoch.context.tree_hash = tree.tree_hash();
        epoch.start(derive_epoch_from(bench.suite, Secret(bench.suite.hash_size_bytes())));
        return group;
    };
    const Secret* receiver_key = of_receiver.next.private_key(LeafIndex{1}.node());
    Group sender = make(std::move(of_sender.next), identities[0]);
    Group receiver = make(TreeKemPrivate({1}, receiver_key->clone()), identities[1]);
    return {std::move(sender), std::move(receiver)};
}

// What a group costs that is read from its records: nothing of it is shared then.
size_t heap_of(Group& group) {
    const std::vector<GroupRecord> records = group.take_changes();
    const size_t before = heap_bytes();
    const Group loaded = Group::load(records).value();
    return heap_bytes() - before;
}

void messages(Bench& bench, size_t n, Pair& pair) {
    constexpr size_t text_bytes = 100;
    const Bytes text(text_bytes, 'x');
    std::vector<Sample> protect;
    std::vector<Sample> unprotect;
    size_t overhead_bytes = 0;
    size_t stored_bytes = 0;
    pair.sender.take_changes();
    pair.receiver.take_changes();
    for (int i = 0; i < 500; ++i) {
        Bytes sent;
        std::vector<GroupRecord> records;
        protect.push_back(measure([&] {
            sent = pair.sender.protect(text, {}, bench.entropy).value();
            records = pair.sender.take_changes();
        }));
        stored_bytes = 0;
        for (const GroupRecord& record : records) {
            stored_bytes += record.key.size() + (record.value ? record.value->size() : 0);
        }
        unprotect.push_back(measure([&] {
            pair.receiver.process(sent, bench.env()).value();
            pair.receiver.take_changes();
        }));
        overhead_bytes = sent.size() - text_bytes;
    }
    bench.report(n, "protect", median(protect));
    bench.report(n, "unprotect", median(unprotect));
    bench.report(n, "overhead_bytes", overhead_bytes);
    bench.report(n, "stored_bytes", stored_bytes);
}

void full_commits(Bench& bench, size_t n) {
    Pair pair = full_pair(bench, static_cast<uint32_t>(n));
    bench.report(n, "heap_bytes", heap_of(pair.receiver));
    std::vector<Sample> create;
    std::vector<Sample> process;
    for (int i = 0; i < 15; ++i) {
        CommitMessages sent;
        create.push_back(measure([&] {
            sent = pair.sender.commit({}, bench.env()).value();
            pair.sender.merge_pending_commit().value();
        }));
        process.push_back(measure([&] {
            auto done = pair.receiver.process(sent.commit, bench.env()).value();
            pair.receiver.apply(std::get<StagedCommit>(std::move(done))).value();
        }));
    }
    bench.report(n, "full_create", median(create));
    bench.report(n, "full_process", median(process));
    messages(bench, n, pair);
}

void all_of(Bench& bench, size_t n) {
    if (n > 2 && !bench.options.full_tree_only) {
        AddAll out;
        for (size_t i = 0; i < runs_for(n); ++i) add_all(bench, n, out);
        bench.report(n, "add", median(out.add));
        bench.report(n, "join", median(out.join));
        bench.report(n, "welcome_bytes", out.welcome_bytes);
        bench.report(n, "blank_create", median(out.blank_create));
        bench.report(n, "blank_process", median(out.blank_process));
    }
    full_commits(bench, n);
}

}  // namespace
}  // namespace mayfly::mls

int main(int argc, char** argv) {
    using namespace mayfly::mls;
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--hybrid") options.hybrid = true;
        if (argument == "--one-thread") options.one_thread = true;
        if (argument == "--full-tree-only") options.full_tree_only = true;
        if (argument == "--json") options.json = true;
        // Other options are for the programs beside this one.
        if (argument[0] != '-') options.sizes.push_back(std::strtoul(argv[i], nullptr, 10));
    }
    if (options.sizes.empty()) options.sizes = {2, 10, 100, 1000};
    Bench bench(options);
    // What libraries set up once for the process is not to be counted with a group.
    Pair warm = full_pair(bench, 4);
    warm.sender.commit({}, bench.env()).value();
    if (!options.json) {
        std::printf("MLS, %s; times in ms\n", options.hybrid ? "hybrid suite" : "suite 1");
    }
    for (const size_t n : options.sizes) all_of(bench, std::max<size_t>(n, 2));
    return 0;
}
