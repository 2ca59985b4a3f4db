// Which language is spoken: the variables that gettext reads, with gettext's meaning.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "i18n/catalogue.h"

namespace mayfly::i18n {

// Variables of the environment; empty: not set.
struct Variables {
    std::string language;
    std::string lc_all;
    std::string lc_messages;
    std::string lang;
};

// languages_of gives the names of the catalogues to look for, the best first: "de_AT", "de". None
// is English, which needs no catalogue.
std::vector<std::string> languages_of(const Variables& variables);

// find_catalogue reads the first that is there and whole.
std::optional<Catalogue> find_catalogue(const std::vector<std::string>& folders,
                                        const std::vector<std::string>& languages);

// speak sets what tr says from now on; without a catalogue: English.
void speak(std::optional<Catalogue> catalogue);

// speak_as_environment_says reads the environment and looks beside the program, then where it was
// to be installed. Called once, before another thread is there.
void speak_as_environment_says();

}  // namespace mayfly::i18n
