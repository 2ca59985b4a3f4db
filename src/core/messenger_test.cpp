// Two and three messengers over a real relay.
#include "core/network_test_support.h"

namespace mayfly::core {
namespace {

TEST(Messenger, two_people_meet_and_exchange_messages) {
    TestNetwork network;
    Pair pair = make_pair(network);
    const auto sent = pair.alice->send(pair.to_bob, "hello Bob");
    ASSERT_TRUE(sent.ok());
    ASSERT_TRUE(network.finish(*pair.alice, *sent));
    EXPECT_TRUE(pair.alice->ended(*sent)->ok());
    ASSERT_TRUE(network.until([&] { return pair.bob->arrivals > 0; }));
    const auto taken = pair.bob->take();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(as_text(taken[0].text.expose()), "hello Bob");
    EXPECT_EQ(taken[0].handle, "alice@" + test_relay);
    EXPECT_EQ(taken[0].conversation, pair.to_alice);
    EXPECT_TRUE(pair.bob->take().empty());
    ASSERT_TRUE(pair.bob->send(pair.to_alice, "hello Alice").ok());
    ASSERT_TRUE(network.until([&] { return pair.alice->arrivals > 0; }));
    ASSERT_EQ(pair.alice->take().size(), 1U);
    EXPECT_EQ(pair.alice->messenger().messages(pair.to_bob, network.now)->size(), 2U);
}

}  // namespace
}  // namespace mayfly::core
