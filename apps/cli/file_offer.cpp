#include "file_offer.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/attachment.h"
#include "core/file_metadata.h"
#include "disk_files.h"
#include "i18n/tr.h"
#include "thumbnail.h"

namespace mayfly::cli {
namespace {

std::string base_name(const std::string& path) {
    const size_t slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string absolute(const std::string& path) {
    if (path.starts_with("/")) return path;
    char folder[PATH_MAX];
    if (::getcwd(folder, sizeof folder) == nullptr) return {};
    return std::string(folder) + "/" + path;
}

// What a stranger calls a file, made a name that stays in its folder, is not hidden and fits with
// what a draft adds.
std::string safe_name(const std::string& name) {
    constexpr size_t size_max = 200;
    std::string out;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        out += c == '/' || c == '\\' || byte < 0x20 || byte == 0x7f ? '_' : c;
    }
    if (out.empty() || out[0] == '.') out.insert(0, "_");
    // A cut inside a UTF-8 sequence takes the whole sequence.
    size_t size = std::min(out.size(), size_max);
    while (size < out.size() && (static_cast<unsigned char>(out[size]) & 0xc0) == 0x80) --size;
    return out.substr(0, size);
}

Failure unreadable(ErrorCode code, const std::string& path, const char* hint = "") {
    return {code, path, hint};
}

Outcome leave_out_metadata(core::FilePort& files, const std::string& path, uint64_t size_bytes,
                           core::FileOffer& offer) {
    auto stripped = core::strip_metadata(files, offer.source, size_bytes);
    if (!stripped.ok()) {
        return unreadable(stripped.code(), path,
                          tr("the file is damaged or unusual and its metadata cannot be left out; "
                             "send-file --as-is sends it as it is"));
    }
    if (stripped->type.empty()) return {};
    offer.type = stripped->type;
    offer.pieces = std::move(stripped->pieces);
    offer.thumbnail =
        make_thumbnail(path, stripped->type, stripped->orientation, core::thumbnail_size_bytes_max);
    return {};
}

}  // namespace

Outcome make_offer(const std::string& path, OfferKind kind, core::FilePort& files,
                   core::FileOffer& offer) {
    char resolved[PATH_MAX];
    if (::realpath(path.c_str(), resolved) == nullptr) {
        return unreadable(ErrorCode::file_unreadable, path);
    }
    offer.source = resolved;
    offer.name = safe_name(base_name(path));
    offer.type = "application/octet-stream";
    const auto source = files.inspect(offer.source);
    if (!source.ok()) return unreadable(source.code(), path);
    if (source->size_bytes > core::file_size_bytes_max) {
        return unreadable(ErrorCode::input_too_large, path, tr("a file may have 5 GiB"));
    }
    if (kind == OfferKind::voice) {
        const auto duration = core::opus_duration_ms(files, offer.source, source->size_bytes);
        if (!duration.ok()) {
            return unreadable(
                duration.code(), path,
                tr("a voice memo is Opus in Ogg, an hour at most; send-file takes all"));
        }
        offer.duration_ms = *duration;
    }
    if (kind == OfferKind::as_is) return {};
    return leave_out_metadata(files, path, source->size_bytes, offer);
}

Outcome find_target(const std::string& to, const std::string& name, std::string& target) {
    const std::string given = to.empty() ? "." : to;
    struct stat status {};
    const bool is_folder = ::stat(given.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    const std::string path = is_folder ? given + "/" + safe_name(name) : given;
    const std::string folder = folder_of(path);
    char resolved[PATH_MAX];
    if (::realpath(folder.c_str(), resolved) == nullptr) {
        return Failure{ErrorCode::storage_failed, folder, tr("there is no such folder")};
    }
    target = absolute(std::string(resolved) + "/" + base_name(path));
    return {};
}

}  // namespace mayfly::cli
