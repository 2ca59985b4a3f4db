// The safe application interface of draft-ietf-mls-extensions: components of one application that
// share a group, kept apart by a number. docs/spec/mls.md names the version of the draft.
#pragma once

#include <string>

#include "mls/extension.h"
#include "mls/labelled.h"

namespace mayfly::mls {

// ComponentId: the application gives numbers from 0x8000 on to its components.
enum class ComponentId : uint16_t {
    app_components = 0x0001,
    safe_aad = 0x0002,
    content_media_types = 0x0003,
    last_resort_key_package = 0x0004,
    app_ack = 0x0005,
};

// component_label is a ComponentOperationLabel, as a label of the functions of mls/labelled.h. What
// one component signs or encrypts then means nothing to another one, nor to MLS.
std::string component_label(ComponentId component, std::string_view label);

struct ComponentData {
    ComponentId component_id{};
    Bytes data;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.component_id, self.data);
    }
    bool operator==(const ComponentData&) const = default;
};

// AppDataDictionary: data of components in a key package, leaf node, GroupInfo or GroupContext.
struct AppDataDictionary {
    static constexpr auto extension_type = ExtensionType{0x0006};
    std::vector<ComponentData> component_data;  // increasing by component_id

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.component_data);
    }
    bool operator==(const AppDataDictionary&) const = default;

    bool is_sorted() const;
    // find: nullptr if the component has none.
    const ComponentData* find(ComponentId component) const;
};

}  // namespace mayfly::mls
