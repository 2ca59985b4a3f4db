#include "mls/public_message.h"

namespace mayfly::mls {

namespace {

Bytes membership_tag(const CipherSuite& suite, const AuthenticatedContent& message,
                     BytesView context_bytes, const Secret& membership_key) {
    codec::Writer tbm;
    tbm.raw(framed_content_tbs(message.wire_format, message.content, context_bytes).expose());
    FramedContentAuthData::auth_fields(message.content.type(), message.auth, tbm);
    return mac(suite, membership_key, tbm.view());
}

}  // namespace

PublicMessage protect_public(const CipherSuite& suite, AuthenticatedContent message,
                             BytesView context_bytes, const Secret& membership_key) {
    PublicMessage out;
    if (message.content.sender.is_member()) {
        out.membership_tag = membership_tag(suite, message, context_bytes, membership_key);
    }
    out.content = std::move(message.content);
    out.auth = std::move(message.auth);
    return out;
}

Result<AuthenticatedContent> unprotect_public(const CipherSuite& suite, PublicMessage message,
                                              BytesView context_bytes,
                                              const Secret& membership_key) {
    ENSURE(message.content.type() != ContentType::application, unexpected_message);
    AuthenticatedContent out;
    out.wire_format = WireFormat::public_message;
    out.content = std::move(message.content);
    out.auth = std::move(message.auth);
    if (out.content.sender.is_member()) {
        const Bytes expected = membership_tag(suite, out, context_bytes, membership_key);
        ENSURE(constant_time_equal(expected, message.membership_tag), mls_bad_membership_tag);
    }
    return out;
}

}  // namespace mayfly::mls
