#include "i18n/language.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <fstream>

namespace mayfly::i18n {
namespace {

constexpr size_t languages_max = 16;  // LANGUAGE names a handful

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool is_neutral(std::string_view locale) {
    return locale == "C" || locale == "POSIX" || locale.starts_with("C.");
}

// A name becomes a part of a path.
bool is_name(std::string_view text) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '@' || c == '-';
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), is_plain);
}

// "de_AT.UTF-8@euro" is looked for as de_AT@euro, de_AT and de. Mayfly writes UTF-8 in any locale.
void add_names(std::string_view locale, std::vector<std::string>& out) {
    const size_t at = locale.find('@');
    const std::string_view modifier =
        at == std::string_view::npos ? std::string_view() : locale.substr(at);
    const std::string_view place = locale.substr(0, std::min(locale.find('.'), at));
    if (!is_name(place)) return;
    if (!modifier.empty() && is_name(modifier)) {
        out.push_back(std::string(place) + std::string(modifier));
    }
    out.emplace_back(place);
    const size_t country = place.find('_');
    if (country != std::string_view::npos) out.emplace_back(place.substr(0, country));
}

// The folder above the program's: build/PRESET, or what it was installed into.
std::string program_prefix() {
    char path[PATH_MAX];
    const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
    if (size <= 0 || size == static_cast<ssize_t>(sizeof path)) return {};
    std::string_view out(path, static_cast<size_t>(size));
    for (int i = 0; i < 2; ++i) out = out.substr(0, std::min(out.rfind('/'), out.size()));
    return std::string(out);
}

std::optional<Catalogue> read_catalogue(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    Bytes bytes(catalogue_size_bytes_max + 1);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<size_t>(file.gcount()));
    auto catalogue = Catalogue::decode(std::move(bytes));
    if (!catalogue.ok()) return std::nullopt;
    return std::move(*catalogue);
}

}  // namespace

std::vector<std::string> languages_of(const Variables& variables) {
    std::string_view locale = variables.lang;
    if (!variables.lc_messages.empty()) locale = variables.lc_messages;
    if (!variables.lc_all.empty()) locale = variables.lc_all;
    if (locale.empty() || is_neutral(locale)) return {};
    std::string_view rest = variables.language.empty() ? locale : variables.language;
    std::vector<std::string> out;
    while (!rest.empty() && out.size() < languages_max) {
        const std::string_view name = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(name.size() + 1, rest.size()));
        const std::string_view language = name.substr(0, name.find_first_of("_.@"));
        if (language == "en" || is_neutral(name)) break;
        add_names(name, out);
    }
    return out;
}

std::optional<Catalogue> find_catalogue(const std::vector<std::string>& folders,
                                        const std::vector<std::string>& languages) {
    for (const std::string& language : languages) {
        for (const std::string& folder : folders) {
            auto found = read_catalogue(folder + "/" + language + "/LC_MESSAGES/mayfly.mo");
            if (found) return found;
        }
    }
    return std::nullopt;
}

void speak_as_environment_says() {
    const Variables variables{variable("LANGUAGE"), variable("LC_ALL"), variable("LC_MESSAGES"),
                              variable("LANG")};
    const std::vector<std::string> languages = languages_of(variables);
    if (languages.empty()) return;
    speak(find_catalogue({program_prefix() + "/share/locale", MAYFLY_LOCALE_FOLDER}, languages));
}

}  // namespace mayfly::i18n
