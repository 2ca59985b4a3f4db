// Files of ours on their way to the hub. A message with a file waits in the outbox until the relay
// holds the whole file. Specification: docs/spec/core.md section 9.
#include "core/machine.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

uint64_t total_size(const std::vector<FilePiece>& pieces) {
    uint64_t size = 0;
    for (const FilePiece& piece : pieces) size += piece.sent_size_bytes();
    return size;
}

Status check_pieces(const std::vector<FilePiece>& pieces, uint64_t source_size_bytes) {
    ENSURE(pieces.size() <= file_pieces_max, input_too_large);
    uint64_t literal_size = 0;
    for (const FilePiece& piece : pieces) {
        literal_size += piece.literal.size();
        ENSURE(literal_size <= file_literal_size_bytes_max, input_too_large);
        ENSURE(piece.offset <= source_size_bytes &&
                   piece.size_bytes <= source_size_bytes - piece.offset,
               invalid_argument);
    }
    ENSURE(total_size(pieces) <= file_size_bytes_max, input_too_large);
    return {};
}

// Bytes of what is sent, from `offset` on; behind the end there are zeros, the padding.
Status read_pieces(FilePort& files, const UploadRow& row, uint64_t offset, MutableBytesView out) {
    for (const FilePiece& piece : row.pieces) {
        const uint64_t size = piece.sent_size_bytes();
        if (offset >= size) {
            offset -= size;
            continue;
        }
        const auto take = static_cast<size_t>(std::min<uint64_t>(size - offset, out.size()));
        if (take == 0) break;
        if (!piece.literal.empty()) {
            std::fill_n(out.begin(), take, uint8_t{0});
            const auto skip = static_cast<size_t>(std::min<uint64_t>(offset, piece.literal.size()));
            const BytesView left = BytesView(piece.literal).subspan(skip);
            std::copy_n(left.begin(), std::min(left.size(), take), out.begin());
        } else {
            TRY_ASSIGN(const SecretBuffer bytes,
                       files.read(row.source, piece.offset + offset, take));
            ENSURE(bytes.size() == take, file_changed);
            std::copy(bytes.expose().begin(), bytes.expose().end(), out.begin());
        }
        out = out.subspan(take);
        offset = 0;
    }
    return {};
}

Result<SecretBuffer> read_chunk(FilePort& files, const UploadRow& row, uint64_t index) {
    SecretBuffer out(file_chunk_size(row.size_bytes, index));
    TRY(read_pieces(files, row, index * file_chunk_size_bytes, out.expose_mutable()));
    return out;
}

void save_upload(Step& step, const UploadRow& row) { step.write(row_key::upload(row.id), row); }

// By value: the id is often the row's own.
void forget_upload(Machine& machine, Step& step, MessageId id) {
    machine.tables.transfers.uploads.erase(id);
    step.erase(row_key::upload(id));
    step.shred();  // the file's key
}

// The message goes with its file.
Status fail_upload(Machine& machine, Step& step, MessageId id, Error why) {
    const auto found = machine.tables.transfers.uploads.find(id);
    if (found == machine.tables.transfers.uploads.end()) return {};
    drop_outbox(machine, step, found->second.row.order, why);
    TRY_ASSIGN(const std::optional<MessageRow> message, load_message(step, id));
    if (message) return erase_message(machine, step, *message);
    forget_upload(machine, step, id);
    return {};
}

// The relay has it all: the message gets its digest and may leave.
Status complete_upload(Machine& machine, Step& step, const UploadRow& row) {
    TRY_ASSIGN(const std::optional<MessageRow> message, load_message(step, row.id));
    ENSURE(message.has_value(), store_corrupt);
    TRY_ASSIGN(const SecretBuffer body, load_body(step, *message));
    TRY_ASSIGN(FileContent file, decode_file(message->type, body.expose()));
    file.digest = row.digest;
    seal_body(step, row.id, codec::encode_secret(file).expose());
    forget_upload(machine, step, row.id);
    return {};
}

// Chunks that the relay has and this row does not know of yet, after a crash or a lost answer.
Status catch_up(Machine& machine, Upload& upload, uint64_t received_chunks) {
    UploadRow& row = upload.row;
    while (row.chunks_done < received_chunks) {
        if (upload.in_flight.empty()) {
            TRY_ASSIGN(const SecretBuffer chunk, read_chunk(*machine.files, row, row.chunks_done));
            row.digest = extend_digest(row.digest, chunk.expose());
        } else {
            row.digest = upload.in_flight.front();
            upload.in_flight.pop_front();
        }
        ++row.chunks_done;
    }
    return {};
}

