#include "mls/extension.h"

namespace mayfly::mls {

const Extension* find_extension(const Extensions& list, ExtensionType type) {
    for (const Extension& extension : list) {
        if (extension.type == type) return &extension;
    }
    return nullptr;
}

Status check_extensions(const Extensions& list) {
    std::vector<ExtensionType> types;
    types.reserve(list.size());
    for (const Extension& extension : list) types.push_back(extension.type);
    std::sort(types.begin(), types.end());
    ENSURE(std::adjacent_find(types.begin(), types.end()) == types.end(), malformed_input);
    return {};
}

void set_extension(Extensions& list, Extension extension) {
    for (Extension& present : list) {
        if (present.type == extension.type) {
            present = std::move(extension);
            return;
        }
    }
    list.push_back(std::move(extension));
}

}  // namespace mayfly::mls
