// QR codes (ISO/IEC 18004:2015): bytes into a square of dark and light modules. Error correction of
// level M, which survives 15 % of damage: enough for a screen, and a smaller square than H.
#pragma once

#include "util/bytes.h"
#include "util/result.h"

namespace mayfly {

constexpr size_t qr_size_bytes_max = 2'331;  // of version 40 at level M, in byte mode

class QrCode {
  public:
    // encode takes the smallest version that holds the bytes. Error: input_too_large.
    static Result<QrCode> encode(BytesView data);
    size_t size() const { return size_; }  // modules on a side, without the light border
    bool is_dark(size_t x, size_t y) const { return dark_[y * size_ + x] != 0; }

  private:
    friend class QrDrawing;
    explicit QrCode(size_t size) : size_(size), dark_(size * size) {}
    size_t size_;
    std::vector<uint8_t> dark_;
};

// qr_text draws with half blocks, light on a dark terminal, with the border that readers want.
std::string qr_text(const QrCode& code);

}  // namespace mayfly
