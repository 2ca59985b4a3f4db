// The ratchet tree of a large group on its way: to the hub, before the commit that lets somebody
// in, and from it, before a Welcome is joined. Specification: docs/spec/conversations.md section 7.
#include "core/large_groups.h"
#include "core/machine.h"

namespace mayfly::core {
namespace {

using Kind = Purpose::Kind;

// What an answer concerns: another commit, with another blob, may have come meanwhile.
Purpose purpose_of(Kind kind, uint64_t chunk, const ConversationId& id, const wire::BlobId& blob) {
    return {kind, chunk, id, *MessageId::from(blob.view().first(MessageId::size_bytes))};
}

// --- to the hub

uint64_t received_chunks(BytesView content, uint64_t received_bytes) {
    if (received_bytes == file_blob_size(content.size())) return file_chunk_count(content.size());
    return received_bytes / file_chunk_sealed_size_bytes;
}

bool is_under_way(const Link& link, const Purpose& any_chunk) {
    return std::any_of(link.pending.begin(), link.pending.end(), [&](const auto& entry) {
        Purpose purpose = entry.second.purpose;
        purpose.number = any_chunk.number;
        return purpose == any_chunk;
    });
}

}  // namespace

TreeUploadRow make_tree_upload(Step& step) {
    TreeUploadRow row;
    row.cipher = preferred_file_cipher();
    step.entropy().fill(row.key.expose_mutable());
    row.write_token = step.random_id<wire::Token>();
    row.expires_at_ms = to_ms(step.now() + control_lifetime);  // as the Welcome
    return row;
}

mls::Extension tree_location_of(const TreeUploadRow& row) {
    TreeLocation location;
    location.cipher = row.cipher;
    location.blob = wire::blob_id_of(row.write_token);
    location.key = row.key.clone();
    return {mls::ExtensionType{tree_location_extension_type},
            to_bytes(codec::encode_secret(location).expose())};
}

bool tree_is_on_its_way(const Machine& machine, const ConversationId& id) {
    const auto upload = machine.tables.tree_uploads.find(id);
    return upload != machine.tables.tree_uploads.end() && !upload->second.done;
}

void pump_tree_upload(Machine& machine, Step& step, const ConversationRow& row,
                      const mls::EpochView& next) {
    const ConversationId& id = row.info.conversation;
    const TreeUploadRow& upload = machine.tables.tree_uploads.at(id);
    const std::string& hub = row.info.hubs.front();
    Link& link = machine.links[hub];
    TreeUploadProgress& progress = machine.tree_uploads[id];
    if (progress.content.empty()) {
        progress.content =
            encode_welcome_tree({content_version, next.ratchet_tree(), upload.members});
    }
    const BytesView content = progress.content;
    const wire::BlobId blob = wire::blob_id_of(upload.write_token);
    if (!progress.begun) {
        const Purpose purpose = purpose_of(Kind::tree_begin, 0, id, blob);
        if (is_under_way(link, purpose)) return;
        request(machine, step, hub, purpose,
                wire::BlobBegin{upload.write_token, file_blob_size(content.size()),
                                upload.expires_at_ms});
        return;
    }
    // Behind what a relay did not take is nothing it will take.
    if (!is_under_way(link, purpose_of(Kind::tree_put, 0, id, blob))) {
        progress.next_chunk = progress.chunks_done;
    }
    const uint64_t count = file_chunk_count(content.size());
    while (progress.next_chunk < std::min(count, progress.chunks_done + transfer_window)) {
        const uint64_t index = progress.next_chunk++;
        request(machine, step, hub, purpose_of(Kind::tree_put, index, id, blob),
                wire::BlobPut{upload.write_token, index * file_chunk_sealed_size_bytes,
                              seal_chunk({upload.cipher, upload.key, index, index + 1 == count},
                                         welcome_tree_chunk(content, index), step.entropy())});
    }
}

Status tree_upload_replied(Machine& machine, Step& step, const Purpose& purpose,
                           const wire::ReplyBody& body) {
    ConversationRow* row = find_conversation(machine, purpose.conversation);
    const auto progress = machine.tree_uploads.find(purpose.conversation);
    if (row == nullptr || !row->commit || progress == machine.tree_uploads.end()) return {};
    if (!tree_is_on_its_way(machine, purpose.conversation)) return {};
    TreeUploadRow& upload = machine.tables.tree_uploads.at(purpose.conversation);
    const wire::BlobId blob = wire::blob_id_of(upload.write_token);
    if (purpose != purpose_of(purpose.kind, purpose.number, purpose.conversation, blob)) return {};
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (!is_passing(failed->status)) return abandon_commit(machine, step, *row);
        progress->second.begun = false;
        machine.links[row->info.hubs.front()].hold_until = step.now() + refusal_delay;
        return {};
    }
    const auto* state = std::get_if<wire::BlobState>(&body);
    if (state == nullptr || progress->second.content.empty()) return {};
    if (purpose.kind == Kind::tree_begin) progress->second.begun = true;
    progress->second.chunks_done = received_chunks(progress->second.content, state->received_bytes);
    if (progress->second.chunks_done < file_chunk_count(progress->second.content.size())) return {};
    upload.done = true;
    step.write(row_key::tree_upload(purpose.conversation), upload);
    machine.tree_uploads.erase(progress);
    return {};
}

