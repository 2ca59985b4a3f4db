// Files: sending, fetching, going on with both.
#include "file_offer.h"
#include "i18n/tr.h"
#include "progress.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

// A transfer that has not moved for this long is given up; one that moves may take its time.
constexpr Duration stall_timeout = Duration::seconds(30);

constexpr const char* going_on =
    MAYFLY_N("what is there stays there: mayfly resume goes on, mayfly recall ID ends it");

// watch runs the session until `done`, as long as bytes move. It shows how far they are.
class Watch {
  public:
    Watch(Context& context, Session& session)
        : session_(session), bar_(!context.command.json), timeout_(context.command.timeout) {
        session_.on_event([this](const core::Event& event) { note(event); });
    }
    ~Watch() { session_.on_event({}); }

    Result<Session::Ended> run(const std::function<bool()>& done) {
        const Time began = monotonic_now();
        moved_at_ = began;
        while (true) {
            Time deadline = moved_at_ + stall_timeout;
            if (timeout_) deadline = began + *timeout_;
            TRY_ASSIGN(const Session::Ended ended, session_.run(done, deadline));
            const bool moves = !timeout_ && moved_at_ + stall_timeout > deadline;
            if (ended != Session::Ended::timed_out || !moves) {
                bar_.end();
                return ended;
            }
        }
    }
    std::optional<Status> result_of(core::OperationId operation) const {
        const auto found = results_.find(operation);
        if (found == results_.end()) return std::nullopt;
        return found->second;
    }
    bool moved() const { return moved_; }

  private:
    void note(const core::Event& event) {
        if (const auto* progress = std::get_if<core::TransferProgress>(&event)) {
            moved_at_ = monotonic_now();
            moved_ = moved_ || progress->done_bytes > 0;
            bar_.show(*progress);
        } else if (const auto* ended = std::get_if<core::OperationEnded>(&event)) {
            results_.insert_or_assign(ended->operation, ended->result);
        }
    }

    Session& session_;
    ProgressBar bar_;
    std::optional<Duration> timeout_;
    std::map<core::OperationId, Status> results_;
    Time moved_at_;
    bool moved_ = false;
};

Failure stopped(const Session& session, Session::Ended ended, const char* hint) {
    Failure failure = failure_of(session, ended);
    failure.hint = hint;
    return failure;
}

}  // namespace

Outcome run_send_file(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    core::ConversationView place;
    TRY_OUTCOME(find_place(context, *session, place));
    core::SendOptions options;
    TRY_OUTCOME(send_options(command, place, options));
    core::FileOffer offer;
    const OfferKind kind = command.verb == Verb::send_voice ? OfferKind::voice
                           : command.as_is                  ? OfferKind::as_is
                                                            : OfferKind::file;
    TRY_OUTCOME(make_offer(command.text, kind, session->files(), offer));
    TRY(session->go_online());
    Watch watch(context, *session);
    auto started = session->messenger().send_file(place.conversation, offer, options,
                                                  wall_clock_now(), session->entropy());
    if (!started.ok()) return refusal_in(place, started.code());
    TRY(session->perform(std::move(started->effects)));
    const auto result = [&] { return watch.result_of(started->operation); };
    TRY_ASSIGN(const Session::Ended ended, watch.run([&] { return result().has_value(); }));
    if (ended != Session::Ended::done) {
        // Nobody wants to send half a file twice; what never began is taken back like a text.
        if (watch.moved()) return stopped(*session, ended, tr(going_on));
        return take_back(*session, started->id, failure_of(*session, ended));
    }
    if (!result()->ok()) return Failure{result()->code(), command.text, ""};
    if (command.json) {
        JsonLine(context.out, "sent")
            .text("id", core::text_of(started->id))
            .text("conversation", core::text_of(place.conversation));
    } else {
        context.out.append(core::text_of(started->id) + "\n");
    }
    TRY(context.show());
    return flush_outbox(*session);
}

Outcome run_download(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const auto session, open_session(context));
    const auto message = session->messenger().find_message(command.target, wall_clock_now());
    if (!message.ok()) return Failure{message.code(), command.target, ""};
    if (!message->file) return Failure{ErrorCode::not_a_file, command.target, ""};
    std::string target;
    TRY_OUTCOME(find_target(command.to, message->file->name, target));
    TRY(session->go_online());
    Watch watch(context, *session);
    auto started =
        session->messenger().download(message->id, target, wall_clock_now(), session->entropy());
    if (!started.ok()) return Failure{started.code(), target, ""};
    TRY(session->perform(std::move(started->effects)));
    const auto result = [&] { return watch.result_of(started->operation); };
    TRY_ASSIGN(const Session::Ended ended, watch.run([&] { return result().has_value(); }));
    if (ended != Session::Ended::done) {
        return stopped(*session, ended, tr("the same command, or mayfly resume, goes on with it"));
    }
    if (!result()->ok()) return Failure{result()->code(), target, ""};
    if (command.json) {
        JsonLine(context.out, "downloaded")
            .text("id", core::text_of(message->id))
            .text("path", target)
            .number("size", static_cast<int64_t>(message->file->size_bytes));
    } else {
        append_printable(context.out, as_bytes(target));
        context.out.append("\n");
    }
    TRY(context.show());
    return {};
}

Outcome run_resume(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    core::Messenger& messenger = session->messenger();
    const size_t count = messenger.transfers_under_way();
    TRY(session->go_online());
    Watch watch(context, *session);
    const auto done = [&] {
        return messenger.transfers_under_way() == 0 && messenger.outbox_empty();
    };
    TRY_ASSIGN(const Session::Ended ended, watch.run(done));
    if (ended != Session::Ended::done) return stopped(*session, ended, tr(going_on));
    if (context.command.json) {
        JsonLine(context.out, "resumed").number("transfers", static_cast<int64_t>(count));
    } else {
        const std::string text =
            count == 0 ? tr("nothing was interrupted") : trn("{1} done", "{1} done", count);
        context.out.append(text + "\n");
    }
    TRY(context.show());
    return {};
}

}  // namespace mayfly::cli
