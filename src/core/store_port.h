// StorePort: what the messenger core needs of a disk. An ordered map from bytes to secret bytes,
// which the adapter encrypts. Declared here, implemented in src/store (SQLite), in the simulator
// and later in the browser.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::core {

// One atomic change. `shred` says that deleted or replaced values must be beyond recovery from the
// files when apply returns (burnt messages, expired bodies, used keys).
struct WriteBatch {
    struct Change {
        Bytes key;
        std::optional<SecretBuffer> value;  // none: delete
    };
    std::vector<Change> changes;
    bool shred = false;

    bool empty() const { return changes.empty(); }
    void put(Bytes key, SecretBuffer value) {
        changes.push_back({std::move(key), std::move(value)});
    }
    void erase(Bytes key) { changes.push_back({std::move(key), std::nullopt}); }
};

class StorePort {
  public:
    virtual ~StorePort() = default;
    virtual Result<std::optional<SecretBuffer>> get(BytesView key) = 0;
    // scan visits rows whose key starts with prefix, in key order; stop by returning false.
    using Visitor = std::function<bool(BytesView key, SecretBuffer value)>;
    virtual Status scan(BytesView prefix, const Visitor& visit) = 0;
    // apply is atomic and durable when it returns ok; on an error nothing has changed.
    virtual Status apply(const WriteBatch& batch) = 0;
};

}  // namespace mayfly::core
