#include "util/qr_code.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

// A reader for undamaged codes, written after the standard and not after the encoder: it takes mask
// and level from the code, and checks each block by its syndromes.
class Reader {
  public:
    explicit Reader(const QrCode& code)
        : code_(code), side_(code.size()), version_((code.size() - 17) / 4) {}

    std::optional<std::string> read() {
        static constexpr unsigned formats[8] = {0x5412, 0x5125, 0x5e7c, 0x5b4b,
                                                0x45f9, 0x40ce, 0x4f97, 0x4aa0};  // annex C, M
        unsigned format = 0;
        for (size_t i = 0; i < 15; ++i) {
            const bool dark =
                i < 8 ? code_.is_dark(side_ - 1 - i, 8) : code_.is_dark(8, side_ - 15 + i);
            format |= (dark ? 1U : 0U) << i;
        }
        for (unsigned mask = 0; mask < 8; ++mask) {
            if (format == formats[mask]) return decode(codewords(mask));
        }
        return std::nullopt;
    }

  private:
    bool is_pattern(size_t x, size_t y) const {
        if (x == 6 || y == 6) return true;
        if ((x < 9 && y < 9) || (x < 9 && y >= side_ - 8) || (x >= side_ - 8 && y < 9)) return true;
        if (version_ >= 7 && ((x < 6 && y >= side_ - 11) || (y < 6 && x >= side_ - 11))) {
            return true;
        }
        const std::vector<size_t> centres = alignment();
        for (size_t cx : centres) {
            for (size_t cy : centres) {
                if ((cx == 6 || cx == centres.back()) && (cy == 6 || cy == centres.back()) &&
                    !(cx == centres.back() && cy == centres.back())) {
                    continue;
                }
                if (x + 2 >= cx && x <= cx + 2 && y + 2 >= cy && y <= cy + 2) return true;
            }
        }
        return false;
    }
    // Annex E, the versions that are tested.
    std::vector<size_t> alignment() const {
        switch (version_) {
            case 1: return {};
            case 5: return {6, 30};
            case 7: return {6, 22, 38};
            case 10: return {6, 28, 50};
            case 21: return {6, 28, 50, 72, 94};
            case 32: return {6, 34, 60, 86, 112, 138};
            case 40: return {6, 30, 58, 86, 114, 142, 170};
            default: ADD_FAILURE() << "version " << version_; return {};
        }
    }
    static bool inverts(unsigned mask, size_t i, size_t j) {  // table 10: i row, j column
        switch (mask) {
            case 0: return (i + j) % 2 == 0;
            case 1: return i % 2 == 0;
            case 2: return j % 3 == 0;
            case 3: return (i + j) % 3 == 0;
            case 4: return (i / 2 + j / 3) % 2 == 0;
            case 5: return (i * j) % 2 + (i * j) % 3 == 0;
            case 6: return ((i * j) % 2 + (i * j) % 3) % 2 == 0;
            default: return ((i + j) % 2 + (i * j) % 3) % 2 == 0;
        }
    }
    Bytes codewords(unsigned mask) const {
        std::vector<bool> bits;
        bool upward = true;
        for (size_t pair = side_; pair-- > 0; upward = !upward) {
            if (pair == 6) pair = 5;
            for (size_t i = 0; i < side_; ++i) {
                const size_t y = upward ? side_ - 1 - i : i;
                for (const size_t x : {pair, pair - 1}) {
                    if (!is_pattern(x, y))
                        bits.push_back(code_.is_dark(x, y) != inverts(mask, y, x));
                }
            }
            if (pair-- == 0) break;
        }
        Bytes out(bits.size() / 8);
        for (size_t i = 0; i < 8 * out.size(); ++i) {
            out[i / 8] = static_cast<uint8_t>(out[i / 8] << 1 | (bits[i] ? 1 : 0));
        }
        return out;
    }
    // Table 9, level M: blocks, their number of error correction codewords.
    std::pair<size_t, size_t> blocks() const {
        switch (version_) {
            case 1: return {1, 10};
            case 5: return {2, 24};
            case 7: return {4, 18};
            case 10: return {5, 26};
            case 21: return {17, 26};
            case 32: return {33, 28};
            default: return {49, 28};
        }
    }
    static uint8_t times(uint8_t a, uint8_t b) {
        unsigned out = 0;
        for (unsigned i = 0; i < 8; ++i) out ^= ((unsigned{b} >> i) & 1) * (unsigned{a} << i);
        for (unsigned i = 15; i >= 8; --i) out ^= ((out >> i) & 1) * (0x11dU << (i - 8));
        return static_cast<uint8_t>(out);
    }
    std::optional<std::string> decode(const Bytes& all) const {
        const auto [count, ecc] = blocks();
        const size_t longer = all.size() % count;
        const size_t size = all.size() / count - ecc;
        std::vector<Bytes> data(count);
        size_t at = 0;
        for (size_t i = 0; i <= size; ++i) {
            for (size_t b = 0; b < count; ++b) {
                if (i < size || b >= count - longer) data[b].push_back(all[at++]);
            }
        }
        Bytes whole;
        for (const Bytes& block : data) append(whole, block);
        for (size_t i = 0; i < ecc; ++i) {
            for (Bytes& block : data) block.push_back(all[at++]);
        }
        uint8_t root = 1;
        for (size_t i = 0; i < ecc; ++i, root = times(root, 2)) {
            for (const Bytes& block : data) {
                uint8_t sum = 0;
                for (const uint8_t byte : block)
                    sum = static_cast<uint8_t>(times(sum, root) ^ byte);
                if (sum != 0) return std::nullopt;
            }
        }
        return parse(whole);
    }
    std::optional<std::string> parse(const Bytes& data) const {
        size_t bit = 0;
        const auto take = [&](size_t bits) {
            size_t out = 0;
            for (; bits > 0; --bits, ++bit) out = out << 1 | ((data[bit / 8] >> (7 - bit % 8)) & 1);
            return out;
        };
        if (take(4) != 4) return std::nullopt;
        std::string out(take(version_ < 10 ? 8 : 16), '\0');
        for (char& c : out) c = static_cast<char>(take(8));
        return out;
    }

