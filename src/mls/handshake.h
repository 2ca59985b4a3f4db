// Sending and receiving within an epoch: framing, signature and protection together.
#pragma once

#include "mls/group_state.h"
#include "mls/mls_message.h"

namespace mayfly::mls {

// sign_handshake signs what we send to the group as a member.
Result<AuthenticatedContent> sign_handshake(const GroupState& group, Content content,
                                            Bytes authenticated_data, WireFormat format);
// protect_handshake encrypts it (consuming a handshake key) or adds the membership tag.
Result<Bytes> protect_handshake(GroupState& group, AuthenticatedContent message, Entropy& entropy);

// Received: a message that decrypts and whose signature verifies. Nothing has changed yet: accept()
// consumes the key.
struct Received {
    AuthenticatedContent message;
    Epoch epoch;
    std::optional<SecretTree::KeyLease> key;  // of a PrivateMessage
};

// receive unprotects a message to the group and verifies it. Errors: those of process().
Result<Received> receive(const GroupState& group, BytesView message);
void accept(GroupState& group, Received& received);

}  // namespace mayfly::mls
