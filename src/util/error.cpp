#include "util/error.h"

#include <cstdio>
#include <cstdlib>

namespace mayfly {

const char* error_name(ErrorCode code) {
    switch (code) {
#define MAYFLY_ERROR_NAME(name, text) \
    case ErrorCode::name: return #name;
        MAYFLY_ERROR_CODES(MAYFLY_ERROR_NAME)
#undef MAYFLY_ERROR_NAME
    }
    return "unknown_error";
}

const char* error_text(ErrorCode code) {
    switch (code) {
#define MAYFLY_ERROR_TEXT(name, text) \
    case ErrorCode::name: return text;
        MAYFLY_ERROR_CODES(MAYFLY_ERROR_TEXT)
#undef MAYFLY_ERROR_TEXT
    }
    return "unknown error";
}

void assertion_failed(const char* what, const char* where) {
    std::fprintf(stderr, "mayfly: assertion failed: %s at %s\n", what, where);
    std::abort();
}

}  // namespace mayfly
