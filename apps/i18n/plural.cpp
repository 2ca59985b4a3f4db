#include "i18n/plural.h"

#include <array>
#include <charconv>
#include <optional>

namespace mayfly::i18n {
namespace {

// Evaluator reads an expression of C with one variable, n, and unsigned numbers. Both sides of
// every operator are evaluated: nothing has side effects, and a division by 0 gives 0.
class Evaluator {
  public:
    Evaluator(std::string_view text, uint64_t n) : rest_(text), n_(n) {}

    std::optional<uint64_t> whole() {
        const uint64_t value = choice();
        skip_blanks();
        if (failed_ || !rest_.empty()) return std::nullopt;
        return value;
    }

  private:
    void skip_blanks() {
        while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\t')) rest_.remove_prefix(1);
    }
    bool take(std::string_view sign) {
        skip_blanks();
        if (!rest_.starts_with(sign)) return false;
        rest_.remove_prefix(sign.size());
        return true;
    }
    uint64_t fail() {
        failed_ = true;
        return 0;
    }

    // condition ? value : value
    uint64_t choice() {
        if (++depth_ > plural_expression_depth_max) return fail();
        uint64_t value = binary(0);
        if (!failed_ && take("?")) {
            const uint64_t yes = choice();
            if (failed_ || !take(":")) return fail();
            const uint64_t no = choice();
            value = value != 0 ? yes : no;
        }
        --depth_;
        return value;
    }

    // The operators of C by what binds them, the loosest first; longer signs before their prefixes.
    static constexpr std::array<std::array<std::string_view, 4>, 6> operators = {{
        {"||"},
        {"&&"},
        {"==", "!="},
        {"<=", ">=", "<", ">"},
        {"+", "-"},
        {"*", "/", "%"},
    }};

    static uint64_t apply(std::string_view sign, uint64_t a, uint64_t b) {
        if (sign == "||") return (a | b) != 0 ? 1 : 0;
        if (sign == "&&") return a != 0 && b != 0 ? 1 : 0;
        if (sign == "==") return a == b ? 1 : 0;
        if (sign == "!=") return a != b ? 1 : 0;
        if (sign == "<=") return a <= b ? 1 : 0;
        if (sign == ">=") return a >= b ? 1 : 0;
        if (sign == "<") return a < b ? 1 : 0;
        if (sign == ">") return a > b ? 1 : 0;
        if (sign == "+") return a + b;
        if (sign == "-") return a - b;
        if (sign == "*") return a * b;
        if (b == 0) return 0;
        return sign == "/" ? a / b : a % b;
    }

    uint64_t binary(size_t level) {
        if (level == operators.size()) return unary();
        uint64_t value = binary(level + 1);
        while (!failed_) {
            std::string_view found;
            for (const std::string_view sign : operators[level]) {
                if (sign.empty() || !take(sign)) continue;
                found = sign;
                break;
            }
            if (found.empty()) break;
            value = apply(found, value, binary(level + 1));
        }
        return value;
    }

    uint64_t unary() {
        bool negated = false;
        bool is_logical = false;
        while (take("!")) {
            negated = !negated;
            is_logical = true;
        }
        const uint64_t value = primary();
        if (!is_logical) return value;
        return (value == 0) == negated ? 1 : 0;
    }

    uint64_t primary() {
        if (take("n")) return n_;
        if (take("(")) {
            const uint64_t value = choice();
            return !failed_ && take(")") ? value : fail();
        }
        skip_blanks();
        uint64_t value = 0;
        const char* begin = rest_.data();
        const auto [end, error] = std::from_chars(begin, begin + rest_.size(), value);
        if (error != std::errc()) return fail();
        rest_.remove_prefix(static_cast<size_t>(end - begin));
        return value;
    }

    std::string_view rest_;
    uint64_t n_;
    int depth_ = 0;
    bool failed_ = false;
};

// The value of "name=value;".
std::optional<std::string_view> value_of(std::string_view text, std::string_view name) {
    const size_t at = text.find(name);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(at + name.size());
    return rest.substr(0, rest.find(';'));
}

}  // namespace

Result<PluralRule> PluralRule::parse(std::string_view text) {
    const auto forms = value_of(text, "nplurals=");
    const auto expression = value_of(text, " plural=");
    ENSURE(forms && expression, malformed_input);
    ENSURE(expression->size() <= plural_expression_size_bytes_max, malformed_input);
    const auto count = Evaluator(*forms, 0).whole();
    ENSURE(count && *count >= 1 && *count <= plural_forms_max, malformed_input);
    ENSURE(Evaluator(*expression, 0).whole(), malformed_input);
    PluralRule out;
    out.forms_ = *count;
    out.expression_ = *expression;
    return out;
}

size_t PluralRule::form(uint64_t count) const {
    const uint64_t value = Evaluator(expression_, count).whole().value_or(0);
    return value < forms_ ? static_cast<size_t>(value) : 0;
}

}  // namespace mayfly::i18n
