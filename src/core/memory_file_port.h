// MemoryFilePort: a FilePort for tests and the simulator. It outlives the messengers that use it,
// as a disk does.
#pragma once

#include <map>

#include "core/file_port.h"

namespace mayfly::core {

class MemoryFilePort final : public FilePort {
  public:
    Result<Source> inspect(const std::string& source) override;
    Result<SecretBuffer> read(const std::string& source, uint64_t offset,
                              size_t size_bytes) override;
    Status begin(const std::string& target, uint64_t kept_size_bytes) override;
    Status write(const std::string& target, uint64_t offset, BytesView bytes) override;
    Status sync(const std::string&) override { return {}; }
    Status finish(const std::string& target) override;
    void discard(const std::string& target) override { drafts.erase(target); }

    std::map<std::string, Bytes> files;
    std::map<std::string, Bytes> drafts;
    std::map<std::string, uint64_t> stamps;  // a test changes one together with the file
};

}  // namespace mayfly::core
