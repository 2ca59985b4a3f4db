// A home with 100,000 live messages: how long opening, listing, finding and searching take, and how
// much memory. Not a Google Benchmark: each figure is of a process or a store that was just opened.
//
//     store_bench [MESSAGES]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "core/annex.h"
#include "crypto/system_entropy.h"
#include "store/sqlite_store.h"

namespace mayfly {
namespace {

using Steady = std::chrono::steady_clock;

constexpr size_t contacts = 50;
constexpr size_t messages_per_batch = 10'000;
const Time now{1'800'000'000'000};

double ms_since(Steady::time_point start) {
    return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

void must(const Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "store_bench: %s at %s\n", error_name(status.code()),
                 status.error().where);
    std::exit(1);
}

void make_account(store::SqliteStore& store, Entropy& entropy) {
    auto messenger = core::Messenger::open(store, now);
    core::AccountOptions options;
    options.relays = {"relay.example"};
    options.display_name = "Bench";
    auto created = messenger->create_account(options, now, entropy);
    must(created.ok() ? Status() : Status(created.error()));
    must(store.apply(created->effects.writes));
}

core::ConversationId conversation_of(size_t index) {
    core::ConversationId id;
    id.bytes.fill(static_cast<uint8_t>(index + 1));
    return id;
}
core::AccountId contact_of(size_t index) {
    core::AccountId id;
    id.bytes.fill(static_cast<uint8_t>(index + 1));
    return id;
}

void make_contacts(store::SqliteStore& store) {
    core::WriteBatch batch;
    for (size_t i = 0; i < contacts; ++i) {
        core::ContactRow contact;
        contact.account = contact_of(i);
        contact.accepted = true;
        contact.handle = "friend" + std::to_string(i) + "@relay.example";
        contact.relays = {"relay.example"};
        batch.put(core::row_key::contact(contact.account), codec::encode_secret(contact));
        core::ConversationRow row;
        row.info.conversation = conversation_of(i);
        row.info.hubs = {"relay.example"};
        row.contact = contact.account;
        row.accepted = true;
        batch.put(core::row_key::conversation(row.info.conversation), codec::encode_secret(row));
    }
    must(store.apply(batch));
}

std::string text_number(size_t i) {
    constexpr std::string_view words[] = {"the",   "heron", "stands", "in",     "reeds",
                                          "at",    "dawn",  "and",    "waits",  "for",
                                          "fish",  "while", "mist",   "lifts",  "over",
                                          "water", "cold",  "bright", "silent", "harbour"};
    std::string text;
    for (size_t k = 0; k < 12; ++k) {
        text += words[(i * 7 + k * k * (i % 13 + 1)) % std::size(words)];
        text += ' ';
    }
    return text + "number" + std::to_string(i);
}

// The rows that receiving a message writes, by the code that writes them.
void make_messages(store::SqliteStore& store, Entropy& entropy, size_t count) {
    core::Machine machine(store);
    must(core::load_tables(store, machine.tables));
    for (size_t made = 0; made < count;) {
        core::Step step(store, now, &entropy);
        for (size_t k = 0; k < messages_per_batch && made < count; ++k, ++made) {
            core::MessageRow row;
            row.id = step.random_id<core::MessageId>();
            row.conversation = conversation_of(made % contacts);
            row.sender = contact_of(made % contacts);
            row.order = machine.tables.counters.next_order++;
            row.sent_at_ms = core::to_ms(now);
            row.expires_at_ms = row.sent_at_ms + 1000 * (86'400 + made);
            row.state = core::MessageState::opened;
            core::Text text;
            text.text = SecretBuffer(as_bytes(text_number(made)));
            must(core::store_message(machine, step, row, core::encode_text(text).expose()));
            must(core::mark_seen(machine, step, row.sender, row.id,
                                 core::from_ms(row.expires_at_ms)));
        }
        step.write(core::row_key::counters(), machine.tables.counters);
        must(store.apply(step.effects.writes));
    }
}

long peak_kilobytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

void measure(const std::string& home, const store::StoreKey& key) {
    crypto::SystemEntropy entropy;
    auto start = Steady::now();
    auto store = store::SqliteStore::open(home, key, entropy);
    must(store.ok() ? Status() : Status(store.error()));
    std::printf("open the store        %8.1f ms, %zu rows\n", ms_since(start),
                (*store)->row_count());
    auto messenger = core::Messenger::open(**store, now);
    must(messenger.ok() ? Status() : Status(messenger.error()));
    std::printf("open the messenger    %8.1f ms in all, peak %ld MB\n", ms_since(start),
                peak_kilobytes() / 1024);
    start = Steady::now();
    const auto listed = messenger->messages(conversation_of(3), now);
    std::printf("list a conversation   %8.1f ms, %zu messages\n", ms_since(start), listed->size());
    start = Steady::now();
    const auto id = core::text_of(listed->front().id).substr(0, 8);
    const bool found = messenger->find_message(id, now).ok();
    std::printf("find a message        %8.3f ms%s\n", ms_since(start), found ? "" : " (missing!)");
    for (const char* words : {"number4711", "HERON fish", "nowhere at all"}) {
        core::SearchQuery query;
        query.words = words;
        start = Steady::now();
        const auto hits = messenger->search(query, now);
        std::printf("search %-14s %8.1f ms, %zu shown\n", words, ms_since(start), hits->size());
    }
    auto burn = messenger->burn(listed->front().id, now);
    start = Steady::now();
    must((*store)->apply(burn->writes));
    std::printf("burn a message        %8.1f ms, peak %ld MB\n", ms_since(start),
                peak_kilobytes() / 1024);
    start = Steady::now();
    store->reset();
    std::printf("close                 %8.1f ms\n", ms_since(start));
}

int run(size_t count) {
    std::string home = std::filesystem::temp_directory_path() / "mayfly-store-bench-XXXXXX";
    if (::mkdtemp(home.data()) == nullptr) return 1;
    // Filling is another process's, so that its memory is not counted.
    const pid_t child = ::fork();
    if (child == 0) {
        crypto::SystemEntropy entropy;
        const auto key = store::create_store_key(home, std::nullopt, {}, entropy);
        must(key.ok() ? Status() : Status(key.error()));
        auto store = store::SqliteStore::create(home, *key, entropy);
        must(store.ok() ? Status() : Status(store.error()));
        make_account(**store, entropy);
        make_contacts(**store);
        const auto start = Steady::now();
        make_messages(**store, entropy, count);
        std::printf("store %zu messages  %8.0f ms\n", count, ms_since(start));
        std::fflush(stdout);
        store->reset();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) return 1;
    std::printf("file                  %8.1f MB\n",
                static_cast<double>(std::filesystem::file_size(home + "/store.db")) / 1e6);
    const auto unlocked = store::unlock_store(home, std::nullopt);
    must(unlocked.ok() ? Status() : Status(unlocked.error()));
    measure(home, unlocked->key);
    std::filesystem::remove_all(home);
    return 0;
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) {
    const size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
    return mayfly::run(count);
}
