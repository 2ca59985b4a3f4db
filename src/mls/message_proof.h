// Proof of an application message to somebody outside the group: what the sender's signature covers
// besides the plaintext (RFC 9420 section 6.1). It holds no secret of the group.
#pragma once

#include "mls/framing.h"
#include "mls/group_context.h"

namespace mayfly::mls {

struct MessageProof {
    uint32_t leaf_index = 0;
    Bytes authenticated_data;
    Bytes signature;
    Bytes group_context;  // encoded, of the epoch of the message

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.leaf_index, self.authenticated_data, self.signature, self.group_context);
    }
};

// verify_message_proof gives the context that the signature covers: the group, its epoch, its
// extensions. The caller knows whose key it is. Errors: invalid_signature, unsupported_suite,
// unsupported_version, those of the codec.
Result<GroupContext> verify_message_proof(const MessageProof& proof, BytesView plaintext,
                                          BytesView signature_key);

}  // namespace mayfly::mls
