// A peer that misbehaves on purpose, for tests of the core.
#pragma once

#include "core/machine.h"
#include "core/network_test_support.h"

namespace mayfly::core {

// OddPeer speaks for a client with contents of its own making: it uses the client's store and
// group, seals what the real client never would, and sends it as the client would.
class OddPeer {
  public:
    OddPeer(TestNetwork& network, TestClient& client, const ConversationId& conversation)
        : network_(network), client_(client), conversation_(conversation) {}

    Content content(ContentType type, std::string_view body) {
        Content content;
        content.id.bytes = random_array<16>(client_.entropy());
        content.type = type;
        content.sent_at_ms = to_ms(network_.now);
        content.expires_after_ms = static_cast<uint64_t>(expiration_default.ms);
        content.body = SecretBuffer(as_bytes(body));
        if (type == ContentType::text) {
            Text text;
            text.text = std::move(content.body);
            content.body = encode_text(text);
        }
        return content;
    }
    template <class Body>
    Content content_of(ContentType type, const Body& body) {
        return content(type, as_text(codec::encode(body)));
    }
    void send(const Content& content) { send_plaintext(encode_content(content).expose()); }

    void send_plaintext(BytesView plaintext) {
        Machine machine(client_.store());
        ASSERT_TRUE(load_tables(machine.store, machine.tables).ok());
        Step step(client_.store(), network_.now, &client_.entropy());
        auto group = group_of(machine, step, conversation_);
        ASSERT_TRUE(group.ok());
        auto sealed = (*group)->protect(plaintext, mls::ProtectOptions{}, client_.entropy());
        ASSERT_TRUE(sealed.ok());
        save_group(step, conversation_, **group);
        ASSERT_TRUE(client_.store().apply(step.effects.writes).ok());
        const ConversationRow& row = machine.tables.conversations.at(conversation_);
        wire::ChannelSend request;
        request.channel = row.info.channel;
        request.epoch = {(*group)->epoch().value};
        request.write_token = *write_token((*group)->current(), row);
        request.message_id.bytes = random_array<16>(client_.entropy());
        request.payload = std::move(*sealed);
        send_request(std::move(request));
        client_.restart();
        network_.settle();
    }

    // commit makes a commit that the real client never would, and has the hub take it.
    using Change = std::function<mls::CommitOptions(const mls::Group&)>;
    void commit(const Change& change, Bytes* welcome) {
        Machine machine(client_.store());
        ASSERT_TRUE(load_tables(machine.store, machine.tables).ok());
        Step step(client_.store(), network_.now, &client_.entropy());
        auto loaded = group_of(machine, step, conversation_);
        ASSERT_TRUE(loaded.ok());
        mls::Group& group = **loaded;
        auto made = group.commit(change(group), machine.environment(step));
        ASSERT_TRUE(made.ok()) << error_name(made.code());
        const ConversationRow& row = machine.tables.conversations.at(conversation_);
        wire::ChannelCommit request;
        request.channel = row.info.channel;
        request.epoch = {group.epoch().value};
        request.write_token = *write_token(group.current(), row);
        request.message_id.bytes = random_array<16>(client_.entropy());
        request.next_write_token_hash =
            wire::token_hash_of(*write_token(*group.pending_epoch(), row));
        request.payload = made->commit;
        if (welcome != nullptr && made->welcome) *welcome = *made->welcome;
        ASSERT_TRUE(group.merge_pending_commit().ok());
        save_group(step, conversation_, group);
        ASSERT_TRUE(client_.store().apply(step.effects.writes).ok());
        send_request(std::move(request));
        client_.restart();
        network_.settle();
    }

    void send_request(wire::RequestBody body) {
        Effects effects;
        effects.network.push_back(LinkSend{
            test_relay, wire::encode_frame(wire::ClientFrame{0x7fffffff, std::move(body)})});
        client_.run(std::move(effects));
        network_.settle();
    }

    wire::ChannelSend request_with(Bytes payload) {
        Machine machine(client_.store());
        EXPECT_TRUE(load_tables(machine.store, machine.tables).ok());
        Step step(client_.store(), network_.now, &client_.entropy());
        mls::Group* group = *group_of(machine, step, conversation_);
        const ConversationRow& row = machine.tables.conversations.at(conversation_);
        wire::ChannelSend request;
        request.channel = row.info.channel;
        request.epoch = {group->epoch().value};
        request.write_token = *write_token(group->current(), row);
        request.message_id.bytes = random_array<16>(client_.entropy());
        request.payload = std::move(payload);
        return request;
    }

  private:
    TestNetwork& network_;
    TestClient& client_;
    ConversationId conversation_;
};

}  // namespace mayfly::core
