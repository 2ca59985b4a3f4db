// What a frame is, in words, for --trace.
#pragma once

#include <string>

#include "util/bytes.h"

namespace mayfly::sim {

std::string text_of_request(BytesView frame);
std::string text_of_reply(BytesView frame);

}  // namespace mayfly::sim
