// The ratchet tree of a large group reaches those who join beside the Welcome: sealed, as a blob at
// the hub (RFC 9420 section 12.4.3.3). What the blob holds, where it is, and its two ways.
// Specification: docs/spec/conversations.md section 7.
#pragma once

#include <deque>
#include <map>

#include "core/attachment.h"
#include "core/rows.h"
#include "mls/group.h"

namespace mayfly::core {

// Up to so many leaves the tree travels in the Welcome. In the hybrid suite it has then 0.4 MB at
// most, and everything a joiner needs comes in one payload.
constexpr size_t small_group_leaves_max = 128;
// 1,000 members with 16 devices have 16,000 leaves: 26 MB, and 20 MB of parents once all committed.
constexpr size_t welcome_tree_size_bytes_max = size_t{64} << 20;

// --- what the blob holds

// WelcomeTree is sealed in the chunks of a file, behind its size in four bytes; zeros follow it.
struct WelcomeTree {
    uint16_t version = content_version;
    Bytes tree;                   // ratchet_tree of the epoch that the Welcome starts
    std::vector<Person> members;  // as the inviter knows them
    MAYFLY_FIELDS(self.version, self.tree, self.members)
};
Bytes encode_welcome_tree(const WelcomeTree& tree);
// Errors: those of codec, unsupported_version, malformed_input.
Result<WelcomeTree> decode_welcome_tree(BytesView content);
// welcome_tree_chunk: the plaintext of a chunk, padded as files are.
Bytes welcome_tree_chunk(BytesView content, uint64_t index);

// TreeLocation is an extension of the GroupInfo: sealed with it for those who join, signed with it
// by who lets them in. The hub is where the Welcome came from. That the tree is the group's, its
// hash in the GroupContext says.
constexpr uint16_t tree_location_extension_type = 0xf0a3;  // RFC 9420 section 17.3: private use
struct TreeLocation {
    uint16_t version = content_version;
    FileCipher cipher = FileCipher::chacha20_poly1305;
    wire::BlobId blob;
    SecretArray<32> key;  // of this blob alone
    MAYFLY_FIELDS(self.version, self.cipher, self.blob, self.key)
};
Result<TreeLocation> decode_tree_location(BytesView data);

// --- on its way to the hub: the commit waits until it is there

struct TreeUploadRow {
    uint16_t version = store_version;
    FileCipher cipher = FileCipher::chacha20_poly1305;
    SecretArray<32> key;
    wire::Token write_token;
    uint64_t expires_at_ms = 0;
    std::vector<Person> members;  // as they were when the commit was made: the size depends on them
    bool done = false;            // the hub has it all
    MAYFLY_FIELDS(self.version, self.cipher, self.key, self.write_token, self.expires_at_ms,
                  self.members, self.done)
};
namespace row_key {
Bytes tree_upload(const ConversationId& conversation);
}  // namespace row_key

// What a connection carries right now.
struct TreeUploadProgress {
    Bytes content;             // made of the pending epoch when it is needed
    bool begun = false;        // on this connection
    uint64_t chunks_done = 0;  // that the hub has
    uint64_t next_chunk = 0;   // to send
};

// --- on its way from the hub: the Welcome, and whatever the queue brings behind it, waits

// A relay that sends more than its window allows, twice over, is broken.
constexpr size_t held_size_bytes_max = size_t{4} << 20;

// So many refusals and lost connections in a row, without a chunk between them, end a fetch: what
// waits behind it must not wait for ever. With the waits between them that is an hour.
constexpr uint32_t fetch_setbacks_max = 40;

struct TreeFetch {
    TreeLocation location;
    uint64_t blob_size_bytes = 0;  // 0: not known yet
    Bytes content;                 // chunks that came
    uint64_t chunks_done = 0;
    uint64_t next_chunk = 0;          // to ask for
    std::map<uint64_t, Bytes> early;  // that came before their turn
    std::optional<Error> failed;      // it cannot be had
    bool done = false;                // content is whole, or failed says why not
    std::deque<wire::Delivery> held;  // that wait for it, not acknowledged
    size_t held_size_bytes = 0;
    uint32_t setbacks = 0;   // in a row
    bool caught_up = false;  // what waited in the queue is among the held
};

}  // namespace mayfly::core
