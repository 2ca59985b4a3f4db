// The secret tree and the sender ratchets: RFC 9420 section 9.
//
// Nodes are derived when a sender is first needed. What is consumed is erased at once
// (section 9.2): a node when its children are derived, a ratchet secret when the ratchet moves on,
// a message key when its message has been decrypted. Keys of messages that were passed over wait,
// within bounds.
#pragma once

#include <tuple>

#include "mls/record_key.h"
#include "mls/tree_secrets.h"

namespace mayfly::mls {

// How far ahead of a ratchet a message may be: bounds the work that one message can cause (about
// 3 ms). A sender whose last 1000 messages of one epoch are all lost is out of reach until a
// commit.
constexpr uint32_t ratchet_jump_max = 1000;
// How many passed-over keys a ratchet keeps; the oldest go first. Bounds memory and stored rows.
constexpr size_t skipped_keys_max = 256;

struct MessageKey {
    Secret key;
    Secret nonce;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.key, self.nonce);
    }
};

struct Ratchet {
    uint32_t generation = 0;  // of the next key
    Secret secret;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.generation, self.secret);
    }
};

class SecretTree {
  public:
    // KeyLease is a key that was found but not consumed yet, with all that consuming it changes.
    struct KeyLease {
        LeafIndex sender;
        RatchetType type{};
        uint32_t generation = 0;
        MessageKey key;

        struct Derived {  // the sender's first use: what replaces the node above its leaf
            std::vector<NodeSecret> kept;
            NodeIndex consumed;
            Ratchet other;  // the sender's ratchet of the other type
        };
        struct Passed {
            uint32_t generation = 0;
            MessageKey key;
        };
        std::optional<Derived> derived;
        std::optional<Ratchet> advanced;  // nothing if the key was passed over before
        std::vector<Passed> passed;
    };

    SecretTree() = default;
    SecretTree(const CipherSuite& suite, Epoch epoch, LeafCount leaves, Secret encryption_secret);

    // find_key gives the key of a message without changing anything. mls_generation_used,
    // mls_generation_too_far.
    Result<KeyLease> find_key(LeafIndex sender, RatchetType type, uint32_t generation) const;
    // consume makes the lease's key, and all it was derived from, unobtainable. The lease must be
    // the latest thing that was found in this tree.
    void consume(KeyLease lease);
    // next_key gives and consumes the key for our next message.
    Result<KeyLease> next_key(LeafIndex own, RatchetType type);

    // keep_application_only erases every handshake key, now and as they come up: a past epoch.
    void keep_application_only();

    // Persistence: keys() lists all rows, record() encodes one (nothing if it is gone), restore()
    // reads one back. changes() are the rows touched since they were last cleared.
    RecordKeys keys() const;
    std::optional<SecretBuffer> record(const RecordKey& key) const;
    Status restore(const RecordKey& key, BytesView value);
    // is_complete: every leaf can still be derived or has its ratchets.
    bool is_complete() const;
    RecordKeys take_changes() { return std::exchange(changes_, {}); }

  private:
    using RatchetId = std::pair<LeafIndex, RatchetType>;
    using SkippedId = std::tuple<LeafIndex, RatchetType, uint32_t>;

    RecordKey node_key(NodeIndex node) const;
    RecordKey ratchet_key(RatchetId id) const;
    RecordKey skipped_key(SkippedId id) const;
    Result<Ratchet> derive_ratchets(LeafIndex leaf, KeyLease& lease) const;
    Status advance(Ratchet ratchet, KeyLease& lease) const;
    void bound_skipped(RatchetId id);
    bool covers(NodeIndex node) const;

    CipherSuite suite_{};
    Epoch epoch_;
    LeafCount leaves_;
    bool application_only_ = false;
    std::map<NodeIndex, Secret> nodes_;
    std::map<RatchetId, Ratchet> ratchets_;
    std::map<SkippedId, MessageKey> skipped_;
    RecordKeys changes_;
};

}  // namespace mayfly::mls
