// What tests of devices share: linking, revoking, recovering.
#pragma once

#include "core/group_test_support.h"

namespace mayfly::core {

class Devices : public Groups {
  protected:
    TestClient& blank(const std::string& name) { return network_.add_client(name); }

    // begin has a new device show its link.
    std::string begin(TestClient& fresh, const std::string& relay = test_relay) {
        auto started = fresh.messenger().link_this_device(relay, network_.now, fresh.entropy());
        EXPECT_TRUE(started.ok());
        if (!started.ok()) return {};
        const OperationId operation = started->operation;
        fresh.run(std::move(started->effects));
        EXPECT_TRUE(network_.finish(fresh, operation));
        return fresh.messenger().pairing()->link;
    }
    bool meet(TestClient& old, TestClient& fresh, const std::string& link) {
        auto started = old.messenger().add_device(link, network_.now, old.entropy());
        if (!started.ok()) return false;
        old.run(std::move(started->effects));
        return network_.until([&] { return old.code && fresh.code; }, Duration::minutes(5));
    }
    void confirm(TestClient& client) {
        auto effects = client.messenger().confirm_device(network_.now, client.entropy());
        ASSERT_TRUE(effects.ok()) << error_name(effects.code());
        client.run(std::move(*effects));
    }
    bool is_ready(TestClient& fresh) {
        return network_.until([&] {
            return fresh.linked && !fresh.messenger().pairing() && fresh.messenger().outbox_empty();
        });
    }
    TestClient& link(TestClient& old, const std::string& name,
                     const std::string& relay = test_relay) {
        TestClient& fresh = blank(name);
        old.code.reset();
        EXPECT_TRUE(meet(old, fresh, begin(fresh, relay)));
        EXPECT_EQ(old.code, fresh.code);
        confirm(old);
        confirm(fresh);
        EXPECT_TRUE(is_ready(fresh));
        network_.pass(Duration::seconds(30));
        return fresh;
    }
    ConversationId with(TestClient& client, TestClient& other) {
        return client.messenger().find_contact(text_of(id_of(other)))->conversation;
    }
    std::vector<std::string> alive(TestClient& client, const ConversationId& id) {
        std::vector<std::string> out;
        const auto messages = client.messenger().messages(id, network_.now);
        if (!messages.ok()) return out;
        for (const MessageView& view : *messages) {
            out.emplace_back(as_text(view.text.expose()));
        }
        return out;
    }
    Status revoke(TestClient& by, TestClient& whom) {
        const wire::DeviceId device = whom.messenger().account()->device;
        return done(
            by, [&](Messenger& m) { return m.revoke_device(device, network_.now, by.entropy()); });
    }
    TestClient& recover(const std::string& name, const SecretBuffer& kit) {
        TestClient& fresh = blank(name);
        auto started = fresh.messenger().recover_account(kit.expose(), test_relay, network_.now,
                                                         fresh.entropy());
        EXPECT_TRUE(started.ok());
        const OperationId operation = started->operation;
        fresh.run(std::move(started->effects));
        EXPECT_TRUE(network_.finish(fresh, operation));
        EXPECT_TRUE(fresh.ended(operation)->ok()) << error_name(fresh.ended(operation)->code());
        return fresh;
    }
};

}  // namespace mayfly::core
