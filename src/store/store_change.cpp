// How a batch changes blocks: SqliteStore's writing half.
#include "store/sqlite_store.h"

namespace mayfly::store {

Status SqliteStore::change_rows(const core::WriteBatch& batch, Staged& staged, Seal& next) {
    Changes changes;
    for (const auto& change : batch.changes) {
        changes.insert_or_assign(change.key, change.value ? &*change.value : nullptr);
    }
    for (auto change = changes.cbegin(); change != changes.cend();) {
        TRY(change_block(block_of(change->first), change, changes, staged, next));
    }
    return {};
}

// change_block makes all changes that fall into a block, and moves `change` behind them. A block
// that gets small takes the next one in.
Status SqliteStore::change_block(Directory::const_iterator block, Changes::const_iterator& change,
                                 const Changes& changes, Staged& staged, Seal& next) {
    std::vector<Plain> plains;  // rows are views into them
    std::vector<RowView> rows;
    std::vector<uint64_t> ids;
    size_t size = 0;
    bool is_changed = false;
    auto taken = block;
    do {
        std::vector<RowView> old;
        if (taken != directory_.end()) {
            TRY_ASSIGN(const Plain plain, read_block(taken->second));
            BlockSecret secret{};
            TRY_ASSIGN(old, decode_block(plain->expose(), secret));
            plains.push_back(plain);
            ids.push_back(taken->second.id);
            staged.removed.push_back(taken);
            ++taken;
        }
        auto row = old.begin();
        const auto keep = [&](const RowView& kept) {
            size += kept.size_bytes();
            rows.push_back(kept);
        };
        while (change != changes.cend() &&
               (taken == directory_.end() || KeyLess()(change->first, taken->first))) {
            while (row != old.end() && KeyLess()(row->key, change->first)) keep(*row++);
            const bool is_there = row != old.end() && equal(row->key, change->first);
            if (is_there) ++row;
            if (change->second != nullptr) keep({change->first, change->second->expose()});
            is_changed = is_changed || is_there || change->second != nullptr;
            ++change;
        }
        while (row != old.end()) keep(*row++);
    } while (is_changed && size < block_size_bytes_min && ids.size() == 1 &&
             taken != directory_.end());
    if (!is_changed) {
        staged.removed.resize(staged.removed.size() - ids.size());
        return {};
    }
    for (auto old = block; old != taken; ++old) {
        exclusive_or(next.sum, old->second.secret);
        next.block_count--;
    }
    return write_blocks(rows, std::move(ids), staged, next);
}

// write_blocks puts rows into blocks under the ids that they had, or new ones.
Status SqliteStore::write_blocks(const std::vector<RowView>& rows, std::vector<uint64_t> ids,
                                 Staged& staged, Seal& next) {
    size_t begin = 0;
    size_t used = 0;
    for (const size_t end : split_rows(rows)) {
        const std::vector<RowView> piece(rows.begin() + static_cast<ptrdiff_t>(begin),
                                         rows.begin() + static_cast<ptrdiff_t>(end));
        begin = end;
        BlockInfo info;
        info.id = used < ids.size() ? ids[used++] : next_id_++;
        info.secret = random_array<16>(entropy_);
        info.row_count = static_cast<uint32_t>(piece.size());
        TRY(put_block(info.id, encode_block(info.secret, piece).expose()));
        exclusive_or(next.sum, info.secret);
        next.block_count++;
        staged.added.emplace_back(to_bytes(piece.front().key), info);
    }
    while (used < ids.size()) TRY(erase_block(ids[used++]));
    return {};
}

}  // namespace mayfly::store
