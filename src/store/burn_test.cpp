// The core on this store: after a burn or an expiry the body key, known from memory, is nowhere.
//
// The files are ciphertext, so a search for the key itself proves little. What is checked: the
// blocks that held key and body are gone from the files as ciphertext, and no row that is left
// holds the key, the body or the text once it is decrypted.
#include "core/network_test_support.h"
#include "core/rows.h"
#include "store/test_home.h"
#include "store/test_rows.h"

namespace mayfly::store {
namespace {

constexpr std::string_view secret = "the heron stands in the reeds at dawn";

class Burning : public ::testing::Test {
  protected:
    // Bob has received the message; what his store holds moves to a store on disk.
    void receive(core::SendOptions options) {
        core::Pair pair = core::make_pair(network_);
        ASSERT_TRUE(pair.alice->send(pair.to_bob, secret, options).ok());
        ASSERT_TRUE(network_.until([&] { return pair.bob->arrivals > 0; }));
        ASSERT_EQ(pair.bob->take().size(), 1U);
        id_ = pair.alice->last_sent;
        store_ = home_.create();
        core::WriteBatch all;
        const Status scanned = pair.bob->store().scan({}, [&](BytesView key, SecretBuffer value) {
            all.put(to_bytes(key), std::move(value));
            return true;
        });
        ASSERT_TRUE(scanned.ok() && store_->apply(all).ok());
        body_key_ = value_at(core::row_key::body_key(id_));
        body_ = value_at(core::row_key::body(id_));
        ASSERT_GE(body_key_.size(), 32U);
        ASSERT_FALSE(body_.empty());
        EXPECT_TRUE(some_row_holds(body_key_)) << "the search itself works";
        before_ = stored_pieces(home_);
        messenger_.emplace(core::Messenger::open(*store_, network_.now).value());
        ASSERT_TRUE(messenger_->find_message(core::text_of(id_), network_.now).ok());
    }

    std::string value_at(const Bytes& key) {
        const auto value = store_->get(key);
        return value.ok() && *value ? std::string(as_text((*value)->expose())) : "";
    }
    bool some_row_holds(std::string_view bytes) {
        for (const auto& [key, value] : all_rows(*store_)) {
            if (value.find(bytes) != std::string::npos) return true;
        }
        return false;
    }
    void apply(Result<core::Effects> effects) {
        ASSERT_TRUE(effects.ok());
        ASSERT_TRUE(effects->writes.empty() || store_->apply(effects->writes).ok());
    }
    void let_pass(Duration duration) {
        network_.now = network_.now + duration;
        apply(messenger_->on_timer(network_.now, home_.entropy()));
    }

    void expect_gone() {
        EXPECT_FALSE(messenger_->find_message(core::text_of(id_), network_.now).ok());
        EXPECT_EQ(value_at(core::row_key::body_key(id_)), "");
        EXPECT_EQ(value_at(core::row_key::body(id_)), "");
        // The key's row has a version before the key and perhaps more after it.
        EXPECT_FALSE(some_row_holds(body_key_.substr(body_key_.size() - 32)));
        EXPECT_FALSE(some_row_holds(body_.substr(body_.size() - 32)));
        EXPECT_FALSE(some_row_holds(secret));
        const auto now = stored_pieces(home_);
        size_t gone = 0;
        for (const auto& [index, pieces] : before_) {
            const auto still = now.find(index);
            if (still != now.end() && still->second == pieces) continue;
            gone++;
            for (const std::string& piece : pieces) EXPECT_FALSE(home_.contains(piece));
        }
        EXPECT_GE(gone, 2U);  // a block of theirs, and the seal
        EXPECT_FALSE(home_.contains(secret));
        EXPECT_FALSE(home_.contains(body_key_.substr(body_key_.size() - 32)));
    }

    core::TestNetwork network_;
    TestHome home_;
    std::unique_ptr<SqliteStore> store_;
    std::optional<core::Messenger> messenger_;
    core::MessageId id_;
    std::string body_key_;
    std::string body_;
    std::map<std::string, std::vector<std::string>> before_;
};

TEST_F(Burning, burnt_by_hand_nothing_is_left_on_the_disk) {
    receive({});
    apply(messenger_->burn(id_, network_.now));
    expect_gone();
}

TEST_F(Burning, expired_nothing_is_left_on_the_disk) {
    core::SendOptions options;
    options.expiration = Duration::minutes(10);
    receive(options);
    let_pass(Duration::minutes(11));
    expect_gone();
}

TEST_F(Burning, burnt_after_reading_nothing_is_left_on_the_disk) {
    core::SendOptions options;
    options.burn = Duration::seconds(30);
    receive(options);
    apply(messenger_->open_message(id_, network_.now));
    EXPECT_TRUE(messenger_->find_message(core::text_of(id_), network_.now).ok());
    let_pass(Duration::seconds(31));
    expect_gone();
}

}  // namespace
}  // namespace mayfly::store
