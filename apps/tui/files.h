// Files: what the terminal interface needs of the host for files that the person names.
#pragma once

#include <string>
#include <vector>

#include "core/message_view.h"

namespace mayfly::tui {

class Files {
  public:
    virtual ~Files() = default;
    // offer prepares a file, or a voice memo of Opus in Ogg, to be sent. Errors: file_unreadable,
    // input_too_large, malformed_input (a damaged image, or no voice memo).
    virtual Result<core::FileOffer> offer(const std::string& path, bool voice) = 0;
    // target gives where a file goes: `path`, or in the folder `path` under the sender's name for
    // it, made harmless. Errors: storage_failed (there is no such folder).
    virtual Result<std::string> target(const std::string& path, const std::string& name) = 0;
    // names_in lists a folder, folders with a / behind; empty: the current one.
    virtual std::vector<std::string> names_in(const std::string& folder) = 0;
};

}  // namespace mayfly::tui
