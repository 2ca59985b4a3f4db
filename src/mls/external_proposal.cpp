#include "mls/external_proposal.h"

#include "mls/mls_message.h"
#include "mls/proposal_list.h"
#include "mls/public_message.h"

namespace mayfly::mls {

namespace {

Result<Bytes> send(const CipherSuite& suite, const GroupId& group_id, Epoch epoch, Sender sender,
                   const Proposal& proposal, const Secret& signature_key) {
    ENSURE(may_send(sender, proposal.type()), invalid_argument);
    FramedContent content;
    content.group_id = group_id;
    content.epoch = epoch;
    content.sender = sender;
    content.content.emplace<Proposal>(proposal);
    // Section 6.1: only members and those who join by external commit sign the context.
    TRY_ASSIGN(AuthenticatedContent message, sign_content(suite, WireFormat::public_message,
                                                          std::move(content), {}, signature_key));
    return encode_message(protect_public(suite, std::move(message), {}, Secret()));
}

}  // namespace

Result<Bytes> propose_from_outside(CipherSuiteId suite_id, const GroupId& group_id, Epoch epoch,
                                   uint32_t sender_index, const Proposal& proposal,
                                   const Identity& sender) {
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(suite_id));
    TRY(check_identity(suite, sender));
    return send(suite, group_id, epoch, {SenderType::external, sender_index}, proposal,
                sender.signature_keys.private_key);
}

Result<Bytes> propose_own_addition(const GroupId& group_id, Epoch epoch,
                                   const KeyPackageSecrets& own) {
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(own.key_package.cipher_suite));
    return send(suite, group_id, epoch, {SenderType::new_member_proposal, 0},
                {Add{own.key_package}}, own.signature_private_key);
}

}  // namespace mayfly::mls
