// Block: neighbouring rows of the store, which are encrypted and read together. Rows are far
// smaller than a page of the disk, and opening authenticates all of them: one cipher call for
// dozens of rows is what makes that fast. docs/spec/store-file.md section 4.
#pragma once

#include <array>
#include <vector>

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::store {

using BlockSecret = std::array<uint8_t, 16>;

inline void exclusive_or(BlockSecret& to, const BlockSecret& with) {
    for (size_t i = 0; i < to.size(); i++) to[i] ^= with[i];
}

// A block with its nonce and tag fits one page of SQLite's (4,096 less what the page and the cell
// say of themselves); a row larger than that gets a block of its own.
constexpr size_t block_size_bytes_max = 3960;
// A block that shrank below this is joined with the next one.
constexpr size_t block_size_bytes_min = 900;
constexpr size_t row_header_size_bytes = 2 + 4;  // sizes of key and value

struct RowView {
    BytesView key;
    BytesView value;
    size_t size_bytes() const { return row_header_size_bytes + key.size() + value.size(); }
};

// encode_block writes secret and rows; the caller keeps the rows sorted.
SecretBuffer encode_block(const BlockSecret& secret, const std::vector<RowView>& rows);
// decode_block gives views into `plain`, after checking that all of it is rows with distinct keys
// in ascending order, at least one. Errors: store_corrupt.
Result<std::vector<RowView>> decode_block(BytesView plain, BlockSecret& secret);

// split_rows cuts rows into pieces of about the same size, each at most a block's unless it is one
// row alone. Gives where each piece ends.
std::vector<size_t> split_rows(const std::vector<RowView>& rows);

}  // namespace mayfly::store
