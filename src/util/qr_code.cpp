#include "util/qr_code.h"

#include <cstdlib>

namespace mayfly {
namespace {

constexpr size_t version_max = 40;
// ISO/IEC 18004:2015 table 9, level M.
constexpr std::array<uint8_t, version_max + 1> ecc_per_block{
    0,  10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
    26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28};
constexpr std::array<uint8_t, version_max + 1> block_count{
    0,  1,  1,  1,  2,  2,  4,  4,  4,  5,  5,  5,  8,  9,  9,  10, 10, 11, 13, 14, 16,
    17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49};

size_t side_of(size_t version) { return 17 + 4 * version; }
size_t alignment_count(size_t version) { return version == 1 ? 0 : version / 7 + 2; }

// Modules that carry data and error correction (table 1).
size_t codeword_count(size_t version) {
    size_t modules = (16 * version + 128) * version + 64;
    if (const size_t count = alignment_count(version); count != 0) {
        modules -= (25 * count - 10) * count - 55;
        if (version >= 7) modules -= 36;
    }
    return modules / 8;
}
size_t data_size(size_t version) {
    return codeword_count(version) - size_t{ecc_per_block[version]} * block_count[version];
}
size_t count_bits(size_t version) { return version < 10 ? 8 : 16; }

// The centres of alignment patterns on one axis (annex E).
std::vector<size_t> alignment_centres(size_t version) {
    const size_t count = alignment_count(version);
    std::vector<size_t> out(count);
    if (count == 0) return out;
    const size_t step = version == 32 ? 26 : (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2;
    out[0] = 6;
    for (size_t i = count - 1, at = side_of(version) - 7; i >= 1; --i, at -= step) out[i] = at;
    return out;
}

uint8_t multiply(uint8_t a, uint8_t b) {  // in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1
    unsigned product = 0;
    for (int bit = 7; bit >= 0; --bit) {
        product = (product << 1) ^ ((product >> 7) * 0x11d);
        product ^= ((unsigned{b} >> bit) & 1) * a;
    }
    return static_cast<uint8_t>(product);
}

Bytes generator_of(size_t degree) {
    Bytes out(degree);
    out[degree - 1] = 1;
    uint8_t root = 1;
    for (size_t i = 0; i < degree; ++i) {
        for (size_t j = 0; j < degree; ++j) {
            out[j] = multiply(out[j], root);
            if (j + 1 < degree) out[j] ^= out[j + 1];
        }
        root = multiply(root, 2);
    }
    return out;
}

Bytes remainder_of(BytesView data, const Bytes& generator) {
    Bytes out(generator.size());
    for (const uint8_t byte : data) {
        const auto factor = static_cast<uint8_t>(byte ^ out[0]);
        std::rotate(out.begin(), out.begin() + 1, out.end());
        out.back() = 0;
        for (size_t i = 0; i < out.size(); ++i) out[i] ^= multiply(generator[i], factor);
    }
    return out;
}

// Mode, count, bytes, terminator and padding (section 7.4).
Bytes data_codewords(BytesView data, size_t version) {
    std::vector<bool> bits;
    const auto put = [&](size_t value, size_t count) {
        for (size_t i = count; i-- > 0;) bits.push_back(((value >> i) & 1) != 0);
    };
    put(4, 4);
    put(data.size(), count_bits(version));
    for (const uint8_t byte : data) put(byte, 8);
    const size_t capacity = 8 * data_size(version);
    put(0, std::min<size_t>(4, capacity - bits.size()));
    put(0, (8 - bits.size() % 8) % 8);
    Bytes out(bits.size() / 8);
    for (size_t i = 0; i < bits.size(); ++i) {
        out[i / 8] = static_cast<uint8_t>(out[i / 8] << 1 | (bits[i] ? 1 : 0));
    }
    for (uint8_t pad = 0xec; out.size() < data_size(version); pad ^= 0xec ^ 0x11) {
        out.push_back(pad);
    }
    return out;
}

// Blocks with error correction, interleaved (sections 7.5, 7.6).
Bytes all_codewords(BytesView data, size_t version) {
    const size_t blocks = block_count[version];
    const size_t ecc_size = ecc_per_block[version];
    const size_t short_blocks = blocks - codeword_count(version) % blocks;
    const size_t short_size = codeword_count(version) / blocks - ecc_size;
    const Bytes generator = generator_of(ecc_size);
    std::vector<BytesView> data_of(blocks);
    std::vector<Bytes> ecc_of(blocks);
    for (size_t i = 0; i < blocks; ++i) {
        const size_t size = short_size + (i < short_blocks ? 0 : 1);
        data_of[i] = data.first(size);
        data = data.subspan(size);
        ecc_of[i] = remainder_of(data_of[i], generator);
    }
    Bytes out;
    for (size_t i = 0; i <= short_size; ++i) {
        for (const BytesView block : data_of) {
            if (i < block.size()) out.push_back(block[i]);
        }
    }
    for (size_t i = 0; i < ecc_size; ++i) {
        for (const Bytes& block : ecc_of) out.push_back(block[i]);
    }
    return out;
}

bool mask_inverts(unsigned mask, size_t x, size_t y) {
    switch (mask) {
        case 0: return (x + y) % 2 == 0;
        case 1: return y % 2 == 0;
        case 2: return x % 3 == 0;
        case 3: return (x + y) % 3 == 0;
        case 4: return (x / 3 + y / 2) % 2 == 0;
        case 5: return x * y % 2 + x * y % 3 == 0;
        case 6: return (x * y % 2 + x * y % 3) % 2 == 0;
        default: return ((x + y) % 2 + x * y % 3) % 2 == 0;
    }
}

}  // namespace

// QrDrawing puts patterns and data on the square.
class QrDrawing {
  public:
    explicit QrDrawing(size_t version)
        : version_(version), code_(side_of(version)), fixed_(code_.size_ * code_.size_) {
        draw_patterns();
    }

