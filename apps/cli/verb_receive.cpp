#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "i18n/tr.h"
#include "idle_lock.h"
#include "passphrase.h"
#include "printing.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

constexpr size_t batch_size_max = 100;  // messages marked as shown, and written, at once

// Receiver prints what is new, each message once: it is marked as shown, durably, before it is
// printed, and noted so that a process killed in between does not lose it.
class Receiver {
  public:
    explicit Receiver(Context& context) : context_(context), note_(context.home) {}

    void attach(Session& session) {
        session.on_event([this, &session](const core::Event& event) {
            if (std::holds_alternative<core::MessageArrived>(event)) arrived_ = true;
            if (const auto* alarm = std::get_if<core::TrustAlarm>(&event)) warn(alarm->contact);
            if (const auto* request = std::get_if<core::RequestArrived>(&event)) {
                announce(request->request);
            }
            if (const auto* offer = std::get_if<core::OfferArrived>(&event)) {
                announce(offer->offer);
            }
            if (const auto* change = std::get_if<core::ConversationChanged>(&event)) {
                note_change(session.messenger(), *change);
            }
            if (context_.command.follow) follow(session.messenger(), event);
        });
    }
    // Messages may wait from before: an accepted request, a process that died.
    void look() { arrived_ = true; }
    // Changes of groups wait until everything was taken in: names of who came are on the way.
    bool has_news(const Session& session) const {
        return arrived_ || !notices_.empty() || !changed_.empty() ||
               (!changes_.empty() && session.caught_up());
    }
    size_t shown() const { return shown_; }

    Outcome print(Session& session) {
        arrived_ = false;
        size_t taken_count = batch_size_max;
        while (taken_count == batch_size_max) {
            const Time now = wall_clock_now();
            TRY_ASSIGN(auto taken, session.messenger().take_new_messages(batch_size_max, now));
            taken_count = taken.first.size();
            std::vector<core::MessageView> messages = left_over(session, taken.first, now);
            std::move(taken.first.begin(), taken.first.end(), std::back_inserter(messages));
            std::vector<core::MessageId> ids;
            for (const core::MessageView& message : messages) ids.push_back(message.id);
            if (!ids.empty()) TRY(note_.begin(ids));
            TRY(session.perform(std::move(taken.second)));
            for (const core::MessageView& message : messages) {
                show_message(context_.out, context_.command.json, session.messenger(), message,
                             now);
            }
            TRY(context_.show());
            if (!ids.empty()) note_.end();
            shown_ += messages.size();
        }
        TRY(print_changed(session));
        for (const core::ConversationChanged& change : std::exchange(changes_, {})) {
            show_change(notices_, context_.command.json, session.messenger(), change);
        }
        if (notices_.empty()) return {};
        TRY(notices_.write_to(context_.command.json ? STDOUT_FILENO : STDERR_FILENO));
        return {};
    }

  private:
    // What a killed process had marked and not printed; what it had not even marked is taken anew.
    std::vector<core::MessageView> left_over(Session& session,
                                             const std::vector<core::MessageView>& taken,
                                             Time now) {
        std::vector<core::MessageView> out;
        if (std::exchange(left_over_done_, true)) return out;
        for (const core::MessageId& id : note_.left_over()) {
            const bool is_taken = std::any_of(
                taken.begin(), taken.end(), [&](const auto& message) { return message.id == id; });
            auto message = session.messenger().find_message(core::text_of(id), now);
            if (!is_taken && message.ok()) out.push_back(std::move(message).value());
        }
        return out;
    }

    void follow(const core::Messenger& messenger, const core::Event& event) {
        if (const auto* changed = std::get_if<core::MessageChanged>(&event)) {
            changed_.insert(changed->id);
        } else if (const auto* synced = std::get_if<core::MessageSynced>(&event)) {
            changed_.insert(synced->id);
        } else if (const auto* gone = std::get_if<core::MessageGone>(&event)) {
            if (gone->given && context_.command.json) {
                JsonLine(notices_, "gone").text("id", core::text_of(gone->id));
            }
        } else if (const auto* typing = std::get_if<core::TypingChanged>(&event)) {
            show_typing(notices_, context_.command.json, messenger, *typing);
        }
    }

    // What changed of messages that were printed before is printed once more, and what another
    // device of ours sent is printed as it comes.
    Status print_changed(Session& session) {
        const Time now = wall_clock_now();
        for (const core::MessageId& id : std::exchange(changed_, {})) {
            const auto message = session.messenger().find_message(core::text_of(id), now);
            if (!message.ok()) continue;
            show_message(context_.out, context_.command.json, session.messenger(), *message, now);
        }
        return context_.show();
    }

