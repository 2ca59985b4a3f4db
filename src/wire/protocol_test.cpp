#include "wire/protocol.h"

#include <gtest/gtest.h>

namespace mayfly::wire {
namespace {

template <class Id>
Id filled(uint8_t value) {
    Id id;
    id.bytes.fill(value);
    return id;
}

Address address(std::string relay = "", uint8_t value = 7) {
    return {std::move(relay), filled<Token>(value)};
}

template <class Body>
Bytes request(Body body) {
    return encode_frame(ClientFrame{9, std::move(body)});
}
template <class Body>
Bytes reply(Body body) {
    return encode_frame(RelayFrame{9, std::move(body)});
}
std::string error_of_request(const Bytes& frame) {
    const auto decoded = decode_client_frame(frame);
    return decoded.ok() ? "ok" : error_name(decoded.code());
}
std::string error_of_reply(const Bytes& frame) {
    const auto decoded = decode_relay_frame(frame);
    return decoded.ok() ? "ok" : error_name(decoded.code());
}

std::vector<RequestBody> one_of_each_request() {
    ChannelCommit commit;
    commit.changes = {{3, std::nullopt}, {4, address("a.example")}};
    commit.payload = Bytes(100, 1);
    return {Hello{{1, 2}},
            QueueOpen{filled<PublicKey>(1), filled<Signature>(2), Bytes{1, 2, 3}},
            QueueAck{filled<QueueId>(1), {77}},
            QueueDelete{filled<QueueId>(1)},
            AddressAdd{filled<QueueId>(1), filled<TokenHash>(2)},
            AddressRemove{filled<QueueId>(1), filled<TokenHash>(2)},
            Put{filled<MessageId>(1), filled<Token>(2), 1234, Bytes(10, 3)},
            ChannelCreate{filled<ChannelId>(1), {5}, filled<TokenHash>(2), {{0, address()}}},
            commit,
            ChannelSend{filled<ChannelId>(1), {5}, filled<Token>(2), filled<MessageId>(3), 9, {}},
            ChannelQuery{filled<ChannelId>(1)},
            ChannelDelete{filled<ChannelId>(1), {5}, filled<Token>(2)},
            RecordPut{Bytes(20, 4)},
            RecordGet{filled<AccountId>(1), 3},
            HandleGet{"alice"},
            KeyPackagesPut{filled<QueueId>(1), {Bytes{1}, Bytes{2}}, Bytes{3}},
            KeyPackageTake{filled<Token>(1)},
            KeyPackageQuery{filled<QueueId>(1)},
            VaultPut{filled<PublicKey>(1), 2, Bytes{1}, filled<Signature>(2)},
            VaultGet{filled<VaultId>(1)},
            BlobBegin{filled<Token>(1), 1000, 5},
            BlobPut{filled<Token>(1), 7, Bytes{1, 2}},
            BlobGet{filled<BlobId>(1), 7, 9},
            BlobDelete{filled<Token>(1)},
            RecordDelete{filled<PublicKey>(1), filled<Signature>(2)},
            PushSet{filled<QueueId>(1), "https://push.example/1", filled<PushKey>(4),
                    filled<PushAuth>(5)},
            PushRemove{filled<QueueId>(1)},
            PushQuery{filled<QueueId>(1)}};
}

std::vector<ReplyBody> one_of_each_reply() {
    Delivery delivery;
    delivery.source = Source::channel_commit;
    delivery.payload = Bytes(50, 1);
    return {Done{},
            Failed{ReplyStatus::stale_epoch, {8}},
            HelloReply{1, {}, 5, 6, Registration::invite},
            ChannelState{{4}},
            RecordList{{Bytes{1}, Bytes{2}}},
            KeyPackageReply{Bytes{1}},
            KeyPackageCount{3, true},
            VaultReply{4, Bytes{1}},
            delivery,
            QueueLost{filled<QueueId>(1)},
            QueueCaughtUp{filled<QueueId>(1)},
            BlobState{5, 6},
            BlobPart{9, Bytes{1, 2}},
            PushState{Bytes(65, 4), true},
            RecordDeleted{filled<PublicKey>(1), filled<Signature>(2)}};
}

TEST(protocol, every_request_reads_back_as_written) {
    const auto bodies = one_of_each_request();
    ASSERT_EQ(bodies.size(), std::variant_size_v<RequestBody>);
    for (size_t tag = 0; tag < bodies.size(); ++tag) {
        EXPECT_EQ(bodies[tag].index(), tag);
        const Bytes frame = encode_frame(ClientFrame{9, bodies[tag]});
        const auto decoded = decode_client_frame(frame);
        ASSERT_TRUE(decoded.ok()) << tag;
        EXPECT_EQ(decoded->request_id, 9U);
        EXPECT_EQ(encode_frame(*decoded), frame) << tag;
    }
}

TEST(protocol, every_reply_reads_back_as_written) {
    const auto bodies = one_of_each_reply();
    ASSERT_EQ(bodies.size(), std::variant_size_v<ReplyBody>);
    for (size_t tag = 0; tag < bodies.size(); ++tag) {
        EXPECT_EQ(bodies[tag].index(), tag);
        const Bytes frame = encode_frame(RelayFrame{9, bodies[tag]});
        const auto decoded = decode_relay_frame(frame);
        ASSERT_TRUE(decoded.ok()) << tag;
        EXPECT_EQ(encode_frame(*decoded), frame) << tag;
    }
}

TEST(protocol, a_frame_cut_short_or_with_bytes_behind_is_refused) {
    for (const RequestBody& body : one_of_each_request()) {
        Bytes frame = encode_frame(ClientFrame{9, body});
        for (size_t size = 0; size < frame.size(); ++size) {
            EXPECT_NE(error_of_request(Bytes(frame.begin(), frame.begin() + ptrdiff_t(size))),
                      "ok");
        }
        frame.push_back(0);
        EXPECT_EQ(error_of_request(frame), "trailing_input");
    }
}

TEST(protocol, an_unknown_tag_is_refused) {
    constexpr uint8_t unknown_request = std::variant_size_v<RequestBody>;
    constexpr uint8_t unknown_reply = std::variant_size_v<ReplyBody>;
    EXPECT_EQ(error_of_request({0, 0, 0, 9, 0, unknown_request}), "malformed_input");
    EXPECT_EQ(error_of_request({0, 0, 0, 9, 1, 0}), "malformed_input");
    EXPECT_EQ(error_of_reply({0, 0, 0, 9, 0, unknown_reply}), "malformed_input");
}

TEST(protocol, an_unknown_enumerator_is_refused) {
    EXPECT_EQ(error_of_reply(reply(Failed{static_cast<ReplyStatus>(26), {}})), "malformed_input");
    HelloReply hello;
    hello.registration = static_cast<Registration>(3);
    EXPECT_EQ(error_of_reply(reply(hello)), "malformed_input");
    Delivery delivery;
    delivery.source = static_cast<Source>(3);
    EXPECT_EQ(error_of_reply(reply(delivery)), "malformed_input");
}

TEST(protocol, the_request_id_of_a_broken_frame_can_be_read) {
    EXPECT_EQ(peek_request_id(Bytes{0, 0, 1, 2, 99, 99, 1}), 258U);
    EXPECT_EQ(peek_request_id(Bytes{0, 0, 1}), std::nullopt);
}

TEST(protocol, limits_on_a_request_are_enforced_and_can_be_reached) {
    const auto both = [](auto fits, auto exceeds) {
        EXPECT_EQ(error_of_request(request(fits)), "ok");
        EXPECT_EQ(error_of_request(request(exceeds)), "input_too_large");
    };
    both(Hello{std::vector<uint16_t>(versions_per_hello_max)},
         Hello{std::vector<uint16_t>(versions_per_hello_max + 1)});
    both(BlobBegin{{}, blob_size_bytes_max, 0}, BlobBegin{{}, blob_size_bytes_max + 1, 0});
    both(BlobPut{{}, 0, Bytes(blob_part_size_bytes_max)},
         BlobPut{{}, 0, Bytes(blob_part_size_bytes_max + 1)});
    both(BlobGet{{}, 0, blob_part_size_bytes_max}, BlobGet{{}, 0, blob_part_size_bytes_max + 1});
    both(PushSet{{}, std::string(push_endpoint_size_max, 'a'), {}, {}},
         PushSet{{}, std::string(push_endpoint_size_max + 1, 'a'), {}, {}});
    QueueOpen open;
    open.invite = Bytes(invite_code_size_bytes_max);
    QueueOpen open_too_large;
    open_too_large.invite = Bytes(invite_code_size_bytes_max + 1);
    both(open, open_too_large);
    both(Put{{}, {}, 0, Bytes(payload_size_bytes_max)},
         Put{{}, {}, 0, Bytes(payload_size_bytes_max + 1)});
    both(ChannelSend{{}, {}, {}, {}, 0, Bytes(payload_size_bytes_max)},
         ChannelSend{{}, {}, {}, {}, 0, Bytes(payload_size_bytes_max + 1)});
    both(ChannelCommit{{}, {}, {}, {}, {}, {}, 0, Bytes(payload_size_bytes_max), {}, {}},
         ChannelCommit{{}, {}, {}, {}, {}, {}, 0, Bytes(payload_size_bytes_max + 1), {}, {}});
    both(ChannelCommit{{}, {}, {}, {}, {}, {}, 0, {}, Bytes(payload_size_bytes_max), {}},
         ChannelCommit{{}, {}, {}, {}, {}, {}, 0, {}, Bytes(payload_size_bytes_max + 1), {}});
    both(ChannelCommit{{}, {}, {}, {}, {}, {}, 0, {}, {}, std::vector<Token>(welcome_tokens_max)},
         ChannelCommit{
             {}, {}, {}, {}, {}, {}, 0, {}, {}, std::vector<Token>(welcome_tokens_max + 1)});
    both(
        ChannelCommit{
            {}, {}, {}, {}, {}, std::vector<FanOutChange>(fan_out_size_max), 0, {}, {}, {}},
        ChannelCommit{
            {}, {}, {}, {}, {}, std::vector<FanOutChange>(fan_out_size_max + 1), 0, {}, {}, {}});
    both(ChannelCreate{{}, {}, {}, std::vector<FanOutEntry>(fan_out_size_max)},
         ChannelCreate{{}, {}, {}, std::vector<FanOutEntry>(fan_out_size_max + 1)});
    both(ChannelCreate{{}, {}, {}, {{0, address(std::string(relay_address_size_max, 'a'))}}},
         ChannelCreate{{}, {}, {}, {{0, address(std::string(relay_address_size_max + 1, 'a'))}}});
    both(RecordPut{Bytes(account_record_size_bytes_max)},
         RecordPut{Bytes(account_record_size_bytes_max + 1)});
    both(HandleGet{std::string(handle_name_size_max, 'a')},
         HandleGet{std::string(handle_name_size_max + 1, 'a')});
    both(KeyPackagesPut{{}, std::vector<Bytes>(key_packages_per_put_max), {}},
         KeyPackagesPut{{}, std::vector<Bytes>(key_packages_per_put_max + 1), {}});
    both(KeyPackagesPut{{}, {Bytes(key_package_size_bytes_max)}, {}},
         KeyPackagesPut{{}, {Bytes(key_package_size_bytes_max + 1)}, {}});
    both(KeyPackagesPut{{}, {}, Bytes(key_package_size_bytes_max)},
         KeyPackagesPut{{}, {}, Bytes(key_package_size_bytes_max + 1)});
    both(VaultPut{{}, 0, Bytes(vault_size_bytes_max), {}},
         VaultPut{{}, 0, Bytes(vault_size_bytes_max + 1), {}});
}

TEST(protocol, limits_on_a_reply_are_enforced_and_can_be_reached) {
    const auto both = [](auto fits, auto exceeds) {
        EXPECT_EQ(error_of_reply(reply(fits)), "ok");
        EXPECT_EQ(error_of_reply(reply(exceeds)), "input_too_large");
    };
    both(RecordList{std::vector<Bytes>(account_records_per_reply_max)},
         RecordList{std::vector<Bytes>(account_records_per_reply_max + 1)});
    both(RecordList{{Bytes(account_record_size_bytes_max)}},
         RecordList{{Bytes(account_record_size_bytes_max + 1)}});
    both(KeyPackageReply{Bytes(key_package_size_bytes_max)},
         KeyPackageReply{Bytes(key_package_size_bytes_max + 1)});
    both(VaultReply{0, Bytes(vault_size_bytes_max)},
         VaultReply{0, Bytes(vault_size_bytes_max + 1)});
    both(PushState{Bytes(PushKey::size_bytes), true},
         PushState{Bytes(PushKey::size_bytes + 1), true});
    Delivery delivery;
    delivery.payload = Bytes(payload_size_bytes_max);
    Delivery delivery_too_large;
    delivery_too_large.payload = Bytes(payload_size_bytes_max + 1);
    both(delivery, delivery_too_large);
    EXPECT_EQ(error_of_reply(Bytes(frame_size_bytes_max + 1)), "input_too_large");
    EXPECT_EQ(error_of_request(Bytes(frame_size_bytes_max + 1)), "input_too_large");
}

TEST(protocol, every_status_has_its_error_code_and_back) {
    for (uint16_t value = 1; value <= static_cast<uint16_t>(ReplyStatus::other_relay); ++value) {
        const auto status = static_cast<ReplyStatus>(value);
        EXPECT_EQ(from_error_code(to_error_code(status)), status) << value;
    }
    EXPECT_EQ(from_error_code(ErrorCode::trailing_input), ReplyStatus::malformed);
    EXPECT_EQ(from_error_code(ErrorCode::invalid_signature), ReplyStatus::not_authorized);
    EXPECT_EQ(from_error_code(ErrorCode::store_corrupt), ReplyStatus::storage_failed);
}

TEST(protocol, what_signatures_cover_differs_by_purpose_and_content) {
    const auto key = filled<PublicKey>(1);
    const Bytes nonce(32, 1);
    EXPECT_NE(queue_proof_to_sign(nonce, key), queue_proof_to_sign(Bytes(32, 2), key));
    EXPECT_NE(queue_proof_to_sign(nonce, key), queue_proof_to_sign(nonce, filled<PublicKey>(2)));
    EXPECT_NE(vault_proof_to_sign(key, 1, nonce), vault_proof_to_sign(key, 2, nonce));
    EXPECT_NE(vault_proof_to_sign(key, 1, nonce), vault_proof_to_sign(key, 1, Bytes(32, 2)));
}

TEST(protocol, ids_are_sha256_of_what_they_name) {
    const std::string zeros = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";
    EXPECT_EQ(to_hex(queue_id_of(PublicKey{}).view()), zeros);
    EXPECT_EQ(to_hex(vault_id_of(PublicKey{}).view()), zeros);
    EXPECT_EQ(to_hex(token_hash_of(Token{}).view()), zeros);
    EXPECT_EQ(to_hex(blob_id_of(Token{}).view()), zeros);
}

}  // namespace
}  // namespace mayfly::wire
