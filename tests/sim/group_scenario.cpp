// A run of one group: its members come, talk, change it, leave, are removed and come back while
// everything around them fails; then quiet. In the end all are in, in one epoch, and whoever
// stayed has seen all that was acknowledged.
#include <algorithm>

#include "core/conversation_state.h"
#include "tests/sim/scenario.h"

namespace mayfly::sim {
namespace {

constexpr uint64_t steps_max = 600'000;  // a run needs some 30,000; more is a livelock
constexpr Duration setup_time = Duration::minutes(10);  // more than it takes when nothing fails
constexpr Duration trouble_time = Duration::minutes(8);
constexpr Duration quiet_time = Duration::minutes(90);  // above every backoff and time-out
constexpr Duration think_time = Duration::milliseconds(900);
constexpr Duration patience = Duration::minutes(2);  // until somebody asks, or answers, again
constexpr size_t founder = 0;

enum class Standing : uint8_t { out, waiting, in, removed };

struct Member {
    core::AccountId account;
    uint64_t life = 0;  // of the device, when its operations began
    std::map<core::OperationId, core::MessageId> sending;
    Standing standing = Standing::out;  // as its device last showed it
    bool going = false;                 // it wanted to go or is to go, and still stands inside
    Time away_until;
    Time asked_at;     // by the founder
    Time answered_at;  // with a yes
};

class GroupScenario {
  public:
    GroupScenario(uint64_t seed, bool trace) : world_(seed, trace) {}

    RunReport run() {
        const size_t relay_count = 1 + world_.random.below(2);
        members_.resize(3 + world_.random.below(3));
        for (size_t i = 0; i < relay_count; ++i) world_.add_relay();
        for (size_t i = 0; i < members_.size(); ++i) world_.add_client();
        if (set_up()) live_through();
        return report_of(world_);
    }

  private:
    SimClient& client(size_t i) { return *world_.clients[i]; }
    core::Messenger& messenger(size_t i) { return client(i).messenger(); }
    Time now() const { return world_.scheduler.now(); }
    static std::string name(size_t i) { return "member" + std::to_string(i); }

    template <class Condition>
    bool until(const Condition& condition) {
        const Time end = now() + setup_time;
        while (!condition() && now() < end) {
            if (!world_.scheduler.run_until(now() + Duration::seconds(1), steps_max)) break;
        }
        if (condition()) return true;
        world_.ledger.violation("the setting up does not end");
        return false;
    }

    template <class Started>
    bool finish(size_t i, const std::string& what, Started started) {
        if (!started.ok()) {
            unexpected(what, started.error());
            return false;
        }
        client(i).perform(std::move(started->effects));
        return until([&] { return client(i).ended.contains(started->operation); });
    }

    // All have accounts and know the founder, whose group it is. Nothing fails yet.
    bool set_up() {
        for (size_t i = 0; i < members_.size(); ++i) {
            core::AccountOptions options;
            options.relays = {world_.relays[i % world_.relays.size()]->address()};
            options.display_name = name(i);
            auto made = messenger(i).create_account(options, client(i).now(), client(i).entropy());
            if (!made.ok()) return false;
            const core::OperationId operation = made->operation;
            client(i).perform(std::move(made->effects));
            client(i).perform(messenger(i).start(client(i).now()));
            if (!until([&] { return client(i).ended.contains(operation); })) return false;
            members_[i].account = messenger(i).account()->account;
        }
        for (size_t i = 1; i < members_.size(); ++i) {
            if (!befriend(i)) return false;
        }
        core::ConversationState state;
        state.name = "Group";
        const auto kind = world_.random.chance(0.3) ? core::ConversationKind::room
                                                    : core::ConversationKind::group;
        auto made = messenger(founder).create_group(kind, state, client(founder).now(),
                                                    client(founder).entropy());
        if (made.ok()) group_ = made->conversation;
        return finish(founder, "create_group", std::move(made));
    }

    bool befriend(size_t i) {
        const std::string link = messenger(i).account()->link;
        if (!finish(founder, "add_contact",
                    messenger(founder).add_contact(link, client(founder).now(),
                                                   client(founder).entropy()))) {
            return false;
        }
        if (!until([&] { return !messenger(i).requests().empty(); })) return false;
        return finish(i, "accept_request",
                      messenger(i).accept_request(members_[founder].account, client(i).now(),
                                                  client(i).entropy()));
    }

    void live_through() {
        if (world_.random.chance(0.5)) {
            world_.start_trouble();
            trouble_ = true;
        }
        for (size_t i = 0; i < members_.size(); ++i) live(i);
        const auto pass = [&](Duration time) {
            return world_.scheduler.run_until(now() + time, steps_max);
        };
        bool alive = pass(Duration::minutes(2));
        world_.start_trouble();
        trouble_ = true;
        alive = alive && pass(trouble_time);
        trouble_ = false;
        talking_ = false;
        world_.heal();
        alive = alive && pass(quiet_time);
        if (!alive) world_.ledger.violation("livelock: too many steps");
        check_end();
    }

