#include "core/step.h"

namespace mayfly::core {

Result<std::optional<SecretBuffer>> Step::get(BytesView key) {
    const auto& changes = effects.writes.changes;
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        if (!equal(change->key, key)) continue;
        if (!change->value) return std::optional<SecretBuffer>();
        return std::optional<SecretBuffer>(change->value->clone());
    }
    return store_.get(key);
}

}  // namespace mayfly::core
