#include "tests/sim/scenario.h"

namespace mayfly::sim {
namespace {

constexpr uint64_t steps_max = 400'000;  // a run needs some 15,000; more is a livelock
constexpr Duration setup_time = Duration::minutes(4);
constexpr Duration trouble_time = Duration::minutes(8);
constexpr Duration quiet_time = Duration::minutes(90);  // above every backoff and time-out
constexpr Duration think_time = Duration::milliseconds(700);

// What one device's user is in the middle of. Operations are forgotten at a crash, as a person
// would who runs the command again.
struct Person {
    int attempts = 0;
    bool registered = false;
    std::optional<core::OperationId> registering;
    std::optional<core::OperationId> adding;
    std::optional<core::OperationId> accepting;
    std::map<core::OperationId, core::MessageId> sending;
    std::set<size_t> befriends;  // whom this person adds
};

class Scenario {
  public:
    Scenario(uint64_t seed, bool trace) : world_(seed, trace) {}

    RunReport run() {
        Random& random = world_.random;
        const size_t relay_count = 1 + random.below(2);
        const size_t client_count = 2 + random.below(2);
        for (size_t i = 0; i < relay_count; ++i) world_.add_relay();
        for (size_t i = 0; i < client_count; ++i) world_.add_client();
        people_.resize(client_count);
        for (size_t i = 0; i < client_count; ++i) {
            for (size_t j = i + 1; j < client_count; ++j) {
                people_[random.chance(0.5) ? i : j].befriends.insert(random.chance(0.5) ? i : j);
                people_[i].befriends.insert(j);
                if (random.chance(0.25)) people_[j].befriends.insert(i);  // both add each other
            }
        }
        for (size_t i = 0; i < client_count; ++i) people_[i].befriends.erase(i);

        if (random.chance(0.5)) world_.start_trouble();  // trouble from the first second
        for (size_t i = 0; i < client_count; ++i) live(i);
        bool alive = world_.scheduler.run_until(world_.scheduler.now() + setup_time, steps_max);
        world_.start_trouble();
        trouble_ = true;
        alive =
            alive && world_.scheduler.run_until(world_.scheduler.now() + trouble_time, steps_max);
        trouble_ = false;
        talking_ = false;
        world_.heal();
        alive = alive && world_.scheduler.run_until(world_.scheduler.now() + quiet_time, steps_max);
        if (!alive) world_.ledger.violation("livelock: too many steps");
        check_end();
        return report_of(world_);
    }

  private:
    // live: one thing after another, for as long as the run lasts.
    void live(size_t i) {
        const int64_t pause = talking_ ? world_.random.between(10, 2 * think_time.ms) : 5'000;
        world_.scheduler.after(Duration::milliseconds(pause), [this, i] {
            if (world_.clients[i]->up()) act(i);
            live(i);
        });
    }

    void act(size_t i) {
        SimClient& client = *world_.clients[i];
        Person& person = people_[i];
        collect_results(client, person);
        if (operation_lives_[i] != client.life()) lose_operations(i);
        if (!client.messenger().has_account() || !person.registered) return register_account(i);
        if (make_friends(i)) return;
        if (!talking_) return take(i);
        Random& random = world_.random;
        const uint64_t dice = random.below(100);
        if (dice < 35) return say(i);
        if (dice < 65) return take(i);
        if (dice < 72) return open_or_burn(i);
        if (dice < 76) return recall(i);
        if (trouble_ && dice < 78) return client.crash();
        if (trouble_ && dice < 79) return crash_relay();
        if (trouble_ && dice < 82) return part(i);
    }

    void collect_results(SimClient& client, Person& person) {
        const auto ended = [&](std::optional<core::OperationId>& operation) -> std::optional<bool> {
            if (!operation) return std::nullopt;
            const auto found = client.ended.find(*operation);
            if (found == client.ended.end()) return std::nullopt;
            operation.reset();
            return found->second.ok();
        };
        if (const auto ok = ended(person.registering)) {
            person.registered = *ok;
            if (!*ok) client.forget_everything();
        }
        ended(person.adding);
        ended(person.accepting);
        for (const auto& [operation, status] : client.ended) {
            if (const auto found = person.sending.find(operation); found != person.sending.end()) {
                if (status.ok()) world_.ledger.acknowledged(found->second);
                person.sending.erase(found);
            }
        }
    }

    // A device that crashed comes back with no operation under way as far as its user knows.
    void lose_operations(size_t i) {
        Person& person = people_[i];
        person.registering.reset();
        person.adding.reset();
        person.accepting.reset();
        person.sending.clear();
        operation_lives_[i] = world_.clients[i]->life();
    }

    bool perform(size_t i, core::Effects effects) {
        return world_.clients[i]->perform(std::move(effects));
    }

