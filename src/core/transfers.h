// Transfers: files on their way to and from a relay. What must outlive a crash is in rows; what a
// connection carries right now is in memory. Specification: docs/spec/core.md section 9.
#pragma once

#include <deque>
#include <map>

#include "core/attachment.h"
#include "core/file_port.h"
#include "core/rows.h"

namespace mayfly::core {

// Chunks under way in one transfer: enough to fill a link, few enough to let messages through.
constexpr size_t transfer_window = 4;
// Progress is made durable every so many chunks (16 MiB): each costs a sync of the disk.
constexpr uint64_t transfer_save_interval = 64;
// A file whose metadata is left out is sent as pieces. An image has some dozens, a film two for
// each second in which a camera wrote down its place: four hours of them. Half the pieces are
// literals, of a checksum or the name of a box.
constexpr size_t file_pieces_max = 32'768;
constexpr size_t file_literal_size_bytes_max = file_pieces_max / 2 * 4;

struct UploadRow {
    uint16_t version = store_version;
    MessageId id;
    uint64_t order = 0;  // in the outbox
    std::string relay;
    std::string source;
    uint64_t stamp = 0;
    std::vector<FilePiece> pieces;
    uint64_t size_bytes = 0;
    uint64_t expires_at_ms = 0;
    FileCipher cipher = FileCipher::chacha20_poly1305;
    SecretArray<32> key;
    wire::Token write_token;
    uint64_t chunks_done = 0;  // that the relay has
    wire::Hash digest;         // of these
    MAYFLY_FIELDS(self.version, self.id, self.order, self.relay, self.source, self.stamp,
                  self.pieces, self.size_bytes, self.expires_at_ms, self.cipher, self.key,
                  self.write_token, self.chunks_done, self.digest)
};

struct DownloadRow {
    uint16_t version = store_version;
    MessageId id;
    OperationId operation = 0;
    std::string target;
    uint64_t chunks_done = 0;
    wire::Hash digest;
    MAYFLY_FIELDS(self.version, self.id, self.operation, self.target, self.chunks_done, self.digest)
};

// What deletes a blob of ours: kept with its message, and for those that a relay must still delete.
struct BlobTokenRow {
    uint16_t version = store_version;
    std::string relay;
    wire::Token write_token;
    uint64_t expires_at_ms = 0;  // the relay forgets it by itself then
    MAYFLY_FIELDS(self.version, self.relay, self.write_token, self.expires_at_ms)
};

namespace row_kind {
constexpr char blob_token = 'h';
constexpr char blob_removal = 'j';
constexpr char upload = 'u';
constexpr char download = 'x';
}  // namespace row_kind
namespace row_key {
Bytes blob_token(const MessageId& id);
Bytes blob_removal(uint64_t number);
Bytes upload(const MessageId& id);
Bytes download(const MessageId& id);
}  // namespace row_key

struct Upload {
    UploadRow row;
    bool begun = false;                // on this connection
    std::deque<wire::Hash> in_flight;  // the digest after each chunk that the relay may not have
};

struct Download {
    DownloadRow row;
    std::optional<FileContent> file;  // read when the transfer begins
    bool begun = false;               // the draft is there
    uint64_t next_chunk = 0;          // to ask for
    std::map<uint64_t, Bytes> early;  // that came before their turn
};

struct Transfers {
    std::map<MessageId, Upload> uploads;
    std::map<MessageId, Download> downloads;
    std::map<uint64_t, BlobTokenRow> removals;
};

struct Machine;
struct Purpose;
class Step;

// A message of ours on its way.
struct Queued {
    OperationId operation = 0;
    MessageId id;
    uint64_t order = 0;
};

// uploads.cpp
Result<Queued> queue_file(Machine& machine, Step& step, const ConversationId& conversation,
                          const FileOffer& offer, const SendOptions& options);
Status pump_uploads(Machine& machine, Step& step, const std::string& relay);
void pump_blob_removals(Machine& machine, Step& step, const std::string& relay);
Status upload_replied(Machine& machine, Step& step, const std::string& relay,
                      const Purpose& purpose, const wire::ReplyBody& body);
void blob_delete_replied(Machine& machine, Step& step, const std::string& relay,
                         const Purpose& purpose, const wire::ReplyBody& body);
// delete_blob has the relay erase the file of a message that nobody is to have any more.
Status delete_blob(Machine& machine, Step& step, const MessageRow& message);
// forget_attachment: the message ends, and with it its transfers and tokens.
Status forget_attachment(Machine& machine, Step& step, const MessageRow& message);
void transfers_lost_link(Machine& machine, const std::string& relay);
Status expire_blob_removals(Machine& machine, Step& step);

// downloads.cpp
Result<OperationId> queue_download(Machine& machine, Step& step, const MessageId& id,
                                   const std::string& target);
Status end_download(Machine& machine, Step& step, const MessageId& id, Status result);
Status pump_downloads(Machine& machine, Step& step, const std::string& relay);
Status download_replied(Machine& machine, Step& step, const std::string& relay,
                        const Purpose& purpose, wire::ReplyBody& body);

}  // namespace mayfly::core
