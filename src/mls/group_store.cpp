// A group's records: what take_changes() writes and load() reads. docs/spec/mls.md describes them.
#include "mls/group.h"
#include "mls/group_state.h"

namespace mayfly::mls {

namespace {

// The root of a tree of secrets: all there is of it in an epoch that has not begun.
template <class Tree>
SecretBuffer encode_root(const Tree& tree) {
    const RecordKeys keys = tree.keys();
    MAYFLY_ASSERT(keys.size() == 1);
    return *tree.record(*keys.begin());
}

Result<Secret> decode_root(const SecretBuffer& record, const CipherSuite& suite) {
    TRY_ASSIGN(Secret out, codec::decode<Secret>(record.expose()));
    ENSURE(out.size() == suite.hash_size_bytes(), mls_state_corrupt);
    return out;
}

// The version of all of a group's records. A later one that changes an encoding takes the next.
constexpr uint8_t record_version = 1;

template <class Archive>
void put_epoch(Archive& out, const EpochState& epoch) {
    out(epoch.context, epoch.tree.encode(), epoch.keys, epoch.signature_key, epoch.secrets,
        epoch.confirmation_tag, epoch.interim_transcript_hash);
}

Result<std::unique_ptr<EpochState>> get_epoch(codec::Reader& in) {
    GroupContext context;
    Bytes tree;
    in(context, tree);
    TRY(in.status());
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(context.cipher_suite));
    auto epoch = std::make_unique<EpochState>(suite);
    TRY_ASSIGN(epoch->tree, RatchetTree::decode(suite, tree));
    epoch->context = std::move(context);
    epoch->context_bytes = codec::encode(epoch->context);
    in(epoch->keys, epoch->signature_key, epoch->secrets, epoch->confirmation_tag,
       epoch->interim_transcript_hash);
    TRY(in.status());
    ENSURE(epoch->tree.tree_hash() == epoch->context.tree_hash, mls_state_corrupt);
    return epoch;
}

// A state that can go on: our leaf is there and the private keys fit the tree.
Status check_epoch(const EpochState& epoch) {
    ENSURE(epoch.tree.has_member(epoch.own_leaf()), mls_state_corrupt);
    TRY(epoch.keys.check_against(epoch.tree));
    TRY_ASSIGN(const crypto::SignatureKeyPair pair,
               crypto::signature_from_private(epoch.suite.signature, epoch.signature_key.expose()));
    ENSURE(equal(pair.public_key, epoch.tree.signature_key(epoch.own_leaf())), mls_state_corrupt);
    ENSURE(epoch.secrets.init_secret.size() == epoch.suite.hash_size_bytes(), mls_state_corrupt);
    return {};
}

SecretBuffer encode_group(const GroupState& group) {
    codec::Writer out;
    out(record_version, group.handshake_format, group.status, group.reinit, group.resumption_psks);
    put_epoch(out, *group.epoch);
    return out.take_secret();
}

Status decode_group(BytesView value, GroupState& group) {
    codec::Reader in(value);
    uint8_t version = 0;
    in(version);
    ENSURE(version == record_version, unsupported_version);
    in(group.handshake_format, group.status, group.reinit, group.resumption_psks);
    TRY_ASSIGN(group.epoch, get_epoch(in));
    TRY(in.finish());
    if (group.status == GroupStatus::removed) return {};
    const EpochState& epoch = *group.epoch;
    group.epoch->messages =
        SecretTree(epoch.suite, epoch.context.epoch, epoch.tree.leaf_count(), Secret());
    group.epoch->exports = ExporterTree(epoch.suite, epoch.context.epoch, Secret());
    return check_epoch(epoch);
}

SecretBuffer encode_pending(const PendingCommit& pending) {
    codec::Writer out;
    out(pending.messages, pending.summary);
    put_epoch(out, *pending.next);
    out(encode_root(pending.next->messages), encode_root(pending.next->exports));
    return out.take_secret();
}

Result<PendingCommit> decode_pending(BytesView value) {
    codec::Reader in(value);
    PendingCommit out;
    in(out.messages, out.summary);
    TRY_ASSIGN(out.next, get_epoch(in));
    SecretBuffer messages;
    SecretBuffer exports;
    in(messages, exports);
    TRY(in.finish());
    EpochState& next = *out.next;
    TRY_ASSIGN(Secret messages_root, decode_root(messages, next.suite));
    TRY_ASSIGN(Secret exports_root, decode_root(exports, next.suite));
    next.messages = SecretTree(next.suite, next.context.epoch, next.tree.leaf_count(),
                               std::move(messages_root));
    next.exports = ExporterTree(next.suite, next.context.epoch, std::move(exports_root));
    TRY(check_epoch(next));
    return out;
}

SecretBuffer encode_past(const PastEpoch& past) {
    codec::Writer out;
    out(past.suite.id, past.own_leaf, past.context_bytes, past.sender_data_secret,
        past.leaves.value, past.members.leaf_keys());
    return out.take_secret();
}

Result<PastEpoch> decode_past(Epoch epoch, BytesView value) {
    codec::Reader in(value);
    CipherSuiteId suite_id{};
    in(suite_id);
    TRY(in.status());
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(suite_id));
    PastEpoch out{suite, {}, {}, {}, {}, {}, {}};
    std::vector<PastMembers::LeafKey> keys;
    in(out.own_leaf, out.context_bytes, out.sender_data_secret, out.leaves.value, keys);
    TRY(in.finish());
    ENSURE(std::has_single_bit(out.leaves.value) && out.leaves.value <= tree_leaves_max,
           mls_state_corrupt);
    out.members = PastMembers::from(std::move(keys));
    out.messages = SecretTree(suite, epoch, out.leaves, Secret());
    out.messages.keep_application_only();
    return out;
}