    void live(size_t i) {
        const int64_t pause = talking_ ? world_.random.between(10, 2 * think_time.ms) : 5'000;
        world_.scheduler.after(Duration::milliseconds(pause), [this, i] {
            if (client(i).up()) act(i);
            live(i);
        });
    }

    void act(size_t i) {
        collect_results(i);
        look(i);
        if (come_or_go(i)) return;
        if (i == founder && invite_somebody()) return;
        if (!talking_) return take(i);
        Random& random = world_.random;
        const uint64_t dice = random.below(100);
        if (dice < 35) return say(i);
        if (dice < 65) return take(i);
        if (dice < 69) return change(i);
        if (dice < 71) return commit_quarrel(i);
        if (dice < 72) return leave(i);
        if (dice < 73 && i == founder) return remove_somebody();
        if (trouble_ && dice < 76) return client(i).crash();
        if (trouble_ && dice < 77) return crash_relay();
        if (trouble_ && dice < 79) return part(i);
    }

    void collect_results(size_t i) {
        Member& member = members_[i];
        if (std::exchange(member.life, client(i).life()) != client(i).life()) {
            member.sending.clear();  // whoever ran the command does not know how it ended
        }
        for (const auto& [operation, status] : client(i).ended) {
            const auto found = member.sending.find(operation);
            if (found == member.sending.end()) continue;
            if (status.ok()) world_.ledger.acknowledged(found->second);
            member.sending.erase(found);
        }
    }

    void look(size_t i) {
        Member& member = members_[i];
        member.standing = Standing::out;
        for (const core::ConversationView& view : messenger(i).conversations()) {
            if (view.conversation != group_) continue;
            member.standing = view.joining  ? Standing::waiting
                              : view.closed ? Standing::removed
                                            : Standing::in;
        }
        if (member.standing != Standing::in) member.going = false;
    }

    // What the present standing calls for.
    bool come_or_go(size_t i) {
        Member& member = members_[i];
        if (member.standing == Standing::removed) {
            start_leaving(i);
            return true;
        }
        const bool again = now() - member.answered_at > patience;
        const bool offered = member.standing == Standing::out && !messenger(i).offers().empty();
        if (!offered && !(member.standing == Standing::waiting && again)) return false;
        member.answered_at = now();
        auto started = messenger(i).accept_offer(group_, client(i).now(), client(i).entropy());
        if (!started.ok()) {
            unexpected("accept_offer", started.error());
            return false;
        }
        world_.trace(name(i) + " says yes");
        client(i).perform(std::move(started->effects));
        return true;
    }

    bool is_listed(size_t at, size_t who) {
        const auto list = messenger(at).members(group_);
        return list.ok() && std::any_of(list->begin(), list->end(), [&](const auto& view) {
                   return view.account == members_[who].account;
               });
    }

    bool invite_somebody() {
        for (size_t j = 1; j < members_.size(); ++j) {
            Member& member = members_[j];
            const bool wanted = now() >= member.away_until && now() - member.asked_at > patience;
            if (!wanted || is_listed(founder, j)) continue;
            member.asked_at = now();
            auto started = messenger(founder).invite(group_, member.account, client(founder).now(),
                                                     client(founder).entropy());
            if (!started.ok()) {
                unexpected("invite", started.error());
                return false;
            }
            world_.trace("founder invites " + name(j));
            client(founder).perform(std::move(started->effects));
            return true;
        }
        return false;
    }

    // Those who must see what i says now: they are in, i knows it, and they stay.
    std::set<size_t> audience(size_t i) {
        std::set<size_t> out;
        for (size_t j = 0; j < members_.size(); ++j) {
            const Member& member = members_[j];
            const bool stays = member.standing == Standing::in && !member.going;
            if (j != i && stays && is_listed(i, j)) out.insert(j);
        }
        return out;
    }

    void say(size_t i) {
        if (members_[i].standing != Standing::in) return;
        core::SendOptions options;
        if (world_.random.chance(0.1)) {
            options.expiration = Duration::seconds(world_.random.between(3, 600));
        }
        const std::string text =
            "message " + std::to_string(++messages_) + " of seed " + std::to_string(world_.seed());
        auto started = messenger(i).send_text(group_, as_bytes(text), options, client(i).now(),
                                              client(i).entropy());
        if (!started.ok()) return unexpected("send_text", started.error());
        Ledger::Sent sent;
        sent.sender = i;
        for (size_t j = 0; j < members_.size(); ++j) {
            if (j != i) sent.recipients.insert(j);
        }
        sent.awaited = audience(i);
        sent.text = text;
        sent.sent_at = now();
        sent.expires_at = sent.sent_at + options.expiration.value_or(core::expiration_default);
        world_.ledger.sent(started->id, std::move(sent));
        members_[i].sending[started->operation] = started->id;
        world_.trace(name(i) + " says " + core::text_of(started->id));
        client(i).perform(std::move(started->effects));
    }

