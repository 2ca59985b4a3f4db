#include "i18n/language.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "i18n/catalogue_test_support.h"

namespace mayfly::i18n {
namespace {

using Names = std::vector<std::string>;

TEST(Language, first_variable_that_is_set_counts) {
    EXPECT_EQ(languages_of({"", "", "", "de_DE.UTF-8"}), (Names{"de_DE", "de"}));
    EXPECT_EQ(languages_of({"", "", "fr", "de_DE.UTF-8"}), Names{"fr"});
    EXPECT_EQ(languages_of({"", "pl", "fr", "de_DE.UTF-8"}), Names{"pl"});
    EXPECT_EQ(languages_of({"", "", "", "ca_ES.UTF-8@valencia"}),
              (Names{"ca_ES@valencia", "ca_ES", "ca"}));
    EXPECT_EQ(languages_of({"", "", "", "de@euro"}), (Names{"de@euro", "de"}));
}

TEST(Language, language_names_several_in_order) {
    EXPECT_EQ(languages_of({"sv:de_AT", "", "", "fr_FR"}), (Names{"sv", "de_AT", "de"}));
    EXPECT_EQ(languages_of({"sv:en:de", "", "", "fr_FR"}), Names{"sv"});
    EXPECT_EQ(languages_of({"en_GB:de", "", "", "fr_FR"}), Names{});
    EXPECT_EQ(languages_of({":de:", "", "", "fr_FR"}), Names{"de"});
}

TEST(Language, c_locale_is_english_whatever_language_says) {
    for (const char* locale : {"", "C", "POSIX", "C.UTF-8", "C.utf8"}) {
        EXPECT_EQ(languages_of({"de", locale, "", ""}), Names{}) << locale;
        EXPECT_EQ(languages_of({"de", "", "", locale}), Names{}) << locale;
    }
    EXPECT_EQ(languages_of({"de", "C", "de_DE", "de_DE"}), Names{});
}

TEST(Language, name_that_is_no_name_never_becomes_a_path) {
    EXPECT_EQ(languages_of({"", "", "", "../../tmp"}), Names{});
    EXPECT_EQ(languages_of({"", "", "", "de/../fr"}), Names{});
    EXPECT_EQ(languages_of({"", "", "", "de@../x"}), Names{"de"});
    EXPECT_EQ(languages_of({"/etc:de", "", "", "fr"}), Names{"de"});
}

TEST(Language, first_whole_catalogue_is_taken) {
    namespace fs = std::filesystem;
    std::string folder = (fs::temp_directory_path() / "mayfly_language_test_XXXXXX").string();
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    const auto write = [&](const std::string& language, const Bytes& bytes) {
        const fs::path place = fs::path(folder) / language / "LC_MESSAGES";
        fs::create_directories(place);
        std::ofstream(place / "mayfly.mo", std::ios::binary) << as_text(bytes);
    };
    write("de", catalogue_file(german_entries()));
    write("xx", {1, 2, 3});
    const auto german = find_catalogue({"/nonexistent", folder}, {"xx", "de_AT", "de"});
    ASSERT_TRUE(german.has_value());
    EXPECT_STREQ(german->find("sent"), "gesendet");
    EXPECT_FALSE(find_catalogue({folder}, {"xx", "fr"}).has_value());
    fs::remove_all(folder);
}

}  // namespace
}  // namespace mayfly::i18n