SecretBuffer encode_proposal(const CachedProposal& cached) {
    codec::Writer out;
    const ReceivedProposal& received = cached.received;
    out(received.sender, received.reference, received.proposal, received.authenticated_data,
        cached.own_update, cached.forgotten);
    return out.take_secret();
}

Result<CachedProposal> decode_proposal(uint32_t position, BytesView value) {
    codec::Reader in(value);
    CachedProposal out;
    out.position = position;
    in(out.received.sender, out.received.reference, out.received.proposal,
       out.received.authenticated_data, out.own_update, out.forgotten);
    TRY(in.finish());
    return out;
}

struct StoredProposal {
    uint32_t position = 0;
    SecretBuffer value;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.position, self.value);
    }
};

// Proposals and pending commit of a kept epoch are in its row: they change no more.
SecretBuffer encode_previous(const KeptEpoch& kept) {
    codec::Writer out;
    put_epoch(out, *kept.epoch);
    std::vector<StoredProposal> proposals;
    for (const CachedProposal& cached : kept.proposals) {
        proposals.push_back({cached.position, encode_proposal(cached)});
    }
    std::optional<SecretBuffer> pending;
    if (kept.pending) pending = encode_pending(*kept.pending);
    out(proposals, pending);
    return out.take_secret();
}

Status check_follows(const EpochState& epoch, const EpochState& before) {
    ENSURE(epoch.context.group_id == before.context.group_id &&
               epoch.context.epoch == before.context.epoch.next(),
           mls_state_corrupt);
    return {};
}

Result<KeptEpoch> decode_previous(BytesView value) {
    codec::Reader in(value);
    KeptEpoch out;
    TRY_ASSIGN(out.epoch, get_epoch(in));
    std::vector<StoredProposal> proposals;
    std::optional<SecretBuffer> pending;
    in(proposals, pending);
    TRY(in.finish());
    for (const StoredProposal& stored : proposals) {
        TRY_ASSIGN(CachedProposal cached, decode_proposal(stored.position, stored.value.expose()));
        out.proposals.push_back(std::move(cached));
    }
    if (pending) {
        TRY_ASSIGN(out.pending, decode_pending(pending->expose()));
        TRY(check_follows(*out.pending->next, *out.epoch));
    }
    EpochState& epoch = *out.epoch;
    epoch.messages =
        SecretTree(epoch.suite, epoch.context.epoch, epoch.tree.leaf_count(), Secret());
    epoch.exports = ExporterTree(epoch.suite, epoch.context.epoch, Secret());
    TRY(check_epoch(epoch));
    return out;
}

std::optional<SecretBuffer> encode_record(GroupState& group, const RecordKey& key) {
    switch (key.kind) {
        case RecordKind::epoch: return encode_group(group);
        case RecordKind::pending_commit:
            if (group.pending) return encode_pending(*group.pending);
            return std::nullopt;
        case RecordKind::proposal:
            for (const CachedProposal& cached : group.proposals) {
                if (cached.position == key.index) return encode_proposal(cached);
            }
            return std::nullopt;
        case RecordKind::past_epoch: {
            const auto past = group.past.find(key.epoch);
            if (past == group.past.end()) return std::nullopt;
            return encode_past(past->second);
        }
        case RecordKind::previous_epoch:
            if (group.previous) return encode_previous(*group.previous);
            return std::nullopt;
        case RecordKind::abandoned:
            if (group.abandoned.empty()) return std::nullopt;
            return SecretBuffer(codec::encode(group.abandoned));
        case RecordKind::exporter_node: {
            const ExporterTree* exports = group.exports_of(key.epoch);
            return exports == nullptr ? std::nullopt : exports->record(key);
        }
        default: break;
    }
    const SecretTree* messages = group.messages_of(key.epoch);
    return messages == nullptr ? std::nullopt : messages->record(key);
}