void forget_tree_upload(Machine& machine, Step& step, const ConversationRow& row, bool is_wanted) {
    const ConversationId& id = row.info.conversation;
    const auto found = machine.tables.tree_uploads.find(id);
    if (found == machine.tables.tree_uploads.end()) return;
    if (!is_wanted && machine.tables.relays.contains(row.info.hubs.front())) {
        const uint64_t number = next_order(machine, step);
        const BlobTokenRow removal{store_version, row.info.hubs.front(), found->second.write_token,
                                   found->second.expires_at_ms};
        step.write(row_key::blob_removal(number), removal);
        machine.tables.transfers.removals.insert_or_assign(number, removal);
    }
    step.erase(row_key::tree_upload(id));
    machine.tables.tree_uploads.erase(found);
    machine.tree_uploads.erase(id);
}

// --- from the hub

namespace {

// How many bytes of plaintext a blob of sealed chunks has; none if it is no such blob.
std::optional<uint64_t> content_size(uint64_t blob_size_bytes) {
    const uint64_t chunks =
        (blob_size_bytes + file_chunk_sealed_size_bytes - 1) / file_chunk_sealed_size_bytes;
    const uint64_t overhead = chunks * file_chunk_overhead_size_bytes;
    if (blob_size_bytes <= overhead) return std::nullopt;
    const uint64_t size = blob_size_bytes - overhead;
    if (size > welcome_tree_size_bytes_max || file_blob_size(size) != blob_size_bytes) {
        return std::nullopt;
    }
    return size;
}

Status take_chunk(TreeFetch& fetch, BytesView sealed) {
    const uint64_t size = *content_size(fetch.blob_size_bytes);
    const uint64_t index = fetch.chunks_done;
    const bool last = index + 1 == file_chunk_count(size);
    TRY_ASSIGN(const SecretBuffer chunk,
               open_chunk({fetch.location.cipher, fetch.location.key, index, last}, sealed));
    ENSURE(chunk.size() == file_chunk_size(size, index), malformed_input);
    append(fetch.content, chunk.expose());
    ++fetch.chunks_done;
    fetch.setbacks = 0;
    fetch.done = last;
    return {};
}

Status take_part(TreeFetch& fetch, uint64_t index, wire::BlobPart& part) {
    if (fetch.blob_size_bytes == 0) {
        ENSURE(content_size(part.size_bytes).has_value(), malformed_input);
        fetch.blob_size_bytes = part.size_bytes;
    }
    ENSURE(part.size_bytes == fetch.blob_size_bytes, malformed_input);
    if (index < fetch.chunks_done) return {};
    fetch.early[index] = std::move(part.bytes);
    while (!fetch.early.empty() && fetch.early.begin()->first == fetch.chunks_done) {
        const Bytes sealed = std::move(fetch.early.begin()->second);
        fetch.early.erase(fetch.early.begin());
        TRY(take_chunk(fetch, sealed));
    }
    return {};
}

void end_fetch(TreeFetch& fetch, std::optional<Error> why) {
    fetch.done = true;
    fetch.failed = why;
}

// True if there is no point in trying again.
bool is_one_setback_too_many(TreeFetch& fetch) {
    if (++fetch.setbacks <= fetch_setbacks_max) return false;
    end_fetch(fetch, MAYFLY_ERROR(timed_out));
    return true;
}

// What waited takes effect in its order. One of them may be a Welcome that needs another tree.
Status release_held(Machine& machine, Step& step, const std::string& relay) {
    TreeFetch& finished = machine.tree_fetches.at(relay);
    std::deque<wire::Delivery> held = std::move(finished.held);
    const bool caught_up = finished.caught_up;
    finished.held.clear();
    while (!held.empty()) {
        const wire::Delivery delivery = std::move(held.front());
        held.pop_front();
        TRY(delivery_arrived(machine, step, relay, delivery));
        if (!waits_for_tree(machine, relay)) continue;
        TreeFetch& next = machine.tree_fetches.at(relay);
        for (wire::Delivery& behind : held) hold_delivery(machine, step, relay, std::move(behind));
        next.caught_up = caught_up;
        return {};
    }
    machine.tree_fetches.erase(relay);
    if (caught_up) step.tell(CaughtUp{relay});
    return {};
}

}  // namespace

void queue_caught_up(Machine& machine, Step& step, const std::string& relay) {
    const auto fetch = machine.tree_fetches.find(relay);
    if (fetch != machine.tree_fetches.end() && !fetch->second.held.empty()) {
        fetch->second.caught_up = true;
        return;
    }
    if (fetch != machine.tree_fetches.end())
        machine.tree_fetches.erase(fetch);  // of a lost Welcome
    step.tell(CaughtUp{relay});
}

bool waits_for_tree(const Machine& machine, const std::string& relay) {
    const auto fetch = machine.tree_fetches.find(relay);
    return fetch != machine.tree_fetches.end() && !fetch->second.done;
}

