#include "mls/framing.h"

namespace mayfly::mls {

ContentType content_type(const Content& content) {
    if (std::holds_alternative<ApplicationData>(content)) return ContentType::application;
    return std::holds_alternative<Proposal>(content) ? ContentType::proposal : ContentType::commit;
}

SecretBuffer framed_content_tbs(WireFormat format, const FramedContent& content,
                                BytesView context_bytes) {
    codec::Writer tbs;
    tbs(ProtocolVersion::mls10, format, content);
    if (content.sender.is_member() || content.sender.type == SenderType::new_member_commit) {
        tbs.raw(context_bytes);
    }
    return tbs.take_secret();
}

Result<AuthenticatedContent> sign_content(const CipherSuite& suite, WireFormat format,
                                          FramedContent content, BytesView context_bytes,
                                          const Secret& signature_key) {
    AuthenticatedContent message;
    message.wire_format = format;
    message.content = std::move(content);
    const SecretBuffer tbs = framed_content_tbs(format, message.content, context_bytes);
    TRY_ASSIGN(message.auth.signature,
               sign_with_label(suite, signature_key, "FramedContentTBS", tbs.expose()));
    return message;
}

Status verify_content(const CipherSuite& suite, const AuthenticatedContent& message,
                      BytesView context_bytes, BytesView signature_key) {
    const SecretBuffer tbs =
        framed_content_tbs(message.wire_format, message.content, context_bytes);
    return verify_with_label(suite, signature_key, "FramedContentTBS", tbs.expose(),
                             message.auth.signature);
}

ProposalRef proposal_ref(const CipherSuite& suite, const AuthenticatedContent& message) {
    return ref_hash(suite, "MLS 1.0 Proposal Reference", codec::encode(message));
}

}  // namespace mayfly::mls
