#include "core/transfers.h"

namespace mayfly::core {
namespace row_key {
namespace {

Bytes with(char kind, BytesView a = {}, BytesView b = {}, BytesView c = {}) {
    Bytes key = {static_cast<uint8_t>(kind)};
    append(key, a);
    append(key, b);
    append(key, c);
    return key;
}
std::array<uint8_t, 8> big_endian(uint64_t value) {
    std::array<uint8_t, 8> out{};
    for (size_t i = 0; i < 8; ++i) out[i] = static_cast<uint8_t>(value >> (8 * (7 - i)));
    return out;
}

}  // namespace

Bytes account() { return with(row_kind::account); }
Bytes counters() { return with(row_kind::counters); }
Bytes relay(std::string_view relay) { return with(row_kind::relay, as_bytes(relay)); }
Bytes own_record(uint64_t number) { return with(row_kind::own_record, big_endian(number)); }
Bytes key_package(BytesView reference) { return with(row_kind::key_package, reference); }
Bytes contact(const AccountId& account) { return with(row_kind::contact, account.view()); }
Bytes conversation(const ConversationId& conversation) {
    return with(row_kind::conversation, conversation.view());
}
Bytes creation(const ConversationId& conversation) {
    return with(row_kind::creation, conversation.view());
}
Bytes group(const ConversationId& conversation, BytesView record_key) {
    return with(row_kind::group, conversation.view(), record_key);
}
Bytes group_prefix(const ConversationId& conversation) {
    return with(row_kind::group, conversation.view());
}
Bytes message(const MessageId& id) { return with(row_kind::message, id.view()); }
Bytes body(const MessageId& id) { return with(row_kind::body, id.view()); }
Bytes body_key(const MessageId& id) { return with(row_kind::body_key, id.view()); }
Bytes listing(const ConversationId& conversation, uint64_t order, const MessageId& id) {
    return with(row_kind::listing, conversation.view(), big_endian(order), id.view());
}
Bytes listing_prefix(const ConversationId& conversation) {
    return with(row_kind::listing, conversation.view());
}
Bytes untaken(uint64_t order, const MessageId& id) {
    return with(row_kind::untaken, big_endian(order), id.view());
}
Bytes seen(const AccountId& sender, const MessageId& id) {
    return with(row_kind::seen, sender.view(), id.view());
}
Bytes expiry(Time at, uint8_t kind, BytesView subject) {
    const auto time = big_endian(static_cast<uint64_t>(std::max<int64_t>(at.ms, 0)));
    const std::array<uint8_t, 1> tag = {kind};
    return with(row_kind::expiry, time, tag, subject);
}
Bytes outbox(uint64_t order) { return with(row_kind::outbox, big_endian(order)); }
Bytes sealed(uint64_t order) { return with(row_kind::sealed, big_endian(order)); }
Bytes removal(uint64_t number) { return with(row_kind::removal, big_endian(number)); }
Bytes control(uint64_t order) { return with(row_kind::control, big_endian(order)); }
Bytes repair(const ConversationId& conversation) {
    return with(row_kind::repair, conversation.view());
}
Bytes departure(const ConversationId& conversation) {
    return with(row_kind::departure, conversation.view());
}
Bytes departing(const ConversationId& conversation) {
    return with(row_kind::departing, conversation.view());
}
Bytes invite(const ConversationId& conversation, BytesView whom) {
    return with(row_kind::invite, conversation.view(), whom);
}
Bytes offer(const ConversationId& conversation) {
    return with(row_kind::offer, conversation.view());
}
Bytes owed_history(const ConversationId& conversation) {
    return with(row_kind::owed_history, conversation.view());
}
Bytes person(const AccountId& account) { return with(row_kind::person, account.view()); }
Bytes pairing() { return with(row_kind::pairing); }
Bytes sync(uint64_t order) { return with(row_kind::sync, big_endian(order)); }
Bytes device_name(const wire::DeviceId& device) {
    return with(row_kind::device_name, device.view());
}
Bytes recovery() { return with(row_kind::recovery); }
Bytes plan(const ConversationId& conversation) { return with(row_kind::plan, conversation.view()); }
Bytes roster(const ConversationId& conversation) {
    return with(row_kind::roster, conversation.view());
}
Bytes ticket(const ConversationId& conversation, const wire::DeviceId& device) {
    return with(row_kind::ticket, conversation.view(), device.view());
}
Bytes ticket_prefix(const ConversationId& conversation) {
    return with(row_kind::ticket, conversation.view());
}
Bytes welcome(const ConversationId& conversation) {
    return with(row_kind::welcome, conversation.view());
}
Bytes blob_token(const MessageId& id) { return with(row_kind::blob_token, id.view()); }
Bytes blob_removal(uint64_t number) { return with(row_kind::blob_removal, big_endian(number)); }
Bytes upload(const MessageId& id) { return with(row_kind::upload, id.view()); }
Bytes download(const MessageId& id) { return with(row_kind::download, id.view()); }
Bytes vault() { return with(row_kind::vault); }
Bytes trust(const AccountId& account) { return with(row_kind::trust, account.view()); }
Bytes proof(const MessageId& id) { return with(row_kind::proof, id.view()); }
Bytes deletion() { return with(row_kind::deletion); }
Bytes prefix(char kind) { return with(kind); }

}  // namespace row_key

Result<ExpiryKey> parse_expiry_key(BytesView key) {
    codec::Reader reader(key);
    ENSURE(reader.u8() == static_cast<uint8_t>(row_kind::expiry), store_corrupt);
    ExpiryKey out;
    const uint64_t time = reader.u64();
    out.kind = reader.u8();
    ENSURE(reader.ok() && time <= static_cast<uint64_t>(INT64_MAX), store_corrupt);
    out.at = Time{static_cast<int64_t>(time)};
    out.subject = to_bytes(reader.rest());
    return out;
}

}  // namespace mayfly::core
