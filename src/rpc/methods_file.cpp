// Methods of files: sending and fetching. The files themselves are the host's.
#include "core/attachment.h"
#include "core/file_metadata.h"
#include "rpc/method_fields.h"

namespace mayfly::rpc {
namespace {

using enum Type;

constexpr Field file_field{"file", text, "absolute path; in a browser what the engine calls it"};
constexpr Field name_field{"name", text, "what others see; not given: the end of `file`", false};

// source_of finds the file that is to be sent.
Result<core::FilePort::Source> source_of(const Call& call, core::FileOffer& offer) {
    core::FilePort* files = call.account.files();
    ENSURE(files != nullptr, file_unreadable);
    const std::string_view file = call.text("file");
    ENSURE(call.account.is_file_name(file), invalid_argument);
    offer.source = file;
    offer.name = call.has("name") ? call.text("name") : file.substr(file.rfind('/') + 1);
    offer.type = call.has("type") ? call.text("type") : "application/octet-stream";
    TRY_ASSIGN(const core::FilePort::Source source, files->inspect(offer.source));
    ENSURE(source.size_bytes <= core::file_size_bytes_max, input_too_large);
    return source;
}

Status add_thumbnail(const Call& call, core::FileOffer& offer) {
    if (!call.has("thumbnail")) return {};
    const auto thumbnail = from_base64url(call.text("thumbnail"));
    ENSURE(thumbnail.has_value(), invalid_argument);
    ENSURE(thumbnail->size() <= core::thumbnail_size_bytes_max, input_too_large);
    offer.thumbnail = SecretBuffer(*thumbnail);
    return {};
}

Result<Answer> send_offer(Call& call, const core::FileOffer& offer) {
    TRY_ASSIGN(const core::ConversationId conversation, conversation_of(call));
    return answer_sent(call,
                       call.messenger.send_file(conversation, offer, send_options(call), call.now,
                                                call.account.entropy()),
                       conversation);
}

Status leave_out_metadata(const Call& call, uint64_t size_bytes, core::FileOffer& offer) {
    TRY_ASSIGN(core::StrippedFile stripped,
               core::strip_metadata(*call.account.files(), offer.source, size_bytes));
    offer.pieces = std::move(stripped.pieces);
    if (!stripped.type.empty()) offer.type = std::move(stripped.type);
    return {};
}

Result<Answer> send_file(Call& call) {
    core::FileOffer offer;
    TRY_ASSIGN(const core::FilePort::Source source, source_of(call, offer));
    TRY(add_thumbnail(call, offer));
    if (!call.boolean("as_is")) TRY(leave_out_metadata(call, source.size_bytes, offer));
    return send_offer(call, offer);
}

Result<Answer> send_voice(Call& call) {
    core::FileOffer offer;
    TRY_ASSIGN(const core::FilePort::Source source, source_of(call, offer));
    if (call.has("duration_ms")) {
        offer.duration_ms = static_cast<uint32_t>(call.integer("duration_ms", 0));
    } else {
        TRY_ASSIGN(offer.duration_ms,
                   core::opus_duration_ms(*call.account.files(), offer.source, source.size_bytes));
    }
    TRY(leave_out_metadata(call, source.size_bytes, offer));
    return send_offer(call, offer);
}

Result<Answer> download(Call& call) {
    ENSURE(call.account.files() != nullptr, file_unreadable);
    TRY_ASSIGN(const core::MessageView message, message_named(call));
    ENSURE(message.file.has_value(), not_a_file);
    const std::string target =
        call.has("to") ? std::string(call.text("to")) : call.account.new_file_name();
    ENSURE(call.account.is_file_name(target), invalid_argument);
    TRY_ASSIGN(auto started,
               call.messenger.download(message.id, target, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    Json result = id_result(message.id);
    result["handle"] = json_text(target);
    result["size"] = message.file->size_bytes;
    return Answer{std::move(result), started.operation, {}};
}

}  // namespace

std::vector<Method> file_methods() {
    const std::vector<Field> sent{result_id, result_conversation};
    return {
        {"send_file",
         "Sends a file. Answers when the relay holds file and message; `transfer_progress` tells "
         "how far it is, also after a restart. The file must stay as it is until then. From "
         "images, films and sound everything is left out that is not the picture or the sound "
         "(docs/spec/content.md section 6); `malformed_input` says that this cannot be done, and "
         "`as_is` is the way out.",
         {who_or_group, file_field, name_field,
          optional_of({"type", text, "media type of what is sent as it is"}),
          optional_of({"as_is", boolean, "leave metadata in the file"}),
          optional_of({"thumbnail", text, "JPEG in base64url, at most 24,576 bytes of it"}),
          expire_seconds, burn_seconds, timeout},
         sent,
         send_file},
        {"send_voice",
         "Sends a voice memo; otherwise as `send_file`.",
         {who_or_group,
          file_field,
          name_field,
          optional_of({"type", text, "media type; not given: Opus in Ogg"}),
          {"duration_ms",
           integer,
           "how long it is; not given: it is Opus in Ogg, and says so itself",
           false,
           {},
           1,
           core::voice_duration_ms_max},
          expire_seconds,
          burn_seconds,
          timeout},
         sent,
         send_voice},
        {"download",
         "Fetches the file of a message. Answers when it is there, whole and verified; asked "
         "again, it goes on where it was. Of a message that burns on read the timer starts then.",
         {id, optional_of({"to", text, "absolute path; no file is replaced. Not in a browser"}),
          timeout},
         {result_id,
          {"handle", text, "where it is: the path, or what the engine calls it"},
          {"size", integer, "bytes"}},
         download},
    };
}

}  // namespace mayfly::rpc
