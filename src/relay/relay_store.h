// RelayStore: the one port to the relay's disk. An ordered map from bytes to bytes.
//
// apply makes a batch visible at once and atomically, and durable only with the next sync that
// returns ok. The host releases nothing to the network before that sync, so several steps share
// one. A failed apply changes nothing. After a failed sync what was applied since the last good one
// may stay visible, so nothing more may be released until a sync returns ok; sync costs nothing
// when all is durable already, so the host calls it before each release. Errors: storage_full,
// storage_failed, store_corrupt.
#pragma once

#include <optional>
#include <vector>

#include "util/bytes.h"
#include "util/result.h"

namespace mayfly::relay {

// KeyLess is the order of keys.
struct KeyLess {
    using is_transparent = void;
    bool operator()(BytesView a, BytesView b) const {
        const size_t common = std::min(a.size(), b.size());
        const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
        return order != 0 ? order < 0 : a.size() < b.size();
    }
};

struct StoreBatch {
    struct Change {
        Bytes key;
        std::optional<Bytes> value;  // none: delete
    };
    std::vector<Change> changes;

    bool empty() const { return changes.empty(); }
    void put(Bytes key, Bytes value) { changes.push_back({std::move(key), std::move(value)}); }
    void erase(Bytes key) { changes.push_back({std::move(key), std::nullopt}); }
};

struct StoreRow {
    Bytes key;
    Bytes value;
};

class RelayStore {
  public:
    virtual ~RelayStore() = default;
    virtual Result<std::optional<Bytes>> get(BytesView key) = 0;
    // range gives up to `limit` rows with first <= key < last, in order.
    virtual Result<std::vector<StoreRow>> range(BytesView first, BytesView last, size_t limit) = 0;
    virtual Status apply(const StoreBatch& batch) = 0;
    virtual Status sync() = 0;
};

}  // namespace mayfly::relay
