#include "i18n/catalogue.h"

#include <gtest/gtest.h>

#include "i18n/catalogue_test_support.h"

namespace mayfly::i18n {
namespace {

TEST(Catalogue, texts_and_plural_forms_are_found) {
    const auto catalogue = Catalogue::decode(catalogue_file(german_entries()));
    ASSERT_TRUE(catalogue.ok());
    EXPECT_STREQ(catalogue->find("sent"), "gesendet");
    EXPECT_STREQ(catalogue->find_plural("{1} file", 1), "{1} Datei");
    EXPECT_STREQ(catalogue->find_plural("{1} file", 0), "{1} Dateien");
    EXPECT_EQ(catalogue->find("never said"), nullptr);
    EXPECT_EQ(catalogue->find_plural("never said", 2), nullptr);
    EXPECT_EQ(catalogue->find(""), nullptr);
    // It has one form only.
    EXPECT_EQ(catalogue->find_plural("sent", 2), nullptr);
}

TEST(Catalogue, empty_catalogue_finds_nothing) {
    const auto catalogue = Catalogue::decode(catalogue_file({}));
    ASSERT_TRUE(catalogue.ok());
    EXPECT_EQ(catalogue->find("sent"), nullptr);
}

TEST(Catalogue, cut_file_is_refused) {
    const Bytes whole = catalogue_file(german_entries());
    for (size_t size = 0; size < whole.size(); ++size) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
        EXPECT_FALSE(Catalogue::decode(cut).ok()) << size;
    }
}

TEST(Catalogue, numbers_that_point_outside_are_refused) {
    const Bytes whole = catalogue_file(german_entries());
    // magic, revision, count, both tables, and an entry's size and place in each
    for (const size_t at : {0U, 4U, 8U, 12U, 16U, 28U, 32U, 68U, 72U}) {
        Bytes changed = whole;
        for (size_t i = 0; i < 4; ++i) changed[at + i] = 0xff;
        EXPECT_FALSE(Catalogue::decode(changed).ok()) << at;
    }
}

TEST(Catalogue, text_without_its_end_is_refused) {
    Bytes file = catalogue_file({{"sent", "gesendet"}});
    file.back() = 'x';
    EXPECT_FALSE(Catalogue::decode(file).ok());
}

TEST(Catalogue, file_over_the_limit_is_refused) {
    Bytes file = catalogue_file(german_entries());
    file.resize(catalogue_size_bytes_max);
    EXPECT_TRUE(Catalogue::decode(file).ok());
    file.push_back(0);
    EXPECT_EQ(Catalogue::decode(file).code(), ErrorCode::input_too_large);
}

TEST(Catalogue, wrong_plural_rule_is_refused) {
    EXPECT_FALSE(Catalogue::decode(catalogue_file({{"", "Plural-Forms: some\n"}})).ok());
}

}  // namespace
}  // namespace mayfly::i18n