    void register_account(size_t i) {
        SimClient& client = *world_.clients[i];
        Person& person = people_[i];
        core::Messenger& messenger = client.messenger();
        if (person.registering) return;
        if (messenger.has_account()) {  // crashed in the middle; the core resumes by itself
            person.registered = true;
            return;
        }
        core::AccountOptions options;
        options.relays = {world_.relays[i % world_.relays.size()]->address()};
        options.handle_name = name(i);
        options.display_name = "Person " + std::to_string(i);
        if (person.attempts > 0) options.handle_name += "-" + std::to_string(person.attempts);
        ++person.attempts;
        auto created = messenger.create_account(options, client.now(), client.entropy());
        if (!created.ok()) return unexpected("create_account", created.error());
        person.registering = created->operation;
        if (perform(i, std::move(created->effects)) && client.up()) {
            perform(i, client.messenger().start(client.now()));
        }
    }

    bool make_friends(size_t i) {
        SimClient& client = *world_.clients[i];
        Person& person = people_[i];
        if (!person.accepting) {
            const auto requests = client.messenger().requests();
            if (!requests.empty()) {
                auto started = client.messenger().accept_request(requests.front().account,
                                                                 client.now(), client.entropy());
                if (!started.ok()) {
                    unexpected("accept_request", started.error());
                    return false;
                }
                person.accepting = started->operation;
                perform(i, std::move(started->effects));
                return true;
            }
        }
        if (person.adding) return false;
        for (size_t j : person.befriends) {
            if (!people_[j].registered || knows(client, j)) continue;
            const auto account = handle_of(j);
            if (!account) continue;
            auto started = client.messenger().add_contact(*account, client.now(), client.entropy());
            if (!started.ok()) {
                if (started.code() != ErrorCode::already_exists) {
                    unexpected("add_contact", started.error());
                }
                return false;
            }
            person.adding = started->operation;
            perform(i, std::move(started->effects));
            return true;
        }
        return false;
    }

    void say(size_t i) {
        SimClient& client = *world_.clients[i];
        const auto contacts = client.messenger().contacts();
        if (contacts.empty()) return;
        const auto& contact = contacts[world_.random.below(contacts.size())];
        const auto recipient = index_of(contact.account);
        if (!recipient) return;
        core::SendOptions options;
        if (world_.random.chance(0.2)) {
            options.expiration = Duration::seconds(world_.random.between(3, 600));
        }
        if (world_.random.chance(0.2)) {
            options.burn = Duration::seconds(world_.random.between(1, 60));
        }
        const std::string text =
            "message " + std::to_string(++messages_) + " of seed " + std::to_string(world_.seed());
        auto started = client.messenger().send_text(contact.conversation, as_bytes(text), options,
                                                    client.now(), client.entropy());
        if (!started.ok()) return unexpected("send_text", started.error());
        const Duration lives = options.expiration.value_or(core::expiration_default);
        Ledger::Sent sent;
        sent.sender = i;
        sent.recipients = sent.awaited = {*recipient};
        sent.text = text;
        sent.sent_at = world_.scheduler.now();
        sent.expires_at = sent.sent_at + lives;
        world_.ledger.sent(started->id, std::move(sent));
        people_[i].sending[started->operation] = started->id;
        world_.trace(name(i) + " says " + core::text_of(started->id) + " to " + name(*recipient) +
                     " for " + std::to_string(lives.ms) + " ms");
        perform(i, std::move(started->effects));
    }

    // take does what `receive` does: mark as given, durably, and then show.
    void take(size_t i) {
        SimClient& client = *world_.clients[i];
        auto taken = client.messenger().take_new_messages(100, client.now());
        if (!taken.ok()) return unexpected("take_new_messages", taken.error());
        const Time at = client.now();
        const bool shown = perform(i, std::move(taken->second));
        for (const auto& view : taken->first) {
            world_.trace(name(i) + (shown ? " reads " : " loses ") + core::text_of(view.id));
            if (shown) {
                world_.ledger.shown(i, view, at, skew_max);
            } else {
                world_.ledger.lost_at_the_screen(i, view.id);
            }
        }
    }

    std::optional<core::MessageView> any_message(size_t i, bool outgoing) {
        SimClient& client = *world_.clients[i];
        const auto contacts = client.messenger().contacts();
        if (contacts.empty()) return std::nullopt;
        const auto& contact = contacts[world_.random.below(contacts.size())];
        auto messages = client.messenger().messages(contact.conversation, client.now());
        if (!messages.ok() || messages->empty()) return std::nullopt;
        core::MessageView& view = (*messages)[world_.random.below(messages->size())];
        if (view.expires_at <= client.now()) {
            world_.ledger.violation("listed after it expired: " + core::text_of(view.id));
        }
        if (view.outgoing != outgoing) return std::nullopt;
        return std::move(view);
    }

    void open_or_burn(size_t i) {
        SimClient& client = *world_.clients[i];
        const auto view = any_message(i, false);
        if (!view) return;
        const bool burn = world_.random.chance(0.3);
        auto effects = burn ? client.messenger().burn(view->id, client.now())
                            : client.messenger().open_message(view->id, client.now());
        if (!effects.ok()) return unexpected("open_message or burn", effects.error());
        world_.ledger.opened(i, view->id);
        if (!perform(i, std::move(*effects)) || !burn) return;
        if (client.messenger().find_message(core::text_of(view->id), client.now()).ok()) {
            world_.ledger.violation("still there after burning: " + core::text_of(view->id));
        }
    }

