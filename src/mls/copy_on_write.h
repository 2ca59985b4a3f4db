// Copy-on-write pointers: a structure shared by several values is copied by the first that changes
// it.
#pragma once

#include <memory>

namespace mayfly::mls {

// own makes the pointer the only one to its object, by copying the object if others share it, and
// gives the object for change. The values that share belong to one thread, so the count is exact.
template <class T>
T& own(std::shared_ptr<T>& pointer) {
    if (pointer.use_count() > 1) pointer = std::make_shared<T>(*pointer);
    return *pointer;
}

}  // namespace mayfly::mls
