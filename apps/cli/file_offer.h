// What is sent of a file that a person names, and where a file goes that they fetch.
#pragma once

#include "core/message_view.h"
#include "failure.h"

namespace mayfly::cli {

enum class OfferKind : uint8_t {
    file,   // without metadata, images with a preview
    as_is,  // nothing is left out or made
    voice,  // a memo: Opus in Ogg
};

// make_offer describes the file at `path`.
Outcome make_offer(const std::string& path, OfferKind kind, core::FilePort& files,
                   core::FileOffer& offer);

// find_target gives the absolute path of a download: the path given, or the sender's name for it in
// the folder given or here.
Outcome find_target(const std::string& to, const std::string& name, std::string& target);

}  // namespace mayfly::cli
