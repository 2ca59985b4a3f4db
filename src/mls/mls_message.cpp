#include "mls/mls_message.h"

namespace mayfly::mls {

void MlsMessage::select(WireFormat format) {
    switch (format) {
        case WireFormat::public_message: content.emplace<PublicMessage>(); break;
        case WireFormat::private_message: content.emplace<PrivateMessage>(); break;
        case WireFormat::welcome: content.emplace<Welcome>(); break;
        case WireFormat::group_info: content.emplace<GroupInfo>(); break;
        case WireFormat::key_package: content.emplace<KeyPackage>(); break;
    }
}

Result<MessageHeader> read_message_header(BytesView message) {
    TRY_ASSIGN(MlsMessage decoded, codec::decode<MlsMessage>(message));
    if (const auto* sealed = std::get_if<PrivateMessage>(&decoded.content)) {
        return MessageHeader{decoded.wire_format(), sealed->group_id, sealed->epoch,
                             sealed->content_type};
    }
    const auto* open = std::get_if<PublicMessage>(&decoded.content);
    ENSURE(open != nullptr, unexpected_message);
    return MessageHeader{decoded.wire_format(), open->content.group_id, open->content.epoch,
                         open->content.type()};
}

}  // namespace mayfly::mls