Status relay_has(Machine& machine, Step& step, const MessageId& id, uint64_t received_bytes) {
    const auto found = machine.tables.transfers.uploads.find(id);
    if (found == machine.tables.transfers.uploads.end()) return {};
    Upload& upload = found->second;
    UploadRow& row = upload.row;
    const uint64_t count = file_chunk_count(row.size_bytes);
    const bool whole = received_bytes == file_blob_size(row.size_bytes);
    const uint64_t received_chunks = whole ? count : received_bytes / file_chunk_sealed_size_bytes;
    // A relay that lost what it had acknowledged cannot be trusted with the rest.
    if (received_chunks < row.chunks_done) {
        return fail_upload(machine, step, id, MAYFLY_ERROR(unknown_blob));
    }
    const uint64_t saved = row.chunks_done / transfer_save_interval;
    const Status caught_up = catch_up(machine, upload, received_chunks);
    if (!caught_up.ok()) return fail_upload(machine, step, id, caught_up.error());
    step.tell(TransferProgress{id,
                               std::min(row.chunks_done * file_chunk_size_bytes, row.size_bytes),
                               row.size_bytes, true});
    if (whole) return complete_upload(machine, step, row);
    if (row.chunks_done / transfer_save_interval != saved) save_upload(step, row);
    return {};
}

Status begin_upload(Machine& machine, Step& step, Upload& upload) {
    const UploadRow& row = upload.row;
    const Purpose purpose{Kind::blob_begin, 0, {}, row.id};
    if (machine.links[row.relay].has(purpose)) return {};
    const auto source = machine.files->inspect(row.source);
    if (!source.ok()) return fail_upload(machine, step, row.id, source.error());
    if (source->stamp != row.stamp) {
        return fail_upload(machine, step, row.id, MAYFLY_ERROR(file_changed));
    }
    request(machine, step, row.relay, purpose,
            wire::BlobBegin{row.write_token, file_blob_size(row.size_bytes), row.expires_at_ms});
    return {};
}

Status send_chunks(Machine& machine, Step& step, Upload& upload) {
    const UploadRow& row = upload.row;
    const uint64_t count = file_chunk_count(row.size_bytes);
    while (upload.in_flight.size() < transfer_window) {
        const uint64_t index = row.chunks_done + upload.in_flight.size();
        if (index >= count) break;
        const auto chunk = read_chunk(*machine.files, row, index);
        if (!chunk.ok()) return fail_upload(machine, step, row.id, chunk.error());
        const wire::Hash before = upload.in_flight.empty() ? row.digest : upload.in_flight.back();
        upload.in_flight.push_back(extend_digest(before, chunk->expose()));
        request(machine, step, row.relay, Purpose{Kind::blob_put, index, {}, row.id},
                wire::BlobPut{row.write_token, index * file_chunk_sealed_size_bytes,
                              seal_chunk({row.cipher, row.key, index, index + 1 == count},
                                         chunk->expose(), step.entropy())});
    }
    return {};
}

}  // namespace

Result<Queued> queue_file(Machine& machine, Step& step, const ConversationId& conversation,
                          const FileOffer& offer, const SendOptions& options) {
    ENSURE(machine.files != nullptr, file_unreadable);
    TRY_ASSIGN(const FilePort::Source source, machine.files->inspect(offer.source));
    Upload upload;
    UploadRow& row = upload.row;
    row.pieces = offer.pieces;
    if (row.pieces.empty()) row.pieces.push_back({0, source.size_bytes, {}});
    TRY(check_pieces(row.pieces, source.size_bytes));
    const ConversationRow* given = find_conversation(machine, conversation);
    ENSURE(given != nullptr && given->accepted, unknown_contact);
    ENSURE(!is_closed_by_block(machine, *given), contact_blocked);
    const auto target = sending_target(machine, *given);
    ENSURE(target.has_value(), unknown_channel);
    row.relay = find_conversation(machine, *target)->info.hubs.front();
    row.source = offer.source;
    row.stamp = source.stamp;
    row.size_bytes = total_size(row.pieces);
    row.cipher = preferred_file_cipher();
    row.write_token = step.random_id<wire::Token>();
    step.entropy().fill(row.key.expose_mutable());

    FileContent file;
    file.name = offer.name;
    file.type = offer.type;
    file.size_bytes = row.size_bytes;
    file.duration_ms = offer.duration_ms;
    file.cipher = row.cipher;
    file.relay = row.relay;
    file.blob = wire::blob_id_of(row.write_token);
    file.key = row.key.clone();
    file.thumbnail = offer.thumbnail.clone();
    const ContentType type = offer.duration_ms == 0 ? ContentType::file : ContentType::voice;
    const SecretBuffer body = codec::encode_secret(file);
    const auto checked = decode_file(type, body.expose());
    ENSURE(checked.ok(), invalid_argument);
    ENSURE(!options.reply_to && options.mentions.empty(), invalid_argument);
    TRY_ASSIGN(const Queued queued,
               queue_message(machine, step, *target, outgoing(type, body.expose(), options)));
    row.id = queued.id;
    row.order = queued.order;
    row.expires_at_ms = machine.tables.outbox.at(queued.order).expires_at_ms;
    step.write(row_key::blob_token(row.id),
               BlobTokenRow{store_version, row.relay, row.write_token, row.expires_at_ms});
    save_upload(step, row);
    machine.tables.transfers.uploads.insert_or_assign(queued.id, std::move(upload));
    return queued;
}

