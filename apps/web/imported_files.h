// ImportedFiles: what a person sends and receives, as Blobs of the worker
// (web/src/engine/files.ts). Nothing of it is on a disk under our control, so a transfer that the
// page's end interrupts ends or begins anew.
#pragma once

#include "core/file_port.h"

namespace mayfly::web {

class ImportedFiles final : public core::FilePort {
  public:
    Result<Source> inspect(const std::string& source) override;
    Result<SecretBuffer> read(const std::string& source, uint64_t offset,
                              size_t size_bytes) override;
    Status begin(const std::string& target, uint64_t kept_size_bytes) override;
    Status write(const std::string& target, uint64_t offset, BytesView bytes) override;
    Status sync(const std::string&) override { return {}; }
    Status finish(const std::string& target) override;
    void discard(const std::string& target) override;
};

}  // namespace mayfly::web
