// deps: core wire mls
// max_len: 1024
//
// What people type or paste: contact links, handles and recovery kits. What is taken is written
// again as the same thing.
#include "core/contact_link.h"
#include "core/recovery_kit.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    using namespace mayfly;
    const BytesView input(data, size_bytes);
    const auto link = core::parse_contact_link(as_text(input));
    if (link.ok()) {
        const auto again = core::parse_contact_link(core::format_contact_link(*link));
        MAYFLY_ASSERT(again.ok() && *again == *link);
    }
    const auto handle = core::parse_handle(as_text(input));
    if (handle.ok()) {
        const auto again = core::parse_handle(core::format_handle(*handle));
        MAYFLY_ASSERT(again.ok() && *again == *handle);
    }
    const auto kit = core::parse_recovery_kit(input);
    if (kit.ok()) {
        const auto again = core::parse_recovery_kit(core::format_recovery_kit(*kit).expose());
        MAYFLY_ASSERT(again.ok() && constant_time_equal(again->expose(), kit->expose()));
    }
    static_cast<void>(core::parse_contact_target(as_text(input)));
    return 0;
}
