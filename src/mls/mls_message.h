// MLSMessage: the envelope of everything that travels (RFC 9420 section 6).
#pragma once

#include "mls/framing.h"
#include "mls/welcome.h"

namespace mayfly::mls {

struct MlsMessage {
    // The alternatives stand in the order of WireFormat's values.
    std::variant<PublicMessage, PrivateMessage, Welcome, GroupInfo, KeyPackage> content;

    WireFormat wire_format() const { return static_cast<WireFormat>(content.index() + 1); }

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        ProtocolVersion version = ProtocolVersion::mls10;
        WireFormat format = self.wire_format();
        archive(version, format);
        if constexpr (std::is_same_v<Archive, codec::Reader>) {
            if (version != ProtocolVersion::mls10) {
                return archive.fail(MAYFLY_ERROR(unsupported_version));
            }
            self.select(format);
        }
        std::visit([&](auto& body) { archive(body); }, self.content);
    }

  private:
    void select(WireFormat format);
};

template <class T>
Bytes encode_message(T content) {
    MlsMessage message;
    message.content = std::move(content);
    return codec::encode(message);
}
// decode_message<T> refuses whatever is no T (unexpected_message).
template <class T>
Result<T> decode_message(BytesView bytes) {
    TRY_ASSIGN(MlsMessage message, codec::decode<MlsMessage>(bytes));
    T* content = std::get_if<T>(&message.content);
    ENSURE(content != nullptr, unexpected_message);
    return std::move(*content);
}

// MessageHeader is what a message to a group shows without its keys: enough to find the group.
struct MessageHeader {
    WireFormat wire_format{};
    GroupId group_id;
    Epoch epoch;
    ContentType content_type{};
};
// read_message_header: for PublicMessage and PrivateMessage only (unexpected_message).
Result<MessageHeader> read_message_header(BytesView message);

}  // namespace mayfly::mls
