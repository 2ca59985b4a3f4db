#include "relay_net/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "crypto/signature.h"

namespace mayfly::relay_net {
namespace {

using crypto::UniqueFd;

constexpr size_t identity_size_bytes_max = 1U << 20;  // a chain has under 10 kB

Error error_of(int error_number) {
    const bool full = error_number == ENOSPC || error_number == EDQUOT;
    return full ? MAYFLY_ERROR(storage_full) : MAYFLY_ERROR(storage_failed);
}

Result<UniqueFd> open_file(const std::string& path, int flags) {
    UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!file.is_open()) return error_of(errno);
    return file;
}

Result<SecretBuffer> read_file(const std::string& path) {
    TRY_ASSIGN(const UniqueFd file, open_file(path, O_RDONLY));
    struct stat status {};
    if (fstat(file.get(), &status) != 0) return error_of(errno);
    ENSURE(S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode), storage_failed);
    // A pipe's size is not known before it is read.
    SecretBuffer out(identity_size_bytes_max + 1);
    size_t size_bytes = 0;
    while (size_bytes < out.size()) {
        const MutableBytesView rest = out.expose_mutable().subspan(size_bytes);
        const ssize_t got = read(file.get(), rest.data(), rest.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_of(errno);
        if (got == 0) break;
        size_bytes += static_cast<size_t>(got);
    }
    ENSURE(size_bytes <= identity_size_bytes_max, input_too_large);
    out.shrink(size_bytes);
    return out;
}

// The file is there whole and durable, or as it was before.
Status write_file(const std::string& directory, const std::string& name, BytesView content) {
    const std::string path = directory + "/" + name;
    const std::string draft = path + ".new";
    {
        TRY_ASSIGN(const UniqueFd file, open_file(draft, O_WRONLY | O_CREAT | O_TRUNC));
        while (!content.empty()) {
            const ssize_t written = write(file.get(), content.data(), content.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return error_of(errno);
            content = content.subspan(static_cast<size_t>(written));
        }
        if (fsync(file.get()) != 0) return error_of(errno);
    }
    if (std::rename(draft.c_str(), path.c_str()) != 0) return error_of(errno);
    TRY_ASSIGN(const UniqueFd parent, open_file(directory, O_RDONLY | O_DIRECTORY));
    if (fsync(parent.get()) != 0) return error_of(errno);
    return {};
}

constexpr const char* certificate_name = "tls-certificate.pem";
constexpr const char* key_name = "tls-key.pem";
// Base64url of the scalar, as other tools write VAPID keys, and a line end.
constexpr const char* push_key_name = "push-key";

}  // namespace

Result<DataDirectory> DataDirectory::open(const std::string& path) {
    std::error_code failure;
    const bool is_new = std::filesystem::create_directories(path, failure);
    if (failure) return error_of(failure.value());
    if (is_new && chmod(path.c_str(), 0700) != 0) return error_of(errno);
    TRY_ASSIGN(UniqueFd lock, open_file(path + "/lock", O_RDWR | O_CREAT));
    if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? MAYFLY_ERROR(store_locked) : error_of(errno);
    }
    return DataDirectory(path, std::move(lock));
}

Result<crypto::TlsIdentity> DataDirectory::self_signed_identity() const {
    const std::string key_path = path_ + "/" + key_name;
    // The key is written last: where there is none, no client has ever seen the certificate.
    if (access(key_path.c_str(), F_OK) == 0) {
        auto identity = read_identity(path_ + "/" + certificate_name, key_path);
        ENSURE(identity.ok(), invalid_key);
        return identity;
    }
    TRY_ASSIGN(auto identity, crypto::make_self_signed_identity());
    TRY(write_file(path_, certificate_name, identity.certificates_pem));
    TRY(write_file(path_, key_name, identity.private_key_pem.expose()));
    return identity;
}

Result<Secret> DataDirectory::push_key(Entropy& entropy) const {
    constexpr auto ecdsa = crypto::SignatureId::ecdsa_p256;
    const std::string path = path_ + "/" + push_key_name;
    if (access(path.c_str(), F_OK) == 0) {
        TRY_ASSIGN(const SecretBuffer file, read_file(path));
        std::string_view text = as_text(file.expose());
        if (text.ends_with('\n')) text.remove_suffix(1);
        auto scalar = from_base64url(text);
        ENSURE(scalar.has_value(), invalid_key);
        auto pair = crypto::signature_from_private(ecdsa, *scalar);
        wipe(scalar->data(), scalar->size());
        ENSURE(pair.ok(), invalid_key);
        return std::move(pair->private_key);
    }
    TRY_ASSIGN(auto pair, crypto::signature_generate(ecdsa, entropy));
    std::string text = to_base64url(pair.private_key.expose()) + "\n";
    const Status written = write_file(path_, push_key_name, as_bytes(text));
    wipe(text.data(), text.size());
    TRY(written);
    return std::move(pair.private_key);
}

Result<crypto::TlsIdentity> read_identity(const std::string& certificates_path,
                                          const std::string& key_path) {
    crypto::TlsIdentity out;
    TRY_ASSIGN(const SecretBuffer certificates, read_file(certificates_path));
    out.certificates_pem = to_bytes(certificates.expose());
    TRY_ASSIGN(out.private_key_pem, read_file(key_path));
    return out;
}

void forbid_core_dumps() {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__  // LeakSanitizer looks into its own process, which this forbids
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

}  // namespace mayfly::relay_net
