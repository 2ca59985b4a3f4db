// deps: i18n
// max_len: 8192
//
// A catalogue of texts: whatever is found in it ends inside it, and every count has a form.
#include "i18n/catalogue.h"

namespace mayfly::i18n {
namespace {

void check(BytesView input) {
    const auto catalogue = Catalogue::decode(Bytes(input.begin(), input.end()));
    if (!catalogue.ok()) return;
    const auto is_inside = [&](const char* text) {
        return text == nullptr || std::strlen(text) < input.size();
    };
    // What msgfmt makes of a small catalogue is in the corpus: these are its keys.
    for (const char* key : {"", "sent", "{1} file", "menu\4open"}) {
        MAYFLY_ASSERT(is_inside(catalogue->find(key)));
        for (const uint64_t count : {uint64_t{0}, uint64_t{1}, uint64_t{2}, ~uint64_t{0}}) {
            MAYFLY_ASSERT(is_inside(catalogue->find_plural(key, count)));
        }
    }
}

void check_rule(BytesView input) {
    const auto rule = PluralRule::parse(as_text(input));
    if (!rule.ok()) return;
    for (const uint64_t count : {uint64_t{0}, uint64_t{1}, uint64_t{21}, ~uint64_t{0}}) {
        MAYFLY_ASSERT(rule->form(count) < plural_forms_max);
    }
}

}  // namespace
}  // namespace mayfly::i18n

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    const mayfly::BytesView input(data, size_bytes);
    mayfly::i18n::check(input);
    mayfly::i18n::check_rule(input);
    return 0;
}
