#include "i18n/plural.h"

#include <gtest/gtest.h>

namespace mayfly::i18n {
namespace {

std::string forms(const char* rule, uint64_t last) {
    const auto parsed = PluralRule::parse(rule);
    if (!parsed.ok()) return "refused";
    std::string out;
    for (uint64_t n = 0; n <= last; ++n) out += std::to_string(parsed->form(n));
    return out;
}

TEST(PluralRule, rules_of_real_languages_choose_their_forms) {
    EXPECT_EQ(forms(" nplurals=2; plural=(n != 1);", 3), "1011");
    EXPECT_EQ(forms(" nplurals=1; plural=0;", 2), "000");
    EXPECT_EQ(forms(" nplurals=2; plural=n>1;", 3), "0011");
    // Polish: 1, 2 to 4 but not 12 to 14, the others.
    EXPECT_EQ(forms(" nplurals=3; plural=n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) "
                    "? 1 : 2;",
                    25),
              "20111222222222222222221112"
              "");
    // Arabic.
    EXPECT_EQ(forms(" nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 "
                    "? 3 : n%100>=11 ? 4 : 5;",
                    12),
              "0123333333344");
}

TEST(PluralRule, operators_bind_as_in_c) {
    EXPECT_EQ(forms(" nplurals=6; plural=1+2*n-4/2;", 1), "01");
    EXPECT_EQ(forms(" nplurals=2; plural=!n;", 2), "100");
    EXPECT_EQ(forms(" nplurals=2; plural=!!n;", 2), "011");
    EXPECT_EQ(forms(" nplurals=2; plural=n<2==1;", 2), "110");
}

TEST(PluralRule, form_beyond_the_last_is_the_first) {
    EXPECT_EQ(forms(" nplurals=2; plural=n;", 3), "0100");
    EXPECT_EQ(forms(" nplurals=2; plural=n/0+n%0;", 3), "0000");
}

TEST(PluralRule, malformed_rule_is_refused) {
    for (const char* text :
         {"", "nplurals=2", " plural=n", " nplurals=0; plural=0;", " nplurals=7; plural=0;",
          " nplurals=x; plural=0;", " nplurals=2; plural=;", " nplurals=2; plural=n n;",
          " nplurals=2; plural=(n;", " nplurals=2; plural=n?1;", " nplurals=2; plural=m;",
          " nplurals=2; plural=99999999999999999999;"}) {
        EXPECT_EQ(forms(text, 1), "refused") << text;
    }
    const std::string deep(100, '(');
    EXPECT_FALSE(PluralRule::parse(" nplurals=2; plural=" + deep + "n;").ok());
    const std::string nested = deep + "n" + std::string(100, ')');
    EXPECT_FALSE(PluralRule::parse(" nplurals=2; plural=" + nested).ok());
    const std::string longer(plural_expression_size_bytes_max, ' ');
    EXPECT_FALSE(PluralRule::parse(" nplurals=2; plural=n" + longer).ok());
}

}  // namespace
}  // namespace mayfly::i18n
