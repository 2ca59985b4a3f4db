#include "core/content_rows.h"

namespace mayfly::core::row_key {
namespace {

class Key {
  public:
    explicit Key(char sub_kind) : bytes_{'x', static_cast<uint8_t>(sub_kind)} {}
    Key& add(BytesView more) {
        append(bytes_, more);
        return *this;
    }
    Key& add(uint64_t number, size_t size_bytes = 8) {
        for (size_t i = size_bytes; i-- > 0;) {
            bytes_.push_back(static_cast<uint8_t>(number >> (8 * i)));
        }
        return *this;
    }
    Bytes take() { return std::move(bytes_); }

  private:
    Bytes bytes_;
};

}  // namespace

Bytes annex(const MessageId& target, ContentType type, const AccountId& sender, uint64_t slot) {
    return Key('a')
        .add(target.view())
        .add(static_cast<uint64_t>(type), 2)
        .add(sender.view())
        .add(slot)
        .take();
}
Bytes annexes_of(const MessageId& target) { return Key('a').add(target.view()).take(); }
Bytes annexes_of(const MessageId& target, ContentType type, const AccountId& sender) {
    return Key('a')
        .add(target.view())
        .add(static_cast<uint64_t>(type), 2)
        .add(sender.view())
        .take();
}
Bytes orphan(const ConversationId& conversation, uint64_t order) {
    return Key('o').add(conversation.view()).add(order).take();
}
Bytes orphans_of(const ConversationId& conversation) {
    return Key('o').add(conversation.view()).take();
}
Bytes settings(const ConversationId& conversation) {
    return Key('s').add(conversation.view()).take();
}
Bytes local_settings(const ConversationId& conversation) {
    return Key('l').add(conversation.view()).take();
}
Bytes draft(const ConversationId& conversation) { return Key('d').add(conversation.view()).take(); }
Bytes outbox_body(uint64_t order) { return Key('b').add(order).take(); }

}  // namespace mayfly::core::row_key
