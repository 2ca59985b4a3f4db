// DiskFiles: the files that a person sends and receives, for the messenger core. Names are absolute
// paths. A draft lies hidden beside its target, so that giving it its name is one step.
#pragma once

#include <map>

#include "core/file_port.h"
#include "store/files.h"

namespace mayfly::cli {

class DiskFiles final : public core::FilePort {
  public:
    Result<Source> inspect(const std::string& source) override;
    Result<SecretBuffer> read(const std::string& source, uint64_t offset,
                              size_t size_bytes) override;
    Status begin(const std::string& target, uint64_t kept_size_bytes) override;
    Status write(const std::string& target, uint64_t offset, BytesView bytes) override;
    Status sync(const std::string& target) override;
    Status finish(const std::string& target) override;
    void discard(const std::string& target) override;

  private:
    struct Open {
        store::Fd fd;
        Source source;
    };
    std::map<std::string, Open> sources_;
    std::map<std::string, store::Fd> drafts_;
};

std::string folder_of(const std::string& path);
std::string draft_of(const std::string& target);

}  // namespace mayfly::cli
