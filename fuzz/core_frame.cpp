// deps: core wire mls crypto
// max_len: 16384
//
// Arbitrary frames of a relay to a live messenger that is in a conversation: raw ones, and well
// formed deliveries and replies around arbitrary or changed payloads. It must neither crash nor
// stop working, and what it writes must always open again.
#include "core/machine.h"
#include "core/memory_store_port.h"
#include "crypto/seeded_entropy.h"

namespace mayfly::core {
namespace {

const std::string relay_name = "relay.example";
constexpr Time now{1'800'000'000'000};

// Person is a messenger and a relay that says yes to everything it asks.
struct Person {
    explicit Person(uint64_t seed) : entropy(seed) {
        messenger.emplace(Messenger::open(store, now).value());
    }

    void run(Effects effects) {
        MAYFLY_ASSERT(store.apply(effects.writes).ok());
        for (const NetworkEffect& effect : effects.network) {
            if (const auto* send = std::get_if<LinkSend>(&effect)) asked.push_back(send->frame);
            if (std::holds_alternative<LinkConnect>(effect)) connects = true;
        }
    }
    void feed(const wire::RelayFrame& frame) { feed_raw(wire::encode_frame(frame)); }
    void feed_raw(BytesView frame) { run(messenger->on_frame(relay_name, frame, now, entropy)); }

    wire::ReplyBody answer(const wire::RequestBody& body) {
        if (std::holds_alternative<wire::Hello>(body)) {
            wire::HelloReply hello;
            hello.version = wire::protocol_version;
            return hello;
        }
        if (std::holds_alternative<wire::HandleGet>(body)) return wire::RecordList{{record}};
        if (std::holds_alternative<wire::KeyPackageTake>(body)) {
            return wire::KeyPackageReply{key_package};
        }
        if (std::holds_alternative<wire::KeyPackageQuery>(body)) {
            // Making key packages is slow: once is enough.
            return stocked ? wire::KeyPackageCount{50, true} : wire::KeyPackageCount{};
        }
        if (const auto* put = std::get_if<wire::KeyPackagesPut>(&body)) {
            if (!put->key_packages.empty()) own_key_package = put->key_packages.front();
        } else if (const auto* direct = std::get_if<wire::Put>(&body)) {
            invitation = direct->payload;
        } else if (const auto* made = std::get_if<wire::RecordPut>(&body)) {
            own_record = made->record;
        } else if (const auto* commit = std::get_if<wire::ChannelCommit>(&body)) {
            entries.push_back({wire::Source::channel_commit, commit->epoch, commit->payload});
        } else if (const auto* message = std::get_if<wire::ChannelSend>(&body)) {
            entries.push_back({wire::Source::channel_message, message->epoch, message->payload});
        }
        return wire::Done{};
    }
    // settle answers all that was asked, and connects when that was asked.
    void settle() {
        if (std::exchange(connects, false)) run(messenger->on_link_up(relay_name, now, entropy));
        for (size_t rounds = 0; !asked.empty() && rounds < 1000; ++rounds) {
            const Bytes frame = std::move(asked.front());
            asked.erase(asked.begin());
            const auto decoded = wire::decode_client_frame(frame);
            MAYFLY_ASSERT(decoded.ok());
            feed({decoded->request_id, answer(decoded->body)});
        }
    }
    wire::Delivery delivery(wire::Source source) {
        Tables tables;
        MAYFLY_ASSERT(load_tables(store, tables).ok());
        wire::Delivery out;
        const RelayRow& relay = tables.relays.at(relay_name);
        out.queue = wire::queue_id_of(relay.queue_key);
        out.sequence = {relay.processed.value + 1};
        out.source = source;
        if (source != wire::Source::direct && !tables.conversations.empty()) {
            out.channel = tables.conversations.begin()->second.info.channel;
        }
        return out;
    }

