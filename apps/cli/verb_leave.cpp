// Taking one's data along, and leaving for good.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "confirm.h"
#include "i18n/tr.h"
#include "store/key_change.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

// ExportFolder is a new directory; until keep it is removed again with what was put into it.
class ExportFolder {
  public:
    static Result<ExportFolder> create(const std::string& path) {
        if (::mkdir(path.c_str(), 0700) == 0) return ExportFolder(path);
        if (errno == EEXIST) return MAYFLY_ERROR(already_exists);
        return store::error_of_errno(errno);
    }
    ExportFolder(ExportFolder&& other) noexcept
        : path_(std::exchange(other.path_, {})), files_(std::move(other.files_)) {}
    ExportFolder& operator=(ExportFolder&&) = delete;
    ~ExportFolder() {
        if (path_.empty()) return;
        for (const std::string& file : files_) ::unlink(file.c_str());
        ::rmdir(path_.c_str());
    }
    Status write(const std::string& name, const OutputText& content) {
        files_.push_back(path_ + "/" + name);
        return store::create_file(files_.back(), as_bytes(content.view()));
    }
    void keep() { path_.clear(); }

  private:
    explicit ExportFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
    std::vector<std::string> files_;
};

Status write_all(core::Messenger& messenger, ExportFolder& folder, size_t& message_count) {
    const Time now = wall_clock_now();
    OutputText account;
    TRY_ASSIGN(const core::AccountView view, messenger.account());
    TRY_ASSIGN(const Bytes record, messenger.account_record());
    show_account(account, true, view, {});
    JsonLine(account, "account_record").text("record", to_base64url(record));
    TRY(folder.write("account.jsonl", account));
    OutputText contacts;
    for (const core::ContactView& contact : messenger.contacts()) {
        show_contact(contacts, true, contact);
    }
    for (const core::BlockedView& blocked : messenger.blocked()) {
        show_blocked(contacts, true, blocked);
    }
    TRY(folder.write("contacts.jsonl", contacts));
    OutputText conversations;
    OutputText messages;
    for (const core::ConversationView& place : messenger.conversations()) {
        show_conversation(conversations, true, place);
        if (const auto members = messenger.members(place.conversation); members.ok()) {
            for (const core::MemberView& member : *members) {
                show_member(conversations, true, place.conversation, member);
            }
        }
        TRY_ASSIGN(const auto alive, messenger.messages(place.conversation, now));
        for (const core::MessageView& message : alive) {
            show_message(messages, true, messenger, message, now);
        }
        message_count += alive.size();
    }
    TRY(folder.write("conversations.jsonl", conversations));
    return folder.write("messages.jsonl", messages);
}

std::string names_of(const std::vector<std::string>& relays) {
    std::string out;
    for (const std::string& relay : relays) out += (out.empty() ? "" : ", ") + relay;
    return out;
}

}  // namespace

Outcome run_export(Context& context) {
    const std::string& path = context.command.target;
    TRY_OUTCOME(
        confirm(context, tr("The export is readable by whoever gets hold of it, and nothing "
                            "in it burns or expires.")));
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->sweep());
    auto folder = ExportFolder::create(path);
    if (!folder.ok() && folder.code() == ErrorCode::already_exists) {
        return Failure{folder.code(), path,
                       tr("nothing was changed; name a directory that is not there")};
    }
    TRY(folder);
    size_t message_count = 0;
    TRY(write_all(session->messenger(), *folder, message_count));
    if (context.command.json) {
        JsonLine(context.out, "exported")
            .text("directory", path)
            .number("messages", static_cast<int64_t>(message_count));
    } else {
        context.out.append(path + "\n");
    }
    TRY(context.show());
    folder->keep();
    return {};
}

Outcome run_account_delete(Context& context) {
    TRY_OUTCOME(
        confirm(context, tr("This deletes the account at its relays and in {1}, with all messages "
                            "and contacts, for good.",
                            context.home)));
    TRY_ASSIGN(const auto session, open_session(context));
    TRY_ASSIGN(const core::AccountView account, session->messenger().account());
    TRY(session->go_online());
    TRY_ASSIGN(auto started,
               session->messenger().delete_account(wall_clock_now(), session->entropy()));
    TRY(session->perform(std::move(started.effects)));
    const Outcome ended = finish_operation(context, *session, started.operation);
    if (!ended.ok()) {
        Failure failure = ended.failure();
        const auto left = session->messenger().relays_to_tell();
        failure.detail =
            tr("not deleted yet at {1}", names_of(left.value_or(std::vector<std::string>())));
        failure.hint =
            tr("messages and contacts are gone from this device; mayfly account delete "
               "tries again, mayfly wipe gives up on the rest");
        return failure;
    }
    session->close();
    TRY(store::wipe_home(context.home));
    if (context.command.json) {
        JsonLine(context.out, "deleted").text("account", core::text_of(account.account));
    } else {
        context.out.append(core::text_of(account.account) + "\n");
    }
    TRY(context.show());
    return {};
}

}  // namespace mayfly::cli