    void take(size_t i) {
        auto taken = messenger(i).take_new_messages(100, client(i).now());
        if (!taken.ok()) return unexpected("take_new_messages", taken.error());
        const Time at = client(i).now();
        const bool shown = client(i).perform(std::move(taken->second));
        for (const auto& view : taken->first) {
            world_.trace(name(i) + (shown ? " reads " : " loses ") + core::text_of(view.id));
            if (shown) {
                world_.ledger.shown(i, view, at, skew_max);
            } else {
                world_.ledger.lost_at_the_screen(i, view.id);
            }
        }
    }

    void change_topic(size_t i) {
        core::StateChange change;
        change.topic = "topic " + std::to_string(++messages_);
        auto started =
            messenger(i).change_conversation(group_, change, client(i).now(), client(i).entropy());
        // In a room only the founder may.
        if (!started.ok() && started.code() == ErrorCode::not_authorized) return;
        if (!started.ok()) return unexpected("change_conversation", started.error());
        world_.trace(name(i) + " changes the topic");
        client(i).perform(std::move(started->effects));
    }

    void change(size_t i) {
        if (members_[i].standing == Standing::in) change_topic(i);
    }

    // Several commit at the same moment.
    void commit_quarrel(size_t i) {
        change(i);
        for (size_t j = 0; j < members_.size(); ++j) {
            if (j == i || !client(j).up() || world_.random.chance(0.5)) continue;
            look(j);
            change(j);
        }
    }

    void gone(size_t i) {
        members_[i].going = true;
        members_[i].away_until = now() + Duration::seconds(world_.random.between(10, 120));
        world_.ledger.departed(i);
    }

    void start_leaving(size_t i) {
        gone(i);
        auto started = messenger(i).leave(group_, client(i).now(), client(i).entropy());
        if (!started.ok()) return unexpected("leave", started.error());
        world_.trace(name(i) + " leaves");
        client(i).perform(std::move(started->effects));
    }

    void leave(size_t i) {
        if (i != founder && members_[i].standing == Standing::in) start_leaving(i);
    }

    void remove_somebody() {
        const size_t j = 1 + world_.random.below(members_.size() - 1);
        if (!is_listed(founder, j)) return;
        gone(j);
        auto started = messenger(founder).remove_member(
            group_, members_[j].account, client(founder).now(), client(founder).entropy());
        if (!started.ok()) return unexpected("remove_member", started.error());
        world_.trace("founder removes " + name(j));
        client(founder).perform(std::move(started->effects));
    }

    void crash_relay() {
        SimRelay& relay = *world_.relays[world_.random.below(world_.relays.size())];
        if (relay.up()) relay.crash();
    }

    void part(size_t i) {
        const size_t relay = world_.random.below(world_.relays.size());
        world_.partition(i, relay, true);
        world_.scheduler.after(Duration::seconds(world_.random.between(1, 60)),
                               [this, i, relay] { world_.partition(i, relay, false); });
    }

    void check_end() {
        std::set<std::pair<uint64_t, Bytes>> epochs;
        for (size_t i = 0; i < members_.size(); ++i) {
            if (!client(i).up()) continue;
            collect_results(i);
            look(i);
            take(i);
            if (!messenger(i).outbox_empty()) {
                world_.ledger.violation("outbox not empty in the end: " + name(i));
            }
            if (members_[i].standing != Standing::in || !is_listed(founder, i)) {
                world_.ledger.violation("not in the group in the end: " + name(i));
                continue;
            }
            const auto epoch = messenger(i).epoch_authenticator_for_testing(group_);
            if (!epoch.ok()) {
                unexpected("epoch of " + name(i), epoch.error());
                continue;
            }
            world_.trace(name(i) + " ends in epoch " + std::to_string(epoch->first));
            epochs.insert(*epoch);
        }
        if (epochs.size() > 1) world_.ledger.violation("members end in different epochs");
        world_.ledger.check_delivery(now(), skew_max);
    }

    void unexpected(const std::string& what, Error error) {
        world_.trace(what + " failed: " + error_name(error.code));
        world_.ledger.violation(what + " failed: " + error_name(error.code) + " at " + error.where);
    }

    World world_;
    std::vector<Member> members_;
    core::ConversationId group_;
    bool trouble_ = false;
    bool talking_ = true;
    int messages_ = 0;
};

}  // namespace

RunReport run_group_seed(uint64_t seed, bool trace) { return GroupScenario(seed, trace).run(); }

}  // namespace mayfly::sim
