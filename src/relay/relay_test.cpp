#include "relay/relay.h"

#include "relay/relay_driver.h"

namespace mayfly::relay {
namespace {

using wire::ReplyStatus;

wire::Put put(uint64_t seed, uint64_t message, Bytes payload = {1, 2, 3}) {
    return {id_of<wire::MessageId>(message), id_of<wire::Token>(seed), 0, std::move(payload)};
}

TEST(relay, a_put_is_delivered_to_the_queue_behind_the_address_once_it_is_acknowledged_it_is_gone) {
    RelayDriver relay;
    const auto bob = relay.device(1);
    relay.pushed(bob);
    const auto alice = relay.greeted();
    EXPECT_EQ(relay.status(alice, put(1, 7)), ReplyStatus::ok);
    const auto got = relay.deliveries(bob);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].payload, (Bytes{1, 2, 3}));
    EXPECT_EQ(relay.status(bob, wire::QueueAck{relay.queue_of(1), got[0].sequence}),
              ReplyStatus::ok);
    relay.disconnect(bob);
    const auto again = relay.greeted();
    EXPECT_EQ(relay.open_queue(again, 1), ReplyStatus::ok);
    EXPECT_TRUE(relay.deliveries(again).empty());
}

}  // namespace
}  // namespace mayfly::relay
