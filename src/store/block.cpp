#include "store/block.h"

#include "codec/codec.h"

namespace mayfly::store {
namespace {

bool less(BytesView a, BytesView b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

SecretBuffer encode_block(const BlockSecret& secret, const std::vector<RowView>& rows) {
    size_t size = secret.size();
    for (const RowView& row : rows) size += row.size_bytes();
    SecretBuffer out(size);
    auto at = std::copy(secret.begin(), secret.end(), out.expose_mutable().begin());
    const auto number = [&](size_t value, int bytes) {
        while (bytes-- > 0) *at++ = static_cast<uint8_t>(value >> (8 * bytes));
    };
    for (const RowView& row : rows) {
        number(row.key.size(), 2);
        number(row.value.size(), 4);
        at = std::copy(row.key.begin(), row.key.end(), at);
        at = std::copy(row.value.begin(), row.value.end(), at);
    }
    return out;
}

Result<std::vector<RowView>> decode_block(BytesView plain, BlockSecret& secret) {
    codec::Reader reader(plain);
    reader(secret);
    std::vector<RowView> rows;
    while (reader.ok() && !reader.at_end()) {
        const size_t key_size = reader.u16();
        const size_t value_size = reader.u32();
        RowView row;
        row.key = reader.raw(key_size);
        row.value = reader.raw(value_size);
        if (!reader.ok()) break;
        ENSURE(!row.key.empty(), store_corrupt);
        ENSURE(rows.empty() || less(rows.back().key, row.key), store_corrupt);
        rows.push_back(row);
    }
    ENSURE(reader.ok() && !rows.empty(), store_corrupt);
    return rows;
}

std::vector<size_t> split_rows(const std::vector<RowView>& rows) {
    constexpr size_t room = block_size_bytes_max - sizeof(BlockSecret);
    size_t total = 0;
    for (const RowView& row : rows) total += row.size_bytes();
    const size_t pieces = (total + room - 1) / room;
    std::vector<size_t> ends;
    size_t before = 0;  // bytes in the pieces that are closed
    size_t size = 0;    // of the open piece
    for (size_t i = 0; i < rows.size(); ++i) {
        const size_t row_size = rows[i].size_bytes();
        const bool has_its_share = before + size >= total * (ends.size() + 1) / pieces;
        if (size > 0 && (has_its_share || size + row_size > room)) {
            ends.push_back(i);
            before += size;
            size = 0;
        }
        size += row_size;
    }
    if (size > 0) ends.push_back(rows.size());
    return ends;
}

}  // namespace mayfly::store