    void recall(size_t i) {
        SimClient& client = *world_.clients[i];
        const auto view = any_message(i, true);
        if (!view || view->state == core::MessageState::queued) return;
        auto started = client.messenger().recall(view->id, client.now(), client.entropy());
        if (!started.ok()) return unexpected("recall", started.error());
        world_.ledger.taken_back(view->id);
        perform(i, std::move(started->effects));
    }

    void crash_relay() {
        SimRelay& relay = *world_.relays[world_.random.below(world_.relays.size())];
        if (relay.up()) relay.crash();
    }

    void part(size_t i) {
        const size_t relay = world_.random.below(world_.relays.size());
        world_.trace("partition of device " + std::to_string(i) + " and relay " +
                     std::to_string(relay));
        world_.partition(i, relay, true);
        world_.scheduler.after(Duration::seconds(world_.random.between(1, 60)),
                               [this, i, relay] { world_.partition(i, relay, false); });
    }

    void check_end() {
        for (size_t i = 0; i < people_.size(); ++i) {
            SimClient& client = *world_.clients[i];
            if (!client.up()) continue;
            collect_results(client, people_[i]);
            if (!people_[i].registered) world_.ledger.violation("never registered: " + name(i));
            if (!client.messenger().outbox_empty()) {
                world_.ledger.violation("outbox not empty in the end: " + name(i));
            }
            if (!client.messenger().requests().empty()) {
                world_.ledger.violation("request never accepted: " + name(i));
            }
            for (size_t j : people_[i].befriends) check_pair(i, j);
        }
        if (world_.ledger.seal_count() == 0) {
            world_.ledger.violation("no encryption was observed: see seal_observer.cpp");
        }
        world_.ledger.check_delivery(world_.scheduler.now(), skew_max);
    }

    void check_pair(size_t i, size_t j) {
        const std::string pair = name(i) + " and " + name(j);
        const auto ours = contact_with(i, j);
        const auto theirs = contact_with(j, i);
        if (!ours || !theirs) return world_.ledger.violation("never became contacts: " + pair);
        const auto a =
            world_.clients[i]->messenger().epoch_authenticator_for_testing(ours->conversation);
        const auto b =
            world_.clients[j]->messenger().epoch_authenticator_for_testing(theirs->conversation);
        if (!a.ok() || !b.ok()) return world_.ledger.violation("no group between " + pair);
        if (*a != *b) {
            world_.ledger.violation("different epochs: " + pair + " at " +
                                    std::to_string(a->first) + " and " + std::to_string(b->first));
        }
    }

    std::optional<core::ContactView> contact_with(size_t i, size_t j) {
        const auto account = account_of(j);
        for (auto& contact : world_.clients[i]->messenger().contacts()) {
            if (account && contact.account == *account) return contact;
        }
        return std::nullopt;
    }

    bool knows(SimClient& client, size_t j) { return contact_with(client.index(), j).has_value(); }
    std::optional<core::AccountId> account_of(size_t j) {
        if (!world_.clients[j]->up()) return std::nullopt;
        auto view = world_.clients[j]->messenger().account();
        if (!view.ok()) return std::nullopt;
        return view->account;
    }
    std::optional<std::string> handle_of(size_t j) {
        if (!world_.clients[j]->up()) return std::nullopt;
        auto view = world_.clients[j]->messenger().account();
        if (!view.ok() || view->handles.empty()) return std::nullopt;
        if (world_.random.chance(0.3)) return view->link;
        return view->handles[0].name + "@" + view->handles[0].relay;
    }
    std::optional<size_t> index_of(const core::AccountId& account) {
        for (size_t j = 0; j < people_.size(); ++j) {
            if (const auto id = account_of(j)) known_[*id] = j;
        }
        const auto found = known_.find(account);
        return found == known_.end() ? std::nullopt : std::optional(found->second);
    }
    static std::string name(size_t i) { return "person" + std::to_string(i); }
    void unexpected(const std::string& what, Error error) {
        world_.ledger.violation(what + " failed: " + error_name(error.code) + " at " + error.where);
    }

    World world_;
    std::vector<Person> people_;
    std::map<size_t, uint64_t>
        operation_lives_;  // the life of the device that operations belong to
    std::map<core::AccountId, size_t> known_;
    bool trouble_ = false;
    bool talking_ = true;
    int messages_ = 0;
};

}  // namespace

RunReport report_of(const World& world) {
    RunReport out;
    out.seed = world.seed();
    out.violations = world.ledger.violations();
    out.steps = world.scheduler.steps();
    out.messages_sent = world.ledger.messages().size();
    out.messages_shown = world.ledger.shown_count();
    for (const auto& [id, message] : world.ledger.messages()) {
        if (message.acknowledged) ++out.messages_acknowledged;
    }
    return out;
}

RunReport run_seed(uint64_t seed, bool trace) { return Scenario(seed, trace).run(); }

}  // namespace mayfly::sim