Status pump_uploads(Machine& machine, Step& step, const std::string& relay) {
    if (machine.files == nullptr) return {};
    std::vector<MessageId> ids;
    for (const auto& [id, upload] : machine.tables.transfers.uploads) {
        if (upload.row.relay == relay) ids.push_back(id);
    }
    for (const MessageId& id : ids) {
        Upload& upload = machine.tables.transfers.uploads.at(id);
        TRY(upload.begun ? send_chunks(machine, step, upload)
                         : begin_upload(machine, step, upload));
    }
    return {};
}

void pump_blob_removals(Machine& machine, Step& step, const std::string& relay) {
    for (const auto& [number, row] : machine.tables.transfers.removals) {
        const Purpose purpose{Kind::blob_delete, number, {}};
        if (row.relay != relay || machine.links[relay].has(purpose)) continue;
        request(machine, step, relay, purpose, wire::BlobDelete{row.write_token});
    }
}

Status upload_replied(Machine& machine, Step& step, const std::string& relay,
                      const Purpose& purpose, const wire::ReplyBody& body) {
    const auto found = machine.tables.transfers.uploads.find(purpose.message);
    if (found == machine.tables.transfers.uploads.end()) return {};
    Upload& upload = found->second;
    if (purpose.kind == Kind::blob_put && !upload.begun) return {};  // of before a refusal
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (!is_passing(failed->status)) {
            return fail_upload(machine, step, purpose.message,
                               Error{wire::to_error_code(failed->status), MAYFLY_HERE});
        }
        upload.begun = false;
        upload.in_flight.clear();
        machine.links[relay].hold_until = step.now() + refusal_delay;
        return {};
    }
    const auto* state = std::get_if<wire::BlobState>(&body);
    if (state == nullptr) return {};
    if (purpose.kind == Kind::blob_begin) {
        upload.begun = true;
        upload.in_flight.clear();
    }
    return relay_has(machine, step, purpose.message, state->received_bytes);
}

void blob_delete_replied(Machine& machine, Step& step, const std::string& relay,
                         const Purpose& purpose, const wire::ReplyBody& body) {
    const auto* failed = std::get_if<wire::Failed>(&body);
    if (failed != nullptr && is_passing(failed->status)) {
        machine.links[relay].hold_until = step.now() + refusal_delay;
        return;
    }
    step.erase(row_key::blob_removal(purpose.number));
    machine.tables.transfers.removals.erase(purpose.number);
}

Status delete_blob(Machine& machine, Step& step, const MessageRow& message) {
    if (!is_file(message.type) || !message.outgoing) return {};
    TRY_ASSIGN(const auto token, step.read<BlobTokenRow>(row_key::blob_token(message.id)));
    if (!token || !machine.tables.relays.contains(token->relay)) return {};
    const uint64_t number = next_order(machine, step);
    step.write(row_key::blob_removal(number), *token);
    step.erase(row_key::blob_token(message.id));
    machine.tables.transfers.removals.insert_or_assign(number, *token);
    return {};
}

Status forget_attachment(Machine& machine, Step& step, const MessageRow& message) {
    if (!is_file(message.type)) return {};
    Transfers& transfers = machine.tables.transfers;
    if (transfers.uploads.contains(message.id)) {
        TRY(delete_blob(machine, step, message));  // nobody else knows of it
        forget_upload(machine, step, message.id);
    }
    if (message.outgoing) step.erase(row_key::blob_token(message.id));
    return end_download(machine, step, message.id, MAYFLY_ERROR(unknown_message));
}

void transfers_lost_link(Machine& machine, const std::string& relay) {
    for (auto& [id, upload] : machine.tables.transfers.uploads) {
        if (upload.row.relay != relay) continue;
        upload.begun = false;
        upload.in_flight.clear();
    }
    for (auto& [id, download] : machine.tables.transfers.downloads) {
        if (!download.file || download.file->relay != relay) continue;
        download.next_chunk = download.row.chunks_done;
        download.early.clear();
    }
}

Status expire_blob_removals(Machine& machine, Step& step) {
    auto& removals = machine.tables.transfers.removals;
    for (auto removal = removals.begin(); removal != removals.end();) {
        const bool known = machine.tables.relays.contains(removal->second.relay);
        if (known && from_ms(removal->second.expires_at_ms) > step.now()) {
            ++removal;
            continue;
        }
        step.erase(row_key::blob_removal(removal->first));
        removal = removals.erase(removal);
    }
    return {};
}

}  // namespace mayfly::core
