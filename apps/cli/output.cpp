#include "output.h"

#include <unistd.h>

#include <cerrno>

#include "i18n/tr.h"
#include "store/files.h"
#include "util/utf8.h"

namespace mayfly::cli {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD
constexpr std::string_view continuation_indent = "    ";

}  // namespace

void OutputText::append(std::string_view text) {
    if (size_ + text.size() > bytes_.size()) {
        SecretBuffer larger(std::max<size_t>(2 * (size_ + text.size()), 256));
        const BytesView old = bytes_.expose().first(size_);
        std::copy(old.begin(), old.end(), larger.expose_mutable().begin());
        bytes_ = std::move(larger);
    }
    std::copy(text.begin(), text.end(),
              bytes_.expose_mutable().begin() + static_cast<ptrdiff_t>(size_));
    size_ += text.size();
}

Status OutputText::write_to(int fd) {
    BytesView rest = bytes_.expose().first(size_);
    while (!rest.empty()) {
        const ssize_t written = ::write(fd, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return store::error_of_errno(errno);
        rest = rest.subspan(static_cast<size_t>(written));
    }
    bytes_.clear();
    size_ = 0;
    return {};
}

void append_printable(OutputText& out, BytesView text, bool multiline) {
    for (size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        const std::string_view bytes = as_text(text.subspan(at, point.size_bytes));
        at += point.size_bytes;
        if (multiline && point.value == '\n' && point.valid) {
            out.append("\n");
            out.append(continuation_indent);
        } else if (multiline && point.value == '\t' && point.valid) {
            out.append(" ");
        } else if (!point.valid || is_control(point.value) || is_deceptive(point.value)) {
            out.append(replacement);
        } else {
            out.append(bytes);
        }
    }
}

void append_filled(OutputText& out, std::string_view pattern,
                   std::initializer_list<std::string_view> arguments) {
    while (!pattern.empty()) {
        const i18n::Piece piece = i18n::next_piece(pattern);
        out.append(piece.text);
        if (piece.argument > 0 && piece.argument <= arguments.size()) {
            append_printable(out, as_bytes(arguments.begin()[piece.argument - 1]));
        }
    }
}

JsonLine::JsonLine(OutputText& out, std::string_view type) : out_(out) {
    out_.append("{\"type\":");
    quoted(type);
}
JsonLine::~JsonLine() { out_.append("}\n"); }

void JsonLine::separate() {
    if (!std::exchange(is_first_, false)) out_.append(",");
}

JsonLine& JsonLine::open(std::string_view key, char bracket) {
    name(key);
    out_.append({&bracket, 1});
    is_first_ = true;
    return *this;
}
JsonLine& JsonLine::open_item() {
    separate();
    out_.append("{");
    is_first_ = true;
    return *this;
}
JsonLine& JsonLine::close(char bracket) {
    out_.append(bracket == '{' ? "}" : "]");
    is_first_ = false;
    return *this;
}
JsonLine& JsonLine::number_item(int64_t value) {
    separate();
    out_.append(std::to_string(value));
    return *this;
}

void JsonLine::name(std::string_view name) {
    separate();
    quoted(name);
    out_.append(":");
}

void JsonLine::quoted(std::string_view value) {
    constexpr std::string_view digits = "0123456789abcdef";
    const BytesView text = as_bytes(value);
    out_.append("\"");
    for (size_t at = 0; at < text.size();) {
        const CodePoint point = code_point_at(text, at);
        const std::string_view bytes = value.substr(at, point.size_bytes);
        at += point.size_bytes;
        if (!point.valid) {
            out_.append(replacement);
        } else if (point.value == '"' || point.value == '\\') {
            out_.append("\\");
            out_.append(bytes);
        } else if (is_control(point.value)) {
            // RFC 8259 section 7 wants this below U+0020; above, it protects terminals.
            const char escape[] = {
                '\\', 'u', '0', '0', digits[point.value >> 4], digits[point.value & 15]};
            out_.append({escape, sizeof escape});
        } else {
            out_.append(bytes);
        }
    }
    out_.append("\"");
}

JsonLine& JsonLine::text(std::string_view key, std::string_view value) {
    name(key);
    quoted(value);
    return *this;
}
JsonLine& JsonLine::number(std::string_view key, int64_t value) {
    name(key);
    out_.append(std::to_string(value));
    return *this;
}
JsonLine& JsonLine::boolean(std::string_view key, bool value) {
    name(key);
    out_.append(value ? "true" : "false");
    return *this;
}
JsonLine& JsonLine::texts(std::string_view key, const std::vector<std::string>& values) {
    name(key);
    out_.append("[");
    for (size_t i = 0; i < values.size(); i++) {
        if (i > 0) out_.append(",");
        quoted(values[i]);
    }
    out_.append("]");
    return *this;
}

}  // namespace mayfly::cli
