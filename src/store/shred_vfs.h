// A thin layer between SQLite and the system's files, so that what is deleted is gone:
//   - a WAL or journal is overwritten with zeros, and synced, before it is truncated or deleted;
//   - a page that goes to the database has the unused gap between its cell pointers and its cells
//     zeroed. PRAGMA secure_delete clears freed cells, but cells that SQLite moves between pages
//     when it balances a tree leave copies in that gap.
// docs/spec/store-file.md section 5.
#pragma once

#include <cstdint>

#include "util/bytes.h"

namespace mayfly::store {

constexpr const char* shred_vfs_name = "mayfly-shred";
constexpr size_t page_size_bytes = 4096;
// First bytes of overflow and freelist pages are the high byte of a page number. Below this count
// it is zero, which no b-tree page starts with: page kinds cannot be confused. 64 GiB.
constexpr uint32_t page_count_max = (1U << 24) - 1;

// register_shred_vfs makes the layer known to SQLite, once; false when SQLite refuses.
bool register_shred_vfs();

// scrub_page zeroes what no cell of a b-tree page uses between pointers and cells. `offset_bytes`
// is the page's place in the file. Pages of other kinds, and damaged ones, stay as they are.
void scrub_page(MutableBytesView page, int64_t offset_bytes);

// Faults for tests: the operation (write, sync, truncate or delete) that brings the count to zero
// fails, and with `sticky` all after it. Negative: none.
struct VfsFaults {
    int64_t operations_until_failure = -1;
    bool sticky = false;
    bool full = false;  // say "disk full" instead of "I/O error"
    int64_t operations_seen = 0;
};
VfsFaults& vfs_faults_for_testing();

}  // namespace mayfly::store
