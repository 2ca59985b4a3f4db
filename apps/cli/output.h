// Output: lines for people or JSON objects, gathered in memory that is wiped, written at once.
#pragma once

#include <string_view>

#include "util/bytes.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::cli {

// OutputText grows; what it gives up is wiped.
class OutputText {
  public:
    void append(std::string_view text);
    std::string_view view() const { return as_text(bytes_.expose().first(size_)); }
    bool empty() const { return size_ == 0; }
    // write_to gives everything to a descriptor, in one write(2) where the system takes it whole,
    // and forgets it. Errors: storage_full, storage_failed (the reader has gone).
    Status write_to(int fd);

  private:
    SecretBuffer bytes_;
    size_t size_ = 0;
};

// append_printable appends what a stranger wrote so that it cannot steer a terminal or pretend to
// be other output: control characters, terminal escapes and direction overrides become U+FFFD, as
// do bytes that are no UTF-8. Line ends stay when `multiline`, with the next line indented.
void append_printable(OutputText& out, BytesView text, bool multiline = false);

// append_filled appends a pattern of tr whose arguments are printed by append_printable.
void append_filled(OutputText& out, std::string_view pattern,
                   std::initializer_list<std::string_view> arguments);

// JsonLine writes one object. Strings that are no UTF-8 get U+FFFD; control characters are escaped.
class JsonLine {
  public:
    JsonLine(OutputText& out, std::string_view type);
    JsonLine(const JsonLine&) = delete;
    JsonLine& operator=(const JsonLine&) = delete;
    ~JsonLine();
    JsonLine& text(std::string_view name, std::string_view value);
    JsonLine& number(std::string_view name, int64_t value);
    JsonLine& boolean(std::string_view name, bool value);
    JsonLine& texts(std::string_view name, const std::vector<std::string>& values);
    // open begins an object '{' or an array '[' under a name, open_item an object in an array; what
    // follows is in it until close with the same bracket.
    JsonLine& open(std::string_view name, char bracket);
    JsonLine& open_item();
    JsonLine& close(char bracket);
    JsonLine& number_item(int64_t value);

  private:
    void name(std::string_view name);
    void separate();
    void quoted(std::string_view value);
    OutputText& out_;
    bool is_first_ = false;  // nothing in what was opened yet
};

}  // namespace mayfly::cli
