// Step: one turn of the messenger: what it writes, sends and tells, and a view of the store that
// already sees what it writes.
#pragma once

#include "core/rows.h"

namespace mayfly::core {

class Step {
  public:
    // entropy is null in the steps that may not draw any (closing, taking, burning).
    Step(StorePort& store, Time now, Entropy* entropy)
        : store_(store), now_(now), entropy_(entropy) {}

    Time now() const { return now_; }
    bool has_entropy() const { return entropy_ != nullptr; }
    Entropy& entropy() {
        MAYFLY_ASSERT(entropy_ != nullptr);
        return *entropy_;
    }
    template <class Id>
    Id random_id() {
        Id id;
        entropy().fill(id.bytes);
        return id;
    }

    Result<std::optional<SecretBuffer>> get(BytesView key);
    template <class Row>
    Result<std::optional<Row>> read(BytesView key) {
        TRY_ASSIGN(const std::optional<SecretBuffer> value, get(key));
        if (!value) return std::optional<Row>();
        TRY_ASSIGN(Row row, decode_row<Row>(value->expose()));
        return std::optional<Row>(std::move(row));
    }
    // scan sees the store as it was before this step.
    StorePort& store() { return store_; }

    template <class Row>
    void write(Bytes key, const Row& row) {
        effects.writes.put(std::move(key), codec::encode_secret(row));
    }
    void put(Bytes key, SecretBuffer value) {
        effects.writes.put(std::move(key), std::move(value));
    }
    void erase(Bytes key) { effects.writes.erase(std::move(key)); }
    // shred: what this step deletes or replaces must be beyond recovery.
    void shred() { effects.writes.shred = true; }

    void tell(Event event) { effects.events.push_back(std::move(event)); }
    void end(OperationId operation, Status result) {
        if (operation != 0) tell(OperationEnded{operation, result});
    }

    Effects effects;

  private:
    StorePort& store_;
    Time now_;
    Entropy* entropy_;
};

}  // namespace mayfly::core