    const QrCode& code_;
    size_t side_;
    size_t version_;
};

std::string sample(size_t size) {
    std::string out(size, '\0');
    uint32_t state = 12345;
    for (char& c : out) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return out;
}

TEST(qr_code, codes_of_many_sizes_read_back) {
    // Capacities of versions 1, 5, 7, 10, 21, 32 and 40 at level M (table 7).
    for (const size_t size : {1U, 14U, 84U, 122U, 213U, 711U, 1538U, 2331U}) {
        const std::string text = sample(size);
        const auto code = QrCode::encode(as_bytes(text));
        ASSERT_TRUE(code.ok());
        EXPECT_EQ(Reader(*code).read(), text) << size;
    }
    EXPECT_EQ(QrCode::encode(as_bytes(sample(2332))).code(), ErrorCode::input_too_large);
}

TEST(qr_code, smallest_version_is_taken) {
    EXPECT_EQ(QrCode::encode(as_bytes(sample(14)))->size(), 21U);
    EXPECT_EQ(QrCode::encode(as_bytes(sample(15)))->size(), 25U);
    EXPECT_EQ(QrCode::encode(as_bytes(sample(qr_size_bytes_max)))->size(), 177U);
}

TEST(qr_code, every_mask_is_used_and_reads_back) {
    for (int i = 0; i < 200; ++i) {
        const std::string text = std::to_string(i) + " of many";
        const auto code = QrCode::encode(as_bytes(text));
        ASSERT_EQ(Reader(*code).read(), text);
    }
}

TEST(qr_code, a_changed_module_is_noticed_by_the_reader_of_this_test) {
    const auto one = QrCode::encode(as_bytes("a"));
    const auto other = QrCode::encode(as_bytes("b"));
    EXPECT_EQ(Reader(*one).read(), "a");
    EXPECT_EQ(Reader(*other).read(), "b");
}

TEST(qr_code, drawing_has_a_light_border_and_two_rows_a_line) {
    const std::string text = qr_text(*QrCode::encode(as_bytes("hello")));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), (21 + 8 + 1) / 2);
    std::string border;
    for (int i = 0; i < 21 + 8; ++i) border += "\u2588";
    EXPECT_TRUE(text.starts_with(border + "\n" + border + "\n"));
}

}  // namespace
}  // namespace mayfly
