// The relay's data directory: made private, locked against a second process, and where the TLS
// identity of a self-signed relay is kept.
#pragma once

#include <string>

#include "crypto/certificate.h"
#include "crypto/unique_fd.h"
#include "util/entropy.h"

namespace mayfly::relay_net {

// DataDirectory holds the lock for as long as it lives.
class DataDirectory {
  public:
    // open makes the directory (mode 0700) where there is none. Errors: store_locked,
    // storage_full, storage_failed.
    static Result<DataDirectory> open(const std::string& path);

    std::string store_path() const { return path_ + "/store"; }
    // self_signed_identity makes the identity on first use; later uses give the same one, so the
    // fingerprint in people's addresses stays. Errors: invalid_key (half of it is missing, or it is
    // damaged), storage_full, storage_failed.
    Result<crypto::TlsIdentity> self_signed_identity() const;
    // push_key is the P-256 scalar by which push services know the relay; made on first use, like
    // the identity. Errors: as above.
    Result<Secret> push_key(Entropy& entropy) const;

  private:
    DataDirectory(std::string path, crypto::UniqueFd lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}
    std::string path_;
    crypto::UniqueFd lock_;
};

// read_identity reads a host's own certificate chain and key. Errors: storage_failed (unreadable),
// input_too_large.
Result<crypto::TlsIdentity> read_identity(const std::string& certificates_path,
                                          const std::string& key_path);

// forbid_core_dumps: a dump would hold the relay's TLS key.
void forbid_core_dumps();

}  // namespace mayfly::relay_net
