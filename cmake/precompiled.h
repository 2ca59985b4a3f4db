// What nearly every file includes, read once for each build and not once for each file: it halves
// the time of a build. Files include what they use all the same: -DMAYFLY_PCH=OFF builds without
// this header.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>
