#include "core/content_types.h"

#include <gtest/gtest.h>

#include "core/case_fold.h"
#include "core/contact_link.h"
#include "core/emoji.h"
#include "core/place.h"

namespace mayfly::core {
namespace {

Text text_of_mentions(std::string_view words, std::vector<Mention> mentions) {
    Text text;
    text.text = SecretBuffer(as_bytes(words));
    text.mentions = std::move(mentions);
    return text;
}
ErrorCode mention_error(std::string_view words, std::vector<Mention> mentions) {
    const auto decoded = decode_text(encode_text(text_of_mentions(words, mentions)).expose());
    return decoded.ok() ? ErrorCode::internal : decoded.code();
}
template <class Body>
bool is_good(const Body& body) {
    return decode_body<Body>(codec::encode(body)).ok();
}
Poll good_poll() {
    Poll poll;
    poll.question = "When?";
    poll.options = {"today", "tomorrow"};
    return poll;
}

TEST(ContentTypes, text_carries_reply_and_mentions) {
    AccountId bob;
    bob.bytes.fill(3);
    MessageId target;
    target.bytes.fill(9);
    Text text = text_of_mentions("hi @bob", {{3, 4, bob}});
    text.reply_to = target;
    const auto decoded = decode_text(encode_text(text).expose());
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(as_text(decoded->text.expose()), "hi @bob");
    EXPECT_EQ(decoded->reply_to, target);
    EXPECT_EQ(decoded->mentions, text.mentions);
}

TEST(ContentTypes, mentions_outside_the_text_or_inside_a_character_are_refused) {
    const AccountId bob{};
    const std::string_view text = "a\xc3\xa9z";
    EXPECT_EQ(mention_error(text, {{1, 2, bob}}), ErrorCode::internal);  // good
    EXPECT_EQ(mention_error(text, {{2, 1, bob}}), ErrorCode::malformed_input);
    EXPECT_EQ(mention_error(text, {{0, 2, bob}}), ErrorCode::malformed_input);
    EXPECT_EQ(mention_error(text, {{3, 2, bob}}), ErrorCode::malformed_input);
    EXPECT_EQ(mention_error(text, {{0, 0, bob}}), ErrorCode::malformed_input);
    EXPECT_EQ(mention_error(text, {{0xffffffff, 0xffffffff, bob}}), ErrorCode::malformed_input);
    EXPECT_EQ(mention_error(text, {{1, 2, bob}, {0, 1, bob}}), ErrorCode::malformed_input);
    EXPECT_EQ(mention_error(text, std::vector<Mention>(mentions_max + 1, {0, 1, bob})),
              ErrorCode::malformed_input);
}

TEST(ContentTypes, text_extension_that_is_not_known_is_passed_over) {
    codec::Writer body;
    body.u16(1);
    body.opaque(as_bytes("hello"));
    body.vector_of([](codec::Writer& extensions) {
        extensions.u16(77);
        extensions.opaque(as_bytes("later"));
    });
    const auto decoded = decode_text(body.view());
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(as_text(decoded->text.expose()), "hello");
}

TEST(ContentTypes, body_of_a_later_version_is_kept_and_one_of_version_zero_is_not) {
    const Bytes later = {0, 2, 1, 2, 3};
    const Bytes zero = {0, 0, 1, 2, 3};
    for (const ContentType type : {ContentType::text, ContentType::poll, ContentType::reaction}) {
        EXPECT_TRUE(check_body(type, later).ok());
        EXPECT_FALSE(check_body(type, zero).ok());
    }
    EXPECT_EQ(decode_body<Poll>(later).code(), ErrorCode::unsupported_version);
}

TEST(ContentTypes, emoji_is_one_grapheme) {
    for (const std::string_view good :
         {"\xf0\x9f\x91\x8d", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "\xe2\x9d\xa4\xef\xb8\x8f",
          "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", "1\xef\xb8\x8f\xe2\x83\xa3", "#\xe2\x83\xa3",
          "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x9a\x80",
          // England: a flag and tags
          "\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xa5\xf3\xa0\x81\xae\xf3"
          "\xa0\x81\xa7\xf3\xa0\x81\xbf"}) {
        EXPECT_TRUE(is_emoji(as_bytes(good))) << good;
    }
    for (const std::string_view bad :
         {"", "a", "ok", "1", "\xf0\x9f\x91\x8d\xf0\x9f\x91\x8d", "\xf0\x9f\x91\x8d ",
          "\xf0\x9f\x87\xa9", "\xf0\x9f\x91\xa9\xe2\x80\x8d", "\xf0\x9f", "\x80",
          "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xa9", "\xf3\xa0\x81\xa7"}) {
        EXPECT_FALSE(is_emoji(as_bytes(bad))) << bad;
    }
}

TEST(ContentTypes, poll_has_two_to_twenty_distinct_options) {
    EXPECT_TRUE(is_good(good_poll()));
    Poll poll = good_poll();
    poll.options = {"only"};
    EXPECT_FALSE(is_good(poll));
    poll.options = {"same", "same"};
    EXPECT_FALSE(is_good(poll));
    poll.options = {"a", ""};
    EXPECT_FALSE(is_good(poll));
    poll.options.clear();
    for (int i = 0; i < 20; ++i) poll.options.push_back(std::to_string(i));
    EXPECT_TRUE(is_good(poll));
    poll.options.emplace_back("20");
    EXPECT_FALSE(is_good(poll));
    poll = good_poll();
    poll.question.clear();
    EXPECT_FALSE(is_good(poll));
    poll.question = std::string(question_size_bytes_max + 1, 'x');
    EXPECT_FALSE(is_good(poll));
}

TEST(ContentTypes, votes_are_ascending_and_in_range) {
    Vote vote;
    EXPECT_TRUE(is_good(vote));
    vote.choices = {0, 3, 19};
    EXPECT_TRUE(is_good(vote));
    for (const Bytes& bad : {Bytes{1, 1}, Bytes{2, 1}, Bytes{20}}) {
        vote.choices = bad;
        EXPECT_FALSE(is_good(vote));
    }
}

TEST(ContentTypes, places_off_the_globe_are_refused) {
    Location place;
    place.latitude_e7 = latitude_span_e7;
    place.longitude_e7 = longitude_span_e7;
    EXPECT_TRUE(is_good(place));
    EXPECT_EQ(latitude_text(place), "90.0000000");
    EXPECT_EQ(longitude_text(place), "180.0000000");
    ++place.latitude_e7;
    EXPECT_FALSE(is_good(place));
    place = Location{};
    place.label = std::string(label_size_bytes_max + 1, 'x');
    EXPECT_FALSE(is_good(place));
    place.label = "\xff";
    EXPECT_FALSE(is_good(place));
}

TEST(ContentTypes, places_are_read_as_they_are_written) {
    Location place;
    ASSERT_TRUE(parse_place("-33.8567844", "151.213", place).ok());
    EXPECT_EQ(latitude_text(place), "-33.8567844");
    EXPECT_EQ(longitude_text(place), "151.2130000");
    ASSERT_TRUE(parse_place("0", "-0.00000019", place).ok());
    EXPECT_EQ(latitude_text(place), "0.0000000");
    EXPECT_EQ(longitude_text(place), "-0.0000001");
    for (const char* bad : {"", "-", "90.0000001", "91", "1e1", "+1", "1.", ".5", "1.2.3", "--1",
                            "1.23456789x", "1234", " 1"}) {
        EXPECT_EQ(parse_place(bad, "0", place).code(), ErrorCode::invalid_argument) << bad;
    }
    EXPECT_EQ(parse_place("0", "180.1", place).code(), ErrorCode::invalid_argument);
    EXPECT_EQ(latitude_text(place), "0.0000000");
}

TEST(ContentTypes, contact_card_holds_a_link_that_works) {
    ContactLink link;
    link.account.bytes.fill(4);
    link.relays = {"relay.example"};
    ContactCard card;
    card.name = "Carol";
    card.link = format_contact_link(link);
    EXPECT_TRUE(is_good(card));
    card.link[10] = card.link[10] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(is_good(card));
}

TEST(ContentTypes, settings_outside_their_range_are_refused) {
    ConversationSettings settings;
    EXPECT_TRUE(is_good(settings));
    settings.expiration_ms = 2999;
    EXPECT_FALSE(is_good(settings));
    settings = {};
    settings.burn_seconds = 366 * 86'400;
    EXPECT_FALSE(is_good(settings));
}

TEST(ContentTypes, receipts_name_one_to_a_hundred_messages) {
    Receipt receipt;
    EXPECT_FALSE(is_good(receipt));
    receipt.targets.resize(receipt_targets_max);
    EXPECT_TRUE(is_good(receipt));
    receipt.targets.emplace_back();
    EXPECT_FALSE(is_good(receipt));
}

TEST(CaseFold, letters_of_several_scripts_lose_their_case) {
    const auto fold = [](std::string_view text) {
        return std::string(as_text(fold_case(as_bytes(text)).expose()));
    };
    EXPECT_EQ(fold("Hello 123 [Z]"), "hello 123 [z]");
    EXPECT_EQ(fold("STRASSE"), fold("stra\xc3\x9f"
                                    "e"));
    EXPECT_EQ(fold("\xc3\x84\xc3\x96\xc3\x9c \xc5\xbd"), "\xc3\xa4\xc3\xb6\xc3\xbc \xc5\xbe");
    EXPECT_EQ(fold("\xce\xa3\xce\xb9\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x82"),
              fold("\xcf\x83\xce\x99\xce\xa3\xce\xa5\xce\xa6\xce\x9f\xce\xa3"));
    EXPECT_EQ(fold("\xd0\x9c\xd0\x98\xd0\xa0 \xd0\x81"), "\xd0\xbc\xd0\xb8\xd1\x80 \xd1\x91");
    EXPECT_EQ(fold("\xe6\xbc\xa2\xf0\x9f\xa6\x8b"), "\xe6\xbc\xa2\xf0\x9f\xa6\x8b");
}

}  // namespace
}  // namespace mayfly::core
