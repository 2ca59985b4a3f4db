// GroupedStore: a store port over another one that makes the batches of several steps durable as
// one. A host that is given many frames at once lets them all take effect, then waits for the disk
// once; the network effects and events of these steps must wait for end_group, as those of a single
// step wait for apply.
#pragma once

#include <map>

#include "core/store_port.h"

namespace mayfly::core {

class GroupedStore final : public StorePort {
  public:
    explicit GroupedStore(StorePort& under) : under_(under) {}

    // From begin_group on, apply only keeps what it is given, and get and scan see it. end_group
    // makes all of it durable, or nothing: after an error the messenger is ahead of the disk.
    void begin_group() { grouping_ = true; }
    Status end_group();
    bool is_grouping() const { return grouping_; }

    Result<std::optional<SecretBuffer>> get(BytesView key) override;
    Status scan(BytesView prefix, const Visitor& visit) override;
    Status apply(const WriteBatch& batch) override;

  private:
    StorePort& under_;
    std::map<Bytes, std::optional<SecretBuffer>> changes_;  // none: deleted
    bool grouping_ = false;
    bool shred_ = false;
};

}  // namespace mayfly::core
