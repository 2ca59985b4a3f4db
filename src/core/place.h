// Places as text: decimal degrees.
#pragma once

#include "core/content_types.h"

namespace mayfly::core {

std::string latitude_text(const Location& place);
std::string longitude_text(const Location& place);
// parse_place takes degrees as people write them, "52.5163"; digits behind the seventh are dropped.
// Errors: invalid_argument, and `place` is as it was.
Status parse_place(std::string_view latitude, std::string_view longitude, Location& place);

}  // namespace mayfly::core
