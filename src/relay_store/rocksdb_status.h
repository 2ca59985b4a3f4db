// What RocksDB says, as our errors.
#pragma once

#include <rocksdb/status.h>

#include "util/result.h"

namespace mayfly::relay_store {

inline Status to_status(const rocksdb::Status& status) {
    if (status.ok()) return {};
    if (status.IsNoSpace()) return MAYFLY_ERROR(storage_full);
    if (status.IsCorruption()) return MAYFLY_ERROR(store_corrupt);
    return MAYFLY_ERROR(storage_failed);
}

// guarded calls RocksDB; it may throw (std::bad_alloc, system_error from a thread), we do not.
template <class Call>
Status guarded(Call&& call) {
    try {
        return to_status(call());
    } catch (...) {
        return MAYFLY_ERROR(storage_failed);
    }
}

}  // namespace mayfly::relay_store