    void warn(const core::ContactView& contact) {
        if (!context_.command.json) notices_.append(tr("mayfly: WARNING:\n"));
        show_contact(notices_, context_.command.json, contact);
    }
    void announce(const core::RequestView& request) {
        shown_++;
        show_request(notices_, context_.command.json, request);
        if (!context_.command.json) {
            const std::string id = core::text_of(request.account);
            notices_.append("    " + tr("accept with: {1}", "mayfly contact accept " + id) + "\n");
        }
    }

    void announce(const core::OfferView& offer) {
        shown_++;
        show_offer(notices_, context_.command.json, offer);
        if (!context_.command.json) {
            const std::string id = core::text_of(offer.conversation);
            notices_.append("    " + tr("join with: {1}", "mayfly group join " + id) + "\n");
        }
    }

    // Only what happens to us is worth ending a wait for.
    void note_change(const core::Messenger& messenger, const core::ConversationChanged& change) {
        const auto account = messenger.account();
        const bool added = account.ok() && std::find(change.added.begin(), change.added.end(),
                                                     account->account) != change.added.end();
        if (added || change.removed_us) shown_++;
        changes_.push_back(change);
    }

    Context& context_;
    PrintingNote note_;
    OutputText notices_;  // requests, offers, changes, who types
    std::vector<core::ConversationChanged> changes_;
    std::set<core::MessageId> changed_;
    bool left_over_done_ = false;
    bool arrived_ = false;
    size_t shown_ = 0;
};

// Takes what waits; with --timeout also waits for the first thing to come.
Outcome receive_once(Context& context, Session& session, Receiver& receiver) {
    const bool waits = context.command.timeout.has_value();
    const Time deadline = deadline_of(context, network_timeout_default);
    receiver.look();
    Session::Ended ended = Session::Ended::done;
    while (ended == Session::Ended::done) {
        TRY_OUTCOME(receiver.print(session));
        if (session.caught_up() && (!waits || receiver.shown() > 0)) break;
        const auto news = [&] {
            return receiver.has_news(session) ||
                   (session.caught_up() && (!waits || receiver.shown() > 0));
        };
        TRY_ASSIGN(ended, session.run(news, deadline));
    }
    TRY_OUTCOME(receiver.print(session));
    const bool time_is_up = ended == Session::Ended::timed_out && session.reached_any() &&
                            (waits || session.caught_up_at_home());
    if (ended != Session::Ended::done && !time_is_up) return failure_of(session, ended);
    TRY_OUTCOME(flush_outbox(session));
    return receiver.print(session);  // whom we let in
}

// Prints as messages come, and lets other processes use the home in between. Ends when `idle` is
// due.
Outcome receive_following(Context& context, Session& session, Receiver& receiver,
                          std::optional<Time> end, IdleLock& idle) {
    while (true) {
        receiver.look();
        Session::Ended ended = Session::Ended::done;
        while (ended == Session::Ended::done) {
            const size_t shown = receiver.shown();
            TRY_OUTCOME(receiver.print(session));
            if (receiver.shown() != shown) idle.touch(monotonic_now());
            TRY_ASSIGN(ended, session.run([&] { return receiver.has_news(session); },
                                          idle.before(end), true));
        }
        TRY_OUTCOME(receiver.print(session));
        if (ended == Session::Ended::untrusted || ended == Session::Ended::shut_out)
            return failure_of(session, ended);
        if (ended != Session::Ended::wanted) return {};
        session.close();
        const Status opened = session.open(std::nullopt);
        if (!opened.ok() && context.interrupt.pending()) return {};
        TRY(opened);
        TRY(session.go_online());
    }
}

}  // namespace

Outcome run_receive(Context& context) {
    const bool follows = context.command.follow;
    std::optional<store::FollowLock> follow_lock;
    if (follows) {
        TRY(store::store_protection(context.home));
        auto locked = store::FollowLock::acquire(context.home);
        if (!locked.ok() && locked.code() == ErrorCode::store_locked) {
            return Failure{ErrorCode::store_locked, tr("another receive --follow is running"), ""};
        }
        TRY(locked);
        follow_lock = std::move(locked).value();
    }
    IdleLock idle(context.command.lock_after, monotonic_now());
    std::optional<Time> end;
    if (context.command.timeout) end = monotonic_now() + *context.command.timeout;
    while (true) {
        auto session = open_session(context);
        TRY(session);
        Receiver receiver(context);
        receiver.attach(**session);
        TRY((*session)->go_online());
        if (!follows) return receive_once(context, **session, receiver);
        idle.touch(monotonic_now());
        TRY_OUTCOME(receive_following(context, **session, receiver, end, idle));
        const Time now = monotonic_now();
        if (!idle.due(now) || (end && now >= *end) || context.interrupt.pending()) return {};
        // The keys go here; who wants to go on types the passphrase again.
        session->reset();
        notice(context, tr("locked: nothing came for {1}", span_text(*context.command.lock_after)));
        if (!context.command.passphrase_file.empty() || !can_ask_passphrase()) return {};
    }
}

}  // namespace mayfly::cli