Status restore_record(GroupState& group, const RecordKey& key, BytesView value) {
    switch (key.kind) {
        case RecordKind::epoch:
        case RecordKind::previous_epoch: return {};  // read before all others
        case RecordKind::abandoned: {
            TRY_ASSIGN(group.abandoned, codec::decode<std::vector<Bytes>>(value));
            ENSURE(group.abandoned.size() <= abandoned_epochs_max, mls_state_corrupt);
            return {};
        }
        case RecordKind::pending_commit: {
            TRY_ASSIGN(PendingCommit pending, decode_pending(value));
            TRY(check_follows(*pending.next, *group.epoch));
            group.pending.emplace(std::move(pending));
            return {};
        }
        case RecordKind::proposal: {
            TRY_ASSIGN(CachedProposal cached, decode_proposal(key.index, value));
            group.proposals.push_back(std::move(cached));
            return {};
        }
        case RecordKind::past_epoch: {
            TRY_ASSIGN(PastEpoch past, decode_past(key.epoch, value));
            group.past.insert_or_assign(key.epoch, std::move(past));
            return {};
        }
        case RecordKind::exporter_node: {
            ExporterTree* exports = group.exports_of(key.epoch);
            ENSURE(exports != nullptr, mls_state_corrupt);
            return exports->restore(key, value);
        }
        default: break;
    }
    SecretTree* messages = group.messages_of(key.epoch);
    ENSURE(messages != nullptr, mls_state_corrupt);
    return messages->restore(key, value);
}

using SortedRecords = std::map<RecordKey, const SecretBuffer*>;

Result<SortedRecords> sort_records(const std::vector<GroupRecord>& records) {
    SortedRecords out;
    for (const GroupRecord& record : records) {
        TRY_ASSIGN(const RecordKey key, codec::decode<RecordKey>(record.key));
        ENSURE(record.value.has_value(), mls_state_corrupt);
        ENSURE(out.emplace(key, &*record.value).second, mls_state_corrupt);
    }
    return out;
}

Status restore_previous(GroupState& group, const SortedRecords& records) {
    const auto found = records.find(previous_record());
    if (found == records.end()) return {};
    TRY_ASSIGN(group.previous, decode_previous(found->second->expose()));
    const EpochState& kept = *group.previous->epoch;
    ENSURE(
        !group.resumption_psks.empty() && group.resumption_psks.back().epoch == kept.context.epoch,
        mls_state_corrupt);
    if (group.status != GroupStatus::removed) return check_follows(*group.epoch, kept);
    ENSURE(group.epoch->context == kept.context, mls_state_corrupt);
    return {};
}

Result<std::unique_ptr<GroupState>> load_state(const std::vector<GroupRecord>& records) {
    TRY_ASSIGN(const SortedRecords sorted, sort_records(records));
    const auto main = sorted.find(epoch_record());
    ENSURE(main != sorted.end(), mls_state_corrupt);
    auto group = std::make_unique<GroupState>();
    TRY(decode_group(main->second->expose(), *group));
    TRY(restore_previous(*group, sorted));
    // Keys sort by kind, so a past epoch is there before its secret tree.
    for (const auto& [key, value] : sorted) TRY(restore_record(*group, key, value->expose()));
    ENSURE(group->status == GroupStatus::removed || group->epoch->messages.is_complete(),
           mls_state_corrupt);
    for (auto& [epoch, past] : group->past) {
        ENSURE(past.messages.is_complete(), mls_state_corrupt);
    }
    ENSURE(!group->previous || group->previous->epoch->messages.is_complete(), mls_state_corrupt);
    return group;
}

}  // namespace

std::vector<GroupRecord> Group::take_changes() {
    RecordKeys keys = std::exchange(state_->changes, {});
    keys.merge(state_->epoch->messages.take_changes());
    keys.merge(state_->epoch->exports.take_changes());
    for (auto& [epoch, past] : state_->past) keys.merge(past.messages.take_changes());
    if (state_->previous) {
        keys.merge(state_->previous->epoch->messages.take_changes());
        keys.merge(state_->previous->epoch->exports.take_changes());
    }
    std::vector<GroupRecord> out;
    out.reserve(keys.size());
    for (const RecordKey& key : keys) {
        out.push_back({codec::encode(key), encode_record(*state_, key)});
    }
    return out;
}

Result<Group> Group::load(const std::vector<GroupRecord>& records) {
    auto loaded = load_state(records);
    if (!loaded.ok()) {
        // Whatever a damaged record trips over, to the caller it is damage.
        return loaded.code() == ErrorCode::unsupported_version ? loaded.error()
                                                               : MAYFLY_ERROR(mls_state_corrupt);
    }
    return Group(std::move(loaded).value());
}

}  // namespace mayfly::mls
