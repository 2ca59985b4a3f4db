#include "relay/rows.h"

namespace mayfly::relay {

Bytes key_after(Bytes prefix) {
    while (!prefix.empty()) {
        if (prefix.back() != 0xff) {
            ++prefix.back();
            return prefix;
        }
        prefix.pop_back();
    }
    return prefix;
}

Bytes entry_key(const wire::QueueId& queue, wire::Sequence sequence) {
    return table_key(Table::entry, queue, sequence);
}

Bytes payload_key(const EntryRow& entry) {
    return table_key(Table::payload, entry.expires_at_ms, entry.payload);
}

Bytes references_key(const EntryRow& entry) {
    return table_key(Table::payload_references, entry.expires_at_ms, entry.payload);
}

Bytes expiry_key(uint64_t expires_at_ms, BytesView key) {
    Bytes out = table_key(Table::expiry, expires_at_ms);
    append(out, key);
    return out;
}

}  // namespace mayfly::relay