    struct Entry {
        wire::Source source = wire::Source::direct;
        wire::ChannelEpoch epoch;
        Bytes payload;
    };
    crypto::SeededEntropy entropy;
    MemoryStorePort store;
    std::optional<Messenger> messenger;
    std::vector<Bytes> asked;
    bool connects = false;
    bool stocked = false;
    Bytes record;       // the other's, for HandleGet
    Bytes key_package;  // the other's
    Bytes own_record;
    Bytes own_key_package;
    Bytes invitation;
    std::vector<Entry> entries;
};

class World {
  public:
    World() : alice_(1), bob_(2) {
        make(alice_, "alice");
        make(bob_, "bobby");
        alice_.record = bob_.own_record;
        alice_.key_package = bob_.own_key_package;
        auto added = alice_.messenger->add_contact("bobby@" + relay_name, now, alice_.entropy);
        alice_.run(std::move(added.value().effects));
        alice_.settle();
        wire::Delivery invited = bob_.delivery(wire::Source::direct);
        invited.payload = alice_.invitation;
        bob_.feed({0, invited});
        const auto requests = bob_.messenger->requests();
        MAYFLY_ASSERT(requests.size() == 1);
        auto accepted = bob_.messenger->accept_request(requests.front().account, now, bob_.entropy);
        bob_.run(std::move(accepted.value().effects));
        bob_.settle();
        MAYFLY_ASSERT(bob_.entries.size() == 1);
        auto sent = alice_.messenger->send_text(alice_.messenger->contacts().front().conversation,
                                                as_bytes("hello"), {}, now, alice_.entropy);
        alice_.run(std::move(sent.value().effects));
        alice_.settle();
        MAYFLY_ASSERT(alice_.entries.size() == 1);
        // The victim is Alice before Bob's commit, with the message of Bob's that it allows.
        known_ = bob_.entries;
        known_.push_back({wire::Source::direct, {}, alice_.invitation});
        known_.push_back(alice_.entries.front());
        snapshot_ = alice_.store.snapshot();
    }

    void run(BytesView input) {
        Person victim(3);
        victim.stocked = true;
        victim.store = snapshot_.snapshot();
        victim.messenger.emplace(Messenger::open(victim.store, now).value());
        victim.run(victim.messenger->start(now));
        victim.settle();
        codec::Reader reader(input);
        for (int steps = 0; steps < 32 && reader.ok() && !reader.at_end(); ++steps) {
            step(victim, reader);
        }
        victim.run(victim.messenger->on_timer(now, victim.entropy));
        MAYFLY_ASSERT(Messenger::open(victim.store, now).ok());
    }

  private:
    static void make(Person& person, const std::string& handle) {
        AccountOptions options;
        options.relays = {relay_name};
        options.handle_name = handle;
        auto created = person.messenger->create_account(options, now, person.entropy);
        person.run(std::move(created.value().effects));
        person.settle();
        MAYFLY_ASSERT(!person.own_record.empty());
    }

    void step(Person& victim, codec::Reader& reader) {
        const uint8_t kind = reader.u8();
        const BytesView data = reader.opaque();
        wire::Delivery delivery = victim.delivery(static_cast<wire::Source>(kind % 3));
        switch (kind % 8) {
            case 0: return victim.feed_raw(data);
            case 1:
            case 2:
            case 3:
                delivery.payload = to_bytes(data);
                delivery.epoch = {kind / 8U % 4};
                return victim.feed({0, delivery});
            case 4:
            case 5: {
                // A known payload with some bytes changed.
                const Person::Entry& entry = known_[kind / 8U % known_.size()];
                delivery = victim.delivery(entry.source);
                delivery.epoch = entry.epoch;
                delivery.payload = entry.payload;
                for (size_t i = 0; i + 2 < data.size(); i += 3) {
                    const size_t at = (size_t{data[i]} << 8 | data[i + 1]) % entry.payload.size();
                    delivery.payload[at] ^= data[i + 2];
                }
                return victim.feed({0, delivery});
            }
            case 6: {
                // A reply of any kind to what was asked last.
                if (victim.asked.empty()) return;
                Bytes frame(victim.asked.front().begin(), victim.asked.front().begin() + 4);
                victim.asked.erase(victim.asked.begin());
                append(frame, data);
                return victim.feed_raw(frame);
            }
            default: return victim.settle();
        }
    }

    Person alice_;
    Person bob_;
    std::vector<Person::Entry> known_;
    MemoryStorePort snapshot_;
};

}  // namespace
}  // namespace mayfly::core

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    static mayfly::core::World world;
    world.run({data, size_bytes});
    return 0;
}
