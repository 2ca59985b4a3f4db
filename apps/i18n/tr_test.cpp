#include "i18n/tr.h"

#include <gtest/gtest.h>

#include "i18n/catalogue_test_support.h"
#include "i18n/language.h"

namespace mayfly {
namespace {

class Translation : public testing::Test {
  protected:
    void speak_german() {
        auto german = i18n::Catalogue::decode(i18n::catalogue_file(i18n::german_entries()));
        ASSERT_TRUE(german.ok());
        i18n::speak(std::move(*german));
    }
    void TearDown() override { i18n::speak(std::nullopt); }
};

TEST_F(Translation, literals_are_english_without_a_catalogue) {
    EXPECT_STREQ(tr("sent"), "sent");
    EXPECT_STREQ(trc("menu", "open"), "open");
    EXPECT_EQ(tr("{1} is typing in {2}", "Ann", "Team"), "Ann is typing in Team");
    EXPECT_EQ(trn("{1} file", "{1} files", 1), "1 file");
    EXPECT_EQ(trn("{1} file", "{1} files", 0), "0 files");
}

TEST_F(Translation, translation_orders_arguments_as_it_wants) {
    speak_german();
    EXPECT_STREQ(tr("sent"), "gesendet");
    EXPECT_EQ(tr("{1} is typing in {2}", "Ann", std::string("Team")), "In Team schreibt Ann");
    EXPECT_EQ(trn("{1} file", "{1} files", 1), "1 Datei");
    EXPECT_EQ(trn("{1} file", "{1} files", 12), "12 Dateien");
    EXPECT_STREQ(trc("menu", "open"), "Öffnen");
    EXPECT_STREQ(trc("door", "open"), "open");
    EXPECT_STREQ(tr("not in the catalogue"), "not in the catalogue");
}

TEST_F(Translation, argument_is_never_read_as_a_pattern) {
    EXPECT_EQ(tr("{1} and {2}", "{2}", "%s{1}"), "{2} and %s{1}");
}

TEST_F(Translation, only_places_are_replaced) {
    EXPECT_EQ(tr("{\"type\":{1}} {0} {10} {2} {", 7), "{\"type\":7} {0} {10}  {");
    EXPECT_EQ(tr("{1}{1}", "a"), "aa");
}

}  // namespace
}  // namespace mayfly
