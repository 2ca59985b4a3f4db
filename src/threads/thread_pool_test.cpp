#include "threads/thread_pool.h"

#include <gtest/gtest.h>

#include "crypto/seeded_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group.h"

namespace mayfly::threads {
namespace {

TEST(ThreadPool, runs_every_piece_once) {
    for (const size_t threads : {1U, 2U, 5U}) {
        ThreadPool pool(threads);
        for (const size_t count : {0U, 1U, 3U, 1000U}) {
            std::vector<std::atomic<int>> seen(count);
            pool.run(count, [&seen](size_t i) { ++seen[i]; });
            for (const auto& times : seen) EXPECT_EQ(times, 1);
        }
    }
}

TEST(ThreadPool, serves_several_callers) {
    ThreadPool pool(3);
    std::atomic<size_t> sum = 0;
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 3; ++caller) {
        callers.emplace_back([&] {
            for (int round = 0; round < 50; ++round) {
                pool.run(20, [&sum](size_t i) { sum += i; });
            }
        });
    }
    for (std::thread& caller : callers) caller.join();
    EXPECT_EQ(sum, 3U * 50U * 190U);
}

TEST(ThreadPool, first_error_counts_and_not_the_fastest) {
    ThreadPool pool(2);
    const auto work = [](size_t i) -> Status {
        if (i == 3) return MAYFLY_ERROR(invalid_key);
        if (i > 3) return MAYFLY_ERROR(invalid_argument);
        return {};
    };
    EXPECT_EQ(run_until_failure(&pool, 50, work).code(), ErrorCode::invalid_key);
    EXPECT_EQ(run_until_failure(nullptr, 50, work).code(), ErrorCode::invalid_key);
}

// All that a group of many does at once: what it sends and where it gets to.
std::vector<Bytes> life_of_a_group(Parallel* parallel) {
    const auto suite = mls::default_cipher_suite_id;
    crypto::SeededEntropy entropy(7);
    const mls::AcceptAll policy;
    const mls::Environment env{{0}, entropy, policy, nullptr, parallel};
    const auto identity = [&](size_t i) {
        mls::Identity out;
        out.credential.identity = to_bytes(as_bytes(std::to_string(i)));
        out.signature_keys =
            crypto::signature_generate(crypto::SignatureId::ed25519, entropy).value();
        return out;
    };
    auto group = mls::Group::create({suite, Bytes(32, 1), {}}, identity(0), {}, env).value();
    mls::CommitOptions adds;
    std::vector<mls::KeyPackageSecrets> packages;
    for (size_t i = 1; i < 20; ++i) {
        packages.push_back(mls::create_key_package(suite, identity(i), {}, entropy).value());
        adds.proposals.push_back({mls::Add{packages.back().key_package}});
    }
    const mls::CommitMessages first = group.commit(adds, env).value();
    group.merge_pending_commit().value();
    auto joined = mls::Group::join(*first.welcome, packages[5], std::nullopt, env).value();
    const mls::CommitMessages second = joined.commit({}, env).value();
    auto staged = group.process(second.commit, env).value();
    group.apply(std::get<mls::StagedCommit>(std::move(staged))).value();
    return {first.commit, *first.welcome, second.commit,
            to_bytes(group.current().epoch_authenticator())};
}

TEST(ThreadPool, group_sends_the_same_bytes_with_and_without) {
    ThreadPool pool(3);
    EXPECT_EQ(life_of_a_group(nullptr), life_of_a_group(&pool));
}

}  // namespace
}  // namespace mayfly::threads
