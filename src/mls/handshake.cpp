#include "mls/handshake.h"

#include "mls/private_message.h"
#include "mls/public_message.h"

namespace mayfly::mls {

namespace {

// The key that a sender signs with, section 6.1. Empty: there is no such sender.
Result<Bytes> sender_key(const EpochState& epoch, const FramedContent& content) {
    switch (content.sender.type) {
        case SenderType::member: {
            // check 6.1-1: the member is there.
            const LeafIndex leaf = content.sender.leaf();
            ENSURE(epoch.tree.has_member(leaf), mls_unknown_sender);
            return to_bytes(epoch.tree.signature_key(leaf));
        }
        case SenderType::external: {
            // check 6.1-2: external senders are listed, and only propose.
            ENSURE(content.type() == ContentType::proposal, unexpected_message);
            TRY_ASSIGN(const auto senders,
                       read_extension<ExternalSenders>(epoch.context.extensions));
            ENSURE(senders && content.sender.index < senders->external_senders.size(),
                   mls_unknown_sender);
            return senders->external_senders[content.sender.index].signature_key;
        }
        case SenderType::new_member_commit: {
            // check 12.4.3.2-2: the path is there. check 6.1-3: who joins by external commit signs
            // with the leaf of its path.
            const auto* commit = std::get_if<Commit>(&content.content);
            ENSURE(commit != nullptr, unexpected_message);
            ENSURE(commit->path.has_value(), mls_bad_update_path);
            return commit->path->leaf_node.signature_key;
        }
        case SenderType::new_member_proposal: {
            // check 6.1-4: who asks to be added signs with the leaf of its key package.
            const auto* proposal = std::get_if<Proposal>(&content.content);
            const Add* add = proposal == nullptr ? nullptr : proposal->get_if<Add>();
            ENSURE(add != nullptr, unexpected_message);
            return add->key_package.leaf_node.signature_key;
        }
    }
    return MAYFLY_ERROR(mls_unknown_sender);
}

// What unprotecting needs of an epoch, current or past.
struct EpochKeysView {
    const CipherSuite& suite;
    LeafIndex own_leaf;
    BytesView context_bytes;
    const Secret& sender_data_secret;
    const SecretTree& messages;
};

Result<Received> decrypt(const EpochKeysView& epoch, const PrivateMessage& message) {
    TRY_ASSIGN(const SenderData sender,
               open_sender_data(epoch.suite, message, epoch.sender_data_secret));
    ENSURE(sender.leaf != epoch.own_leaf, mls_own_message);
    Received out;
    out.epoch = message.epoch;
    TRY_ASSIGN(out.key, epoch.messages.find_key(sender.leaf, ratchet_of(message.content_type),
                                                sender.generation));
    TRY_ASSIGN(out.message, unprotect_private(epoch.suite, message, sender, out.key->key));
    return out;
}

Result<Received> receive_in(const EpochState& epoch, const PrivateMessage& message) {
    TRY_ASSIGN(Received out, decrypt({epoch.suite, epoch.own_leaf(), epoch.context_bytes,
                                      epoch.secrets.sender_data_secret, epoch.messages},
                                     message));
    TRY_ASSIGN(const Bytes key, sender_key(epoch, out.message.content));
    // check 6.1-5: the signature verifies.
    TRY(verify_content(epoch.suite, out.message, epoch.context_bytes, key));
    return out;
}

Result<Received> receive_private(const GroupState& group, const PrivateMessage& message) {
    const EpochState& now = *group.epoch;
    ENSURE(equal(message.group_id, now.context.group_id), mls_unknown_group);
    const bool removed = group.status == GroupStatus::removed;
    if (message.epoch == now.context.epoch && !removed) return receive_in(now, message);
    // check 12.4.2-1: only application messages may be late.
    ENSURE(message.content_type == ContentType::application, mls_wrong_epoch);
    if (group.previous && group.previous->epoch->context.epoch == message.epoch) {
        return receive_in(*group.previous->epoch, message);
    }
    const auto found = group.past.find(message.epoch);
    ENSURE(found != group.past.end(), mls_wrong_epoch);
    const PastEpoch& past = found->second;
    TRY_ASSIGN(Received out, decrypt({past.suite, past.own_leaf, past.context_bytes,
                                      past.sender_data_secret, past.messages},
                                     message));
    // check 6.3.2-1: the sender's leaf is not blank.
    const BytesView key = past.members.signature_key(out.message.content.sender.leaf());
    ENSURE(!key.empty(), mls_unknown_sender);
    TRY(verify_content(past.suite, out.message, past.context_bytes, key));
    return out;
}

Result<Received> receive_public(const GroupState& group, PublicMessage message) {
    const EpochState& now = *group.epoch;
    ENSURE(equal(message.content.group_id, now.context.group_id), mls_unknown_group);
    ENSURE(group.status != GroupStatus::removed, mls_removed);
    // check 12.4.2-1: a handshake of this epoch.
    ENSURE(message.content.epoch == now.context.epoch, mls_wrong_epoch);
    Received out;
    out.epoch = message.content.epoch;
    // check 12.4.2-2: the membership tag verifies.
    TRY_ASSIGN(out.message, unprotect_public(now.suite, std::move(message), now.context_bytes,
                                             now.secrets.membership_key));

    const Sender& sender = out.message.content.sender;
    ENSURE(!(sender.is_member() && sender.leaf() == now.own_leaf()), mls_own_message);
    TRY_ASSIGN(const Bytes key, sender_key(now, out.message.content));
    // check 12.4.2-2: the signature verifies.
    TRY(verify_content(now.suite, out.message, now.context_bytes, key));
    return out;
}

}  // namespace

Result<AuthenticatedContent> sign_handshake(const GroupState& group, Content content,
                                            Bytes authenticated_data, WireFormat format) {
    const EpochState& epoch = *group.epoch;
    FramedContent framed;
    framed.group_id = epoch.context.group_id;
    framed.epoch = epoch.context.epoch;
    framed.sender = Sender::member(epoch.own_leaf());
    framed.authenticated_data = std::move(authenticated_data);
    framed.content = std::move(content);
    return sign_content(epoch.suite, format, std::move(framed), epoch.context_bytes,
                        epoch.signature_key);
}

Result<Bytes> protect_handshake(GroupState& group, AuthenticatedContent message, Entropy& entropy) {
    EpochState& epoch = *group.epoch;
    if (message.wire_format == WireFormat::public_message) {
        return encode_message(protect_public(epoch.suite, std::move(message), epoch.context_bytes,
                                             epoch.secrets.membership_key));
    }
    TRY_ASSIGN(const SecretTree::KeyLease key,
               epoch.messages.next_key(epoch.own_leaf(), RatchetType::handshake));
    return encode_message(protect_private(
        epoch.suite, message, key, epoch.secrets.sender_data_secret, Padding::padme, entropy));
}

Result<Received> receive(const GroupState& group, BytesView message) {
    TRY_ASSIGN(MlsMessage decoded, codec::decode<MlsMessage>(message));
    if (const auto* sealed = std::get_if<PrivateMessage>(&decoded.content)) {
        return receive_private(group, *sealed);
    }
    auto* open = std::get_if<PublicMessage>(&decoded.content);
    ENSURE(open != nullptr, unexpected_message);
    return receive_public(group, std::move(*open));
}

void accept(GroupState& group, Received& received) {
    if (!received.key) return;
    SecretTree* messages = group.messages_of(received.epoch);
    MAYFLY_ASSERT(messages != nullptr);
    messages->consume(*std::move(received.key));
    received.key.reset();
}

}  // namespace mayfly::mls
