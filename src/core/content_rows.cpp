#include "core/content_rows.h"

namespace mayfly::core::row_key {

Bytes said(char sub_kind) {
    return {static_cast<uint8_t>(row_kind::said), static_cast<uint8_t>(sub_kind)};
}

namespace {

class Key {
  public:
    explicit Key(char sub_kind) : bytes_(said(sub_kind)) {}
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
    return Key(row_kind::annex)
        .add(target.view())
        .add(static_cast<uint64_t>(type), 2)
        .add(sender.view())
        .add(slot)
        .take();
}
Bytes annexes_of(const MessageId& target) { return Key(row_kind::annex).add(target.view()).take(); }
Bytes annexes_of(const MessageId& target, ContentType type, const AccountId& sender) {
    return Key(row_kind::annex)
        .add(target.view())
        .add(static_cast<uint64_t>(type), 2)
        .add(sender.view())
        .take();
}
Bytes orphan(const ConversationId& conversation, uint64_t order) {
    return Key(row_kind::orphan).add(conversation.view()).add(order).take();
}
Bytes orphans_of(const ConversationId& conversation) {
    return Key(row_kind::orphan).add(conversation.view()).take();
}
Bytes orphan_of_subject(BytesView subject) { return Key(row_kind::orphan).add(subject).take(); }
Bytes settings(const ConversationId& conversation) {
    return Key(row_kind::settings).add(conversation.view()).take();
}
Bytes local_settings(const ConversationId& conversation) {
    return Key(row_kind::local_settings).add(conversation.view()).take();
}
Bytes draft(const ConversationId& conversation) {
    return Key(row_kind::draft).add(conversation.view()).take();
}
Bytes outbox_body(uint64_t order) { return Key(row_kind::outbox_body).add(order).take(); }

}  // namespace mayfly::core::row_key
