// Files on their way from a relay to a draft beside their target. Each chunk is verified before it
// is written, the whole before it gets its name. Specification: docs/spec/core.md section 9.
#include "core/machine.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

Result<FileContent> file_of(Step& step, const MessageId& id) {
    TRY_ASSIGN(const std::optional<MessageRow> message, load_message(step, id));
    ENSURE(message && from_ms(message->expires_at_ms) > step.now(), unknown_message);
    ENSURE(is_file(message->type), not_a_file);
    TRY_ASSIGN(const SecretBuffer body, load_body(step, *message));
    return decode_file(message->type, body.expose());
}

// Reads what the message says and makes the draft, or goes on with the one there is.
Status begin_download(Machine& machine, Step& step, Download& download) {
    TRY_ASSIGN(download.file, file_of(step, download.row.id));
    // Asking a relay of the sender's choice would show it our IP address.
    ENSURE(machine.tables.relays.contains(download.file->relay), other_relay);
    DownloadRow& row = download.row;
    Status begun = machine.files->begin(
        row.target, std::min(row.chunks_done * file_chunk_size_bytes, download.file->size_bytes));
    if (!begun.ok() && begun.code() == ErrorCode::file_changed) {
        row.chunks_done = 0;
        row.digest = {};
        begun = machine.files->begin(row.target, 0);
    }
    TRY(begun);
    download.begun = true;
    download.next_chunk = row.chunks_done;
    download.early.clear();
    return {};
}

void ask_chunks(Machine& machine, Step& step, Download& download) {
    const FileContent& file = *download.file;
    const uint64_t count = file_chunk_count(file.size_bytes);
    while (download.next_chunk < count &&
           download.next_chunk < download.row.chunks_done + transfer_window) {
        const uint64_t index = download.next_chunk++;
        const size_t size =
            file_chunk_size(file.size_bytes, index) + file_chunk_overhead_size_bytes;
        request(machine, step, file.relay, Purpose{Kind::blob_get, index, {}, download.row.id},
                wire::BlobGet{file.blob, index * file_chunk_sealed_size_bytes,
                              static_cast<uint32_t>(size)});
    }
}

Status take_chunk(FilePort& files, Download& download, BytesView sealed) {
    const FileContent& file = *download.file;
    DownloadRow& row = download.row;
    const uint64_t index = row.chunks_done;
    const bool last = index + 1 == file_chunk_count(file.size_bytes);
    const auto chunk = open_chunk({file.cipher, file.key, index, last}, sealed);
    ENSURE(chunk.ok() && chunk->size() == file_chunk_size(file.size_bytes, index), file_corrupt);
    const uint64_t start = index * file_chunk_size_bytes;
    const auto kept = static_cast<size_t>(
        std::min<uint64_t>(chunk->size(), file.size_bytes - std::min(file.size_bytes, start)));
    const BytesView padding = chunk->expose().subspan(kept);
    ENSURE(std::all_of(padding.begin(), padding.end(), [](uint8_t byte) { return byte == 0; }),
           file_corrupt);
    const wire::Hash digest = extend_digest(row.digest, chunk->expose());
    ENSURE(!last || digest == file.digest, file_corrupt);
    if (kept != 0) TRY(files.write(row.target, start, chunk->expose().first(kept)));
    row.digest = digest;
    ++row.chunks_done;
    return {};
}

Status take_chunks(Machine& machine, Step& step, Download& download) {
    DownloadRow& row = download.row;
    const uint64_t saved = row.chunks_done / transfer_save_interval;
    while (!download.early.empty() && download.early.begin()->first == row.chunks_done) {
        const Bytes sealed = std::move(download.early.begin()->second);
        download.early.erase(download.early.begin());
        TRY(take_chunk(*machine.files, download, sealed));
    }
    const uint64_t size = download.file->size_bytes;
    step.tell(TransferProgress{row.id, std::min(row.chunks_done * file_chunk_size_bytes, size),
                               size, false});
    if (row.chunks_done == file_chunk_count(size)) return machine.files->finish(row.target);
    if (row.chunks_done / transfer_save_interval != saved) {
        TRY(machine.files->sync(row.target));
        step.write(row_key::download(row.id), row);
    }
    return {};
}

}  // namespace

