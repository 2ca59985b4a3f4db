// BlobFiles: the bytes of blobs, one append-only file each, in folders named by the first byte of
// the file's id. docs/spec/relay-store.md section 5 says what order makes them safe in a crash.
//
// One thread at a time may call it.
#pragma once

#include <string>

#include "relay/relay_store.h"

namespace mayfly::relay_store {

class BlobFiles {
  public:
    // open makes the directory where there is none. Errors: storage_full, storage_failed.
    static Result<BlobFiles> open(const std::string& directory);

    // write makes bytes durable at `offset`, behind what is there; whatever lay from there on is
    // gone. Errors: storage_full, storage_failed (the file ends before the offset).
    Status write(const relay::StoreBatch::BlobWrite& write) const;
    // read gives exactly so many bytes. Errors: store_corrupt (the file is gone or shorter),
    // storage_failed.
    Result<Bytes> read(const relay::BlobFileId& file, uint64_t offset, size_t size_bytes) const;
    // erase removes the file, if there is one.
    void erase(const relay::BlobFileId& file) const;
    Result<std::vector<relay::BlobFileId>> list(uint8_t shard) const;

  private:
    explicit BlobFiles(std::string directory) : directory_(std::move(directory)) {}
    std::string shard_path(uint8_t shard) const;
    std::string path(const relay::BlobFileId& file) const;

    std::string directory_;
};

}  // namespace mayfly::relay_store
