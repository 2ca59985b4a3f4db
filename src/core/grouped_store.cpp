#include "core/grouped_store.h"

namespace mayfly::core {
namespace {

bool begins_with(BytesView key, BytesView prefix) {
    return key.size() >= prefix.size() && equal(key.first(prefix.size()), prefix);
}

}  // namespace

Status GroupedStore::end_group() {
    grouping_ = false;
    WriteBatch batch;
    batch.shred = std::exchange(shred_, false);
    for (auto& [key, value] : std::exchange(changes_, {})) {
        batch.changes.push_back({key, std::move(value)});
    }
    if (batch.empty()) return {};
    return under_.apply(batch);
}

Result<std::optional<SecretBuffer>> GroupedStore::get(BytesView key) {
    const auto found = changes_.find(to_bytes(key));
    if (found == changes_.end()) return under_.get(key);
    if (!found->second) return std::optional<SecretBuffer>();
    return std::optional<SecretBuffer>(found->second->clone());
}

// Both are in order of their keys; a change goes before the row below that it replaces.
Status GroupedStore::scan(BytesView prefix, const Visitor& visit) {
    if (changes_.empty()) return under_.scan(prefix, visit);
    auto change = changes_.lower_bound(to_bytes(prefix));
    bool goes_on = true;
    const auto visit_changes_before = [&](const Bytes* end) {
        for (; goes_on && change != changes_.end(); ++change) {
            if (!begins_with(change->first, prefix) || (end != nullptr && *end <= change->first)) {
                return;
            }
            if (change->second) goes_on = visit(change->first, change->second->clone());
        }
    };
    TRY(under_.scan(prefix, [&](BytesView key, SecretBuffer value) {
        const Bytes here = to_bytes(key);
        visit_changes_before(&here);
        if (!goes_on) return false;
        if (changes_.contains(here)) return true;  // its turn comes before the next row
        goes_on = visit(key, std::move(value));
        return goes_on;
    }));
    visit_changes_before(nullptr);
    return {};
}

Status GroupedStore::apply(const WriteBatch& batch) {
    if (!grouping_) return under_.apply(batch);
    shred_ = shred_ || batch.shred;
    for (const WriteBatch::Change& change : batch.changes) {
        auto& value = changes_[change.key];
        if (change.value) {
            value = change.value->clone();
        } else {
            value.reset();
        }
    }
    return {};
}

}  // namespace mayfly::core
