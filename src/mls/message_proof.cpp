#include "mls/message_proof.h"

namespace mayfly::mls {

Result<GroupContext> verify_message_proof(const MessageProof& proof, BytesView plaintext,
                                          BytesView signature_key) {
    TRY_ASSIGN(GroupContext context, codec::decode<GroupContext>(proof.group_context));
    ENSURE(context.version == ProtocolVersion::mls10, unsupported_version);
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(context.cipher_suite));
    AuthenticatedContent message;
    // An application message is never sent in another format (section 6).
    message.wire_format = WireFormat::private_message;
    message.content.group_id = context.group_id;
    message.content.epoch = context.epoch;
    message.content.sender = Sender::member(LeafIndex{proof.leaf_index});
    message.content.authenticated_data = proof.authenticated_data;
    message.content.content = ApplicationData{SecretBuffer(plaintext)};
    message.auth.signature = proof.signature;
    TRY(verify_content(suite, message, proof.group_context, signature_key));
    return context;
}

}  // namespace mayfly::mls