void hold_delivery(Machine& machine, Step& step, const std::string& relay,
                   wire::Delivery delivery) {
    TreeFetch& fetch = machine.tree_fetches.at(relay);
    fetch.held_size_bytes += delivery.payload.size();
    if (fetch.held_size_bytes > held_size_bytes_max) {
        return drop_link(machine, step, relay, MAYFLY_ERROR(quota_exceeded), true);
    }
    fetch.held.push_back(std::move(delivery));
}

Result<std::optional<WelcomeTree>> tree_for_welcome(Machine& machine, const std::string& relay,
                                                    const mls::Group::WelcomeInfo& welcome) {
    const mls::Extension* extension =
        mls::find_extension(welcome.extensions, mls::ExtensionType{tree_location_extension_type});
    if (extension == nullptr) return std::optional<WelcomeTree>();
    TRY_ASSIGN(TreeLocation location, decode_tree_location(extension->data));
    // Only who asked to be let in fetches anything: others could make us.
    const auto id = ConversationId::from(welcome.group_id);
    const ConversationRow* row = id ? find_conversation(machine, *id) : nullptr;
    ENSURE(row != nullptr && row->joining && row->info.hubs.front() == relay, unexpected_message);
    const auto known = machine.tree_fetches.find(relay);
    if (known != machine.tree_fetches.end() && known->second.location.blob == location.blob) {
        TreeFetch& fetch = known->second;
        if (fetch.failed) return *fetch.failed;
        if (!fetch.done) return std::optional<WelcomeTree>();  // begun on an earlier connection
        TRY_ASSIGN(WelcomeTree tree, decode_welcome_tree(fetch.content));
        return std::optional<WelcomeTree>(std::move(tree));
    }
    TreeFetch fetch;
    fetch.location = std::move(location);
    machine.tree_fetches.insert_or_assign(relay, std::move(fetch));
    return std::optional<WelcomeTree>();
}

void pump_tree_fetch(Machine& machine, Step& step, const std::string& relay) {
    const auto found = machine.tree_fetches.find(relay);
    // Without its Welcome, which comes again on each connection, it is for nothing.
    if (found == machine.tree_fetches.end() || found->second.done || found->second.held.empty()) {
        return;
    }
    TreeFetch& fetch = found->second;
    uint64_t end = fetch.chunks_done + transfer_window;
    // How much there is, the first part says.
    const auto size = content_size(fetch.blob_size_bytes);
    end = std::min<uint64_t>(end, size ? file_chunk_count(*size) : 1);
    for (; fetch.next_chunk < end; ++fetch.next_chunk) {
        request(machine, step, relay,
                purpose_of(Kind::tree_get, fetch.next_chunk, {}, fetch.location.blob),
                wire::BlobGet{fetch.location.blob, fetch.next_chunk * file_chunk_sealed_size_bytes,
                              static_cast<uint32_t>(file_chunk_sealed_size_bytes)});
    }
}

Status tree_fetch_replied(Machine& machine, Step& step, const std::string& relay,
                          const Purpose& purpose, wire::ReplyBody& body) {
    const auto found = machine.tree_fetches.find(relay);
    if (found == machine.tree_fetches.end() || found->second.done) return {};
    TreeFetch& fetch = found->second;
    if (purpose != purpose_of(purpose.kind, purpose.number, {}, fetch.location.blob)) return {};
    if (const auto* failed = std::get_if<wire::Failed>(&body)) {
        if (is_passing(failed->status) && !is_one_setback_too_many(fetch)) {
            fetch.next_chunk = std::min(fetch.next_chunk, purpose.number);
            machine.links[relay].hold_until = step.now() + refusal_delay;
            return {};
        }
        if (!fetch.done) end_fetch(fetch, Error{wire::to_error_code(failed->status), MAYFLY_HERE});
    } else if (auto* part = std::get_if<wire::BlobPart>(&body)) {
        const Status taken = take_part(fetch, purpose.number, *part);
        if (!taken.ok()) end_fetch(fetch, taken.error());
    } else {
        end_fetch(fetch, MAYFLY_ERROR(unexpected_message));
    }
    if (!fetch.done) return {};
    return release_held(machine, step, relay);
}

void trees_lost_link(Machine& machine, const std::string& relay) {
    for (auto& [id, progress] : machine.tree_uploads) {
        const ConversationRow* row = find_conversation(machine, id);
        if (row != nullptr && row->info.hubs.front() == relay) progress.begun = false;
    }
    const auto found = machine.tree_fetches.find(relay);
    if (found == machine.tree_fetches.end()) return;
    TreeFetch& fetch = found->second;
    // What was not acknowledged comes again; what was fetched is kept for it.
    if (!fetch.done && !fetch.held.empty()) static_cast<void>(is_one_setback_too_many(fetch));
    fetch.held.clear();
    fetch.held_size_bytes = 0;
    fetch.caught_up = false;
    fetch.early.clear();
    fetch.next_chunk = fetch.chunks_done;
}

}  // namespace mayfly::core