    void place(const Bytes& codewords) {
        size_t bit = 0;
        for (size_t pair = side() / 2; pair-- > 0;) {
            // The timing pattern's column belongs to no pair.
            const size_t right = pair < 3 ? 2 * pair + 1 : 2 * pair + 2;
            for (size_t step = 0; step < side(); ++step) {
                const bool upward = ((right + 1) & 2) == 0;
                const size_t y = upward ? side() - 1 - step : step;
                for (size_t x = right + 1; x-- > right - 1;) {
                    if (fixed_[y * side() + x] != 0 || bit == 8 * codewords.size()) continue;
                    set(x, y, ((codewords[bit / 8] >> (7 - bit % 8)) & 1) != 0);
                    ++bit;
                }
            }
        }
    }

    // The mask that looks least like the patterns readers search for (section 7.8).
    QrCode finish() {
        unsigned best = 0;
        size_t least = SIZE_MAX;
        for (unsigned mask = 0; mask < 8; ++mask) {
            apply(mask);
            const size_t found = penalty();
            if (found < least) best = mask;
            least = std::min(least, found);
            apply(mask);
        }
        apply(best);
        return std::move(code_);
    }

  private:
    size_t side() const { return code_.size_; }
    void set(size_t x, size_t y, bool dark) { code_.dark_[y * side() + x] = dark ? 1 : 0; }
    void fix(size_t x, size_t y, bool dark) {
        set(x, y, dark);
        fixed_[y * side() + x] = 1;
    }

    // Rings around a centre, cut at the border; `light` tells the distances that are light.
    void draw_rings(size_t centre_x, size_t centre_y, size_t radius, size_t light, size_t margin) {
        const auto distance = [](size_t a, size_t b) { return a > b ? a - b : b - a; };
        for (size_t y = 0; y < side(); ++y) {
            for (size_t x = 0; x < side(); ++x) {
                const size_t far = std::max(distance(x, centre_x), distance(y, centre_y));
                if (far <= radius + margin) fix(x, y, far <= radius && far != light);
            }
        }
    }

    void draw_patterns() {
        for (size_t i = 0; i < side(); ++i) {
            fix(6, i, i % 2 == 0);
            fix(i, 6, i % 2 == 0);
        }
        draw_rings(3, 3, 3, 2, 1);
        draw_rings(side() - 4, 3, 3, 2, 1);
        draw_rings(3, side() - 4, 3, 2, 1);
        const std::vector<size_t> centres = alignment_centres(version_);
        for (const size_t x : centres) {
            for (const size_t y : centres) {
                const bool at_finder = (x == 6 && y == 6) || (x == 6 && y == centres.back()) ||
                                       (x == centres.back() && y == 6);
                if (!at_finder) draw_rings(x, y, 2, 1, 0);
            }
        }
        draw_format(0);
        draw_version();
    }

