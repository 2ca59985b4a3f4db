#include "mls/component.h"

#include <algorithm>

namespace mayfly::mls {

std::string component_label(ComponentId component, std::string_view label) {
    codec::Writer writer;
    writer.opaque(as_bytes("MLS Component"));
    writer(component);
    writer.opaque(as_bytes(label));
    return std::string(as_text(writer.view()));
}

bool AppDataDictionary::is_sorted() const {
    return std::adjacent_find(component_data.begin(), component_data.end(),
                              [](const ComponentData& a, const ComponentData& b) {
                                  return a.component_id >= b.component_id;
                              }) == component_data.end();
}

const ComponentData* AppDataDictionary::find(ComponentId component) const {
    for (const ComponentData& entry : component_data) {
        if (entry.component_id == component) return &entry;
    }
    return nullptr;
}

}  // namespace mayfly::mls
