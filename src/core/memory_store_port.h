// MemoryStorePort: a StorePort in memory with fault injection, for tests and the simulator only.
// Values lie there unencrypted, so a search over them checks what the core itself leaves behind.
#pragma once

#include <map>

#include "core/store_port.h"

namespace mayfly::core {

class MemoryStorePort final : public StorePort {
  public:
    MemoryStorePort() = default;
    MemoryStorePort(MemoryStorePort&&) = default;
    MemoryStorePort& operator=(MemoryStorePort&&) = default;

    Result<std::optional<SecretBuffer>> get(BytesView key) override;
    Status scan(BytesView prefix, const Visitor& visit) override;
    Status apply(const WriteBatch& batch) override;

    // snapshot copies every row, as a disk would be found after a crash at this moment.
    MemoryStorePort snapshot() const;
    // fail_apply makes the n-th apply from now (1: the next one) and all after it fail with
    // storage_failed and change nothing, until heal.
    void fail_apply(uint64_t nth) { fail_at_ = applied_ + nth; }
    void fail_reads(bool fail) { fail_reads_ = fail; }
    void heal() {
        fail_at_ = 0;
        fail_reads_ = false;
    }
    // applied counts batches, so that a test may crash after each of them.
    uint64_t applied() const { return applied_; }
    uint64_t shredded() const { return shredded_; }
    size_t row_count() const { return rows_.size(); }
    // contains tells whether any key or value holds the bytes.
    bool contains(BytesView needle) const;

  private:
    std::map<Bytes, SecretBuffer> rows_;
    uint64_t applied_ = 0;
    uint64_t shredded_ = 0;
    uint64_t fail_at_ = 0;
    bool fail_reads_ = false;
};

}  // namespace mayfly::core