    void draw_format(unsigned mask) {  // level M is 0 (section 7.9)
        unsigned rest = mask;
        for (int i = 0; i < 10; ++i) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
        const unsigned bits = (mask << 10 | rest) ^ 0x5412;
        const auto bit = [&](size_t i) { return ((bits >> i) & 1) != 0; };
        for (size_t i = 0; i < 6; ++i) fix(8, i, bit(i));
        fix(8, 7, bit(6));
        fix(8, 8, bit(7));
        fix(7, 8, bit(8));
        for (size_t i = 9; i < 15; ++i) fix(14 - i, 8, bit(i));
        for (size_t i = 0; i < 8; ++i) fix(side() - 1 - i, 8, bit(i));
        for (size_t i = 8; i < 15; ++i) fix(8, side() - 15 + i, bit(i));
        fix(8, side() - 8, true);
    }

    void draw_version() {  // section 7.10
        if (version_ < 7) return;
        auto rest = static_cast<unsigned>(version_);
        for (int i = 0; i < 12; ++i) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
        const unsigned bits = static_cast<unsigned>(version_) << 12 | rest;
        for (size_t i = 0; i < 18; ++i) {
            const bool dark = ((bits >> i) & 1) != 0;
            fix(side() - 11 + i % 3, i / 3, dark);
            fix(i / 3, side() - 11 + i % 3, dark);
        }
    }

    // Twice is not at all.
    void apply(unsigned mask) {
        draw_format(mask);
        for (size_t y = 0; y < side(); ++y) {
            for (size_t x = 0; x < side(); ++x) {
                if (fixed_[y * side() + x] == 0 && mask_inverts(mask, x, y)) {
                    code_.dark_[y * side() + x] ^= 1;
                }
            }
        }
    }

    // Runs of one colour, and what looks like a finder pattern, along one line.
    template <class At>
    size_t line_penalty(const At& at) const {
        size_t out = 0;
        size_t run = 1;
        unsigned window = 0;
        for (size_t i = 0; i < side(); ++i) {
            run = i > 0 && at(i) == at(i - 1) ? run + 1 : 1;
            if (run == 5) out += 3;
            if (run > 5) out += 1;
            window = (window << 1 | (at(i) ? 1U : 0U)) & 0x7ff;
            if (i >= 10 && (window == 0x5d0 || window == 0x05d)) out += 40;
        }
        return out;
    }

    size_t penalty() const {
        size_t out = 0;
        size_t dark = 0;
        for (size_t i = 0; i < side(); ++i) {
            out += line_penalty([&](size_t x) { return code_.is_dark(x, i); });
            out += line_penalty([&](size_t y) { return code_.is_dark(i, y); });
            for (size_t x = 0; x < side(); ++x) {
                const bool colour = code_.is_dark(x, i);
                dark += colour ? 1 : 0;
                if (i > 0 && x > 0 && colour == code_.is_dark(x - 1, i) &&
                    colour == code_.is_dark(x, i - 1) && colour == code_.is_dark(x - 1, i - 1)) {
                    out += 3;
                }
            }
        }
        const size_t all = side() * side();
        const size_t off = dark * 2 > all ? dark * 2 - all : all - dark * 2;
        return out + off * 10 / all * 10;
    }

    size_t version_;
    QrCode code_;
    std::vector<uint8_t> fixed_;  // patterns, which no data may touch
};

Result<QrCode> QrCode::encode(BytesView data) {
    for (size_t version = 1; version <= version_max; ++version) {
        if (4 + count_bits(version) + 8 * data.size() > 8 * data_size(version)) continue;
        QrDrawing drawing(version);
        drawing.place(all_codewords(data_codewords(data, version), version));
        return drawing.finish();
    }
    return MAYFLY_ERROR(input_too_large);
}

std::string qr_text(const QrCode& code) {
    constexpr size_t border = 4;  // ISO/IEC 18004 section 6.3.8
    const size_t side = code.size() + 2 * border;
    const auto is_light = [&](size_t x, size_t y) {
        const bool inside =
            x >= border && y >= border && x < border + code.size() && y < border + code.size();
        return y < side && !(inside && code.is_dark(x - border, y - border));
    };
    std::string out;
    for (size_t y = 0; y < side; y += 2) {
        for (size_t x = 0; x < side; ++x) {
            const bool upper = is_light(x, y);
            const bool lower = is_light(x, y + 1);
            out += upper ? (lower ? "\u2588" : "\u2580") : (lower ? "\u2584" : " ");
        }
        out += "\n";
    }
    return out;
}

}  // namespace mayfly