Result<OperationId> queue_download(Machine& machine, Step& step, const MessageId& id,
                                   const std::string& target) {
    ENSURE(machine.files != nullptr, file_unreadable);
    TRY_ASSIGN(const FileContent file, file_of(step, id));
    TRY_ASSIGN(const std::optional<MessageRow> message, load_message(step, id));
    ENSURE(is_shown(machine, *message), unknown_message);
    auto& downloads = machine.tables.transfers.downloads;
    const auto running = downloads.find(id);
    if (running != downloads.end() && running->second.row.target == target) {
        // The same again: whoever asked first is told that another one waits now.
        step.end(running->second.row.operation, MAYFLY_ERROR(already_exists));
        running->second.row.operation = next_operation(machine, step);
        step.write(row_key::download(id), running->second.row);
        return running->second.row.operation;
    }
    TRY(end_download(machine, step, id, MAYFLY_ERROR(already_exists)));
    Download download;
    download.row.id = id;
    download.row.target = target;
    download.row.operation = next_operation(machine, step);
    const OperationId operation = download.row.operation;
    TRY(begin_download(machine, step, download));
    step.write(row_key::download(id), download.row);
    downloads.insert_or_assign(id, std::move(download));
    return operation;
}

Status end_download(Machine& machine, Step& step, const MessageId& id, Status result) {
    const auto found = machine.tables.transfers.downloads.find(id);
    if (found == machine.tables.transfers.downloads.end()) return {};
    // The draft goes before its row: a crash in between only repeats this.
    if (!result.ok() && machine.files != nullptr) machine.files->discard(found->second.row.target);
    step.end(found->second.row.operation, result);
    step.erase(row_key::download(id));
    step.shred();
    machine.tables.transfers.downloads.erase(found);
    return {};
}

Status pump_downloads(Machine& machine, Step& step, const std::string& relay) {
    if (machine.files == nullptr) return {};
    std::vector<MessageId> ids;
    for (const auto& [id, download] : machine.tables.transfers.downloads) ids.push_back(id);
    for (const MessageId& id : ids) {
        Download& download = machine.tables.transfers.downloads.at(id);
        if (!download.begun) {
            const Status begun = begin_download(machine, step, download);
            if (!begun.ok() && is_store_error(begun.code()) && !download.file) return begun;
            if (!begun.ok()) {
                TRY(end_download(machine, step, id, begun));
                continue;
            }
        }
        if (download.file->relay == relay) ask_chunks(machine, step, download);
    }
    return {};
}

Status download_replied(Machine& machine, Step& step, const std::string& relay,
                        const Purpose& purpose, wire::ReplyBody& body) {
    const auto found = machine.tables.transfers.downloads.find(purpose.message);
    if (found == machine.tables.transfers.downloads.end() || !found->second.begun) return {};
    Download& download = found->second;
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (is_passing(failed->status)) {
            download.next_chunk = std::min(download.next_chunk, purpose.number);
            machine.links[relay].hold_until = step.now() + refusal_delay;
            return {};
        }
        return end_download(machine, step, purpose.message,
                            Error{wire::to_error_code(failed->status), MAYFLY_HERE});
    }
    auto* part = std::get_if<wire::BlobPart>(&body);
    if (part == nullptr || part->size_bytes != file_blob_size(download.file->size_bytes)) {
        return end_download(machine, step, purpose.message, MAYFLY_ERROR(file_corrupt));
    }
    if (purpose.number < download.row.chunks_done) return {};
    download.early[purpose.number] = std::move(part->bytes);
    const Status taken = take_chunks(machine, step, download);
    if (!taken.ok()) return end_download(machine, step, purpose.message, taken);
    if (download.row.chunks_done == file_chunk_count(download.file->size_bytes)) {
        // It may have expired in this very moment; the file is there.
        const Status opened = open_message(machine, step, purpose.message);
        if (!opened.ok() && is_store_error(opened.code())) return opened;
        return end_download(machine, step, purpose.message, {});
    }
    return {};
}

}  // namespace mayfly::core
