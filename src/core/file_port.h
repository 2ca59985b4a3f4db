// FilePort: what the messenger core needs of the files that a person sends and receives. Declared
// here, implemented by the host and, in memory, by tests.
//
// Bytes of files do not pass through a WriteBatch. Each call may be repeated, and the core calls
// before it makes its progress durable: after a crash a file may be ahead of what the core knows of
// it, never behind.
#pragma once

#include <string>

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::core {

// A part of what is sent: bytes of the source, or these with zeros behind them up to the size.
struct FilePiece {
    uint64_t offset = 0;
    uint64_t size_bytes = 0;
    Bytes literal;  // empty: of the source
    uint64_t sent_size_bytes() const { return std::max<uint64_t>(literal.size(), size_bytes); }
    bool operator==(const FilePiece&) const = default;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.offset, self.size_bytes, self.literal);
    }
};

class FilePort {
  public:
    virtual ~FilePort() = default;

    struct Source {
        uint64_t size_bytes = 0;
        uint64_t stamp = 0;  // changes when the content does
    };
    // Errors: file_unreadable.
    virtual Result<Source> inspect(const std::string& source) = 0;
    // read gives exactly so many bytes. Errors: file_unreadable, file_changed (there are fewer).
    virtual Result<SecretBuffer> read(const std::string& source, uint64_t offset,
                                      size_t size_bytes) = 0;

    // A target is written under another name until it is whole. begin makes that draft, or keeps
    // the first bytes of the one there is. Errors: file_exists (the target, which is never
    // replaced), file_changed (the draft is shorter than what is to be kept), storage_full,
    // storage_failed.
    virtual Status begin(const std::string& target, uint64_t kept_size_bytes) = 0;
    virtual Status write(const std::string& target, uint64_t offset, BytesView bytes) = 0;
    virtual Status sync(const std::string& target) = 0;
    // finish makes the draft durable and gives it its name. Errors: as begin.
    virtual Status finish(const std::string& target) = 0;
    // discard removes the draft, if there is one.
    virtual void discard(const std::string& target) = 0;
};

}  // namespace mayfly::core
