// Files: sending, fetching, going on with both.
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/attachment.h"
#include "core/image_metadata.h"
#include "i18n/tr.h"
#include "progress.h"
#include "thumbnail.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

// A transfer that has not moved for this long is given up; one that moves may take its time.
constexpr Duration stall_timeout = Duration::seconds(30);

constexpr const char* going_on =
    MAYFLY_N("what is there stays there: mayfly resume goes on, mayfly recall ID ends it");

std::string base_name(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string absolute(const std::string& path) {
    if (path.starts_with("/")) return path;
    char folder[PATH_MAX];
    if (::getcwd(folder, sizeof folder) == nullptr) return {};
    return std::string(folder) + "/" + path;
}

// What a stranger calls a file, made a name that stays in its folder, is not hidden and fits with
// what a draft adds.
std::string safe_name(const std::string& name) {
    constexpr size_t size_max = 200;
    std::string out;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        out += c == '/' || c == '\\' || byte < 0x20 || byte == 0x7f ? '_' : c;
    }
    if (out.empty() || out[0] == '.') out.insert(0, "_");
    // A cut inside a UTF-8 sequence takes the whole sequence.
    size_t size = std::min(out.size(), size_max);
    while (size < out.size() && (static_cast<unsigned char>(out[size]) & 0xc0) == 0x80) --size;
    return out.substr(0, size);
}

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

Failure unreadable(ErrorCode code, const std::string& path, const char* hint = "") {
    return {code, path, hint};
}

Outcome describe_image(Session& session, const std::string& path, uint64_t size_bytes,
                       core::FileOffer& offer) {
    auto stripped = core::strip_metadata(session.files(), offer.source, size_bytes);
    if (!stripped.ok()) {
        return unreadable(
            stripped.code(), path,
            tr("the image is damaged and its metadata cannot be left out; --as-is sends "
               "it as it is"));
    }
    if (stripped->type.empty()) return {};
    offer.type = stripped->type;
    offer.pieces = std::move(stripped->pieces);
    offer.thumbnail =
        make_thumbnail(path, stripped->type, stripped->orientation, core::thumbnail_size_bytes_max);
    return {};
}

Outcome make_offer(const Command& command, Session& session, core::FileOffer& offer) {
    const std::string& path = command.text;
    char resolved[PATH_MAX];
    if (::realpath(path.c_str(), resolved) == nullptr) {
        return unreadable(ErrorCode::file_unreadable, path);
    }
    offer.source = resolved;
    offer.name = safe_name(base_name(path));
    offer.type = "application/octet-stream";
    const auto source = session.files().inspect(offer.source);
    if (!source.ok()) return unreadable(source.code(), path);
    if (source->size_bytes > core::file_size_bytes_max) {
        return unreadable(ErrorCode::input_too_large, path, tr("a file may have 5 GiB"));
    }
    if (command.verb == Verb::send_voice) {
        const auto duration =
            core::opus_duration_ms(session.files(), offer.source, source->size_bytes);
        if (!duration.ok()) {
            return unreadable(
                duration.code(), path,
                tr("a voice memo is Opus in Ogg, an hour at most; send-file takes all"));
        }
        offer.type = "audio/ogg";
        offer.duration_ms = *duration;
        return {};
    }
    if (command.as_is) return {};
    return describe_image(session, path, source->size_bytes, offer);
}

// Where a download goes: the path given, or the sender's name for it in the folder given or here.
Outcome find_target(const Command& command, const core::FileView& file, std::string& target) {
    const std::string given = command.to.empty() ? "." : command.to;
    struct stat status {};
    const bool is_folder = ::stat(given.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    const std::string path = is_folder ? given + "/" + safe_name(file.name) : given;
    const std::string folder = folder_of(path);
    char resolved[PATH_MAX];
    if (::realpath(folder.c_str(), resolved) == nullptr) {
        return Failure{ErrorCode::storage_failed, folder, tr("there is no such folder")};
    }
    target = absolute(std::string(resolved) + "/" + base_name(path));
    return {};
}

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
    TRY_OUTCOME(make_offer(command, *session, offer));
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
    TRY_OUTCOME(find_target(command, *message->file, target));
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
