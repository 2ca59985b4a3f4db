// Message framing: the structures of RFC 9420 section 6. How they are signed, encrypted and checked
// is in mls/public_message.h and mls/private_message.h.
#pragma once

#include <optional>
#include <variant>

#include "mls/commit.h"
#include "mls/group_context.h"
#include "mls/labelled.h"
#include "mls/types.h"

namespace mayfly::mls {

enum class WireFormat : uint16_t {
    public_message = 0x0001,
    private_message = 0x0002,
    welcome = 0x0003,
    group_info = 0x0004,
    key_package = 0x0005,
};
constexpr bool is_known(WireFormat format) {
    return format >= WireFormat::public_message && format <= WireFormat::key_package;
}

enum class ContentType : uint8_t { application = 1, proposal = 2, commit = 3 };
constexpr bool is_known(ContentType type) {
    return type >= ContentType::application && type <= ContentType::commit;
}

enum class SenderType : uint8_t {
    member = 1,
    external = 2,
    new_member_proposal = 3,
    new_member_commit = 4,
};
constexpr bool is_known(SenderType type) {
    return type >= SenderType::member && type <= SenderType::new_member_commit;
}

struct Sender {
    SenderType type = SenderType::member;
    uint32_t index = 0;  // member: leaf index; external: index in external_senders

    static Sender member(LeafIndex leaf) { return {SenderType::member, leaf.value}; }
    bool is_member() const { return type == SenderType::member; }
    LeafIndex leaf() const { return {index}; }

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.type);
        if (self.type == SenderType::member || self.type == SenderType::external) {
            archive(self.index);
        }
    }
    bool operator==(const Sender&) const = default;
};

// ApplicationData is the plaintext of an application message, wiped like every secret.
struct ApplicationData {
    SecretBuffer data;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.data);
    }
};

using Content = std::variant<ApplicationData, Proposal, Commit>;
ContentType content_type(const Content& content);

// content_fields describes the `select (content_type)` that FramedContent and PrivateMessageContent
// share. When reading, the type must be known and decides the alternative.
template <class Self, class Archive>
void content_fields(ContentType type, Self& content, Archive& archive) {
    if constexpr (std::is_same_v<Archive, codec::Reader>) {
        switch (type) {
            case ContentType::application: content.template emplace<ApplicationData>(); break;
            case ContentType::proposal: content.template emplace<Proposal>(); break;
            case ContentType::commit: content.template emplace<Commit>(); break;
            default: return refuse_unknown(archive);
        }
    }
    std::visit([&](auto& body) { archive(body); }, content);
}

struct FramedContent {
    GroupId group_id;
    Epoch epoch;
    Sender sender;
    Bytes authenticated_data;
    Content content;

    ContentType type() const { return content_type(content); }

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.group_id, self.epoch, self.sender, self.authenticated_data);
        ContentType type = self.type();
        archive(type);
        content_fields(type, self.content, archive);
    }
};

// FramedContentAuthData (section 6.1) depends on the content type: auth_fields.
struct FramedContentAuthData {
    Bytes signature;
    Bytes confirmation_tag;  // of a commit, else empty and absent

    template <class Self, class Archive>
    static void auth_fields(ContentType type, Self& self, Archive& archive) {
        archive(self.signature);
        if (type == ContentType::commit) archive(self.confirmation_tag);
    }
};

struct AuthenticatedContent {
    WireFormat wire_format = WireFormat::private_message;
    FramedContent content;
    FramedContentAuthData auth;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.wire_format, self.content);
        FramedContentAuthData::auth_fields(self.content.type(), self.auth, archive);
    }
};

struct PublicMessage {  // section 6.2
    FramedContent content;
    FramedContentAuthData auth;
    Bytes membership_tag;  // from a member, else empty and absent

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.content);
        FramedContentAuthData::auth_fields(self.content.type(), self.auth, archive);
        if (self.content.sender.is_member()) archive(self.membership_tag);
    }
};

struct PrivateMessage {  // section 6.3
    GroupId group_id;
    Epoch epoch;
    ContentType content_type = ContentType::application;
    Bytes authenticated_data;
    Bytes encrypted_sender_data;
    Bytes ciphertext;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.group_id, self.epoch, self.content_type, self.authenticated_data,
                self.encrypted_sender_data, self.ciphertext);
    }
};

// sign_content makes the AuthenticatedContent of what we send; the confirmation tag of a commit is
// still to be set. context_bytes is the encoded GroupContext of the epoch (covered for members and
// for those who join by external commit).
Result<AuthenticatedContent> sign_content(const CipherSuite& suite, WireFormat format,
                                          FramedContent content, BytesView context_bytes,
                                          const Secret& signature_key);
// verify_content checks the signature with the sender's key.
Status verify_content(const CipherSuite& suite, const AuthenticatedContent& message,
                      BytesView context_bytes, BytesView signature_key);

// FramedContentTBS of section 6.1.
SecretBuffer framed_content_tbs(WireFormat format, const FramedContent& content,
                                BytesView context_bytes);

// proposal_ref: section 5.2.
ProposalRef proposal_ref(const CipherSuite& suite, const AuthenticatedContent& message);

}  // namespace mayfly::mls
