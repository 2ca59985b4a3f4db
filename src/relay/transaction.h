// Transaction: one step's view of the store. Reads see the step's own writes; take gives them as
// one atomic batch.
#pragma once

#include <map>

#include "codec/codec.h"
#include "relay/relay_store.h"

namespace mayfly::relay {

// Every row begins with this byte; another one is a damaged store, or one of a newer relay.
constexpr uint8_t row_version = 1;

class Transaction {
  public:
    explicit Transaction(RelayStore& store) : store_(store) {}

    Result<std::optional<Bytes>> get(BytesView key);
    Result<std::vector<StoreRow>> range(BytesView first, BytesView last, size_t limit);
    void put(Bytes key, Bytes value) {
        changes_.insert_or_assign(std::move(key), std::move(value));
    }
    void write_blob(const BlobFileId& file, uint64_t offset, Bytes bytes) {
        blob_writes_.push_back({file, offset, std::move(bytes)});
    }
    void erase_blob(const BlobFileId& file) { blob_erasures_.push_back(file); }
    RelayStore& store() { return store_; }
    void erase(Bytes key) { changes_.insert_or_assign(std::move(key), std::nullopt); }
    StoreBatch take();

    // load gives the row at `key`, none if there is none, store_corrupt if it cannot be read.
    template <class Row>
    Result<std::optional<Row>> load(BytesView key) {
        TRY_ASSIGN(auto value, get(key));
        if (!value) return std::optional<Row>();
        TRY_ASSIGN(auto row, decode_row<Row>(*value));
        return std::optional<Row>(std::move(row));
    }
    template <class Row>
    void save(Bytes key, const Row& row) {
        codec::Writer writer;
        writer(row_version, row);
        put(std::move(key), writer.take());
    }
    template <class Row>
    static Result<Row> decode_row(BytesView value) {
        codec::Reader reader(value);
        Row row{};
        const uint8_t version = reader.u8();
        reader(row);
        ENSURE(version == row_version && reader.finish().ok(), store_corrupt);
        return row;
    }

  private:
    RelayStore& store_;
    std::map<Bytes, std::optional<Bytes>, KeyLess> changes_;
    std::vector<StoreBatch::BlobWrite> blob_writes_;
    std::vector<BlobFileId> blob_erasures_;
};

}  // namespace mayfly::relay
