// What the worker calls (web/src/engine/module.ts). Bytes come in through one buffer, which the
// worker asks for and fills; what is given out stays until the next call.
#include <algorithm>

#include "host.h"
#include "imported_files.h"
#include "wire/websocket.h"

namespace mayfly::web {
namespace {

constexpr int32_t ok = -1;
// Why a WebSocket did not come up; other numbers are its close codes.
constexpr uint32_t closed_unreachable = 0;
constexpr uint32_t closed_timed_out = 1;

#define MAYFLY_IMPORT(name) __attribute__((import_module("mayfly"), import_name(#name)))
extern "C" {
MAYFLY_IMPORT(link_connect) void import_link_connect(const char* relay, size_t relay_size);
// link_send gives 0 (queued), 1 (not up) or 2 (too much waits).
MAYFLY_IMPORT(link_send)
int32_t import_link_send(const char* relay, size_t relay_size, const uint8_t* frame,
                         size_t frame_size);
MAYFLY_IMPORT(link_close) void import_link_close(const char* relay, size_t relay_size);
}

class ImportedLinks final : public LinkPort {
  public:
    void connect(const std::string& relay) override {
        import_link_connect(relay.data(), relay.size());
    }
    Status send(const std::string& relay, BytesView frame) override {
        switch (import_link_send(relay.data(), relay.size(), frame.data(), frame.size())) {
            case 0: return {};
            case 1: return MAYFLY_ERROR(connection_lost);
            default: return MAYFLY_ERROR(quota_exceeded);
        }
    }
    void close(const std::string& relay) override { import_link_close(relay.data(), relay.size()); }
};

struct Engine {
    ImportedLinks links;
    ImportedFiles files;
    Host host{links, files};
    SecretBuffer in;
    rpc::WipedString line;
};

Engine& engine() {
    static Engine one;
    return one;
}

// taken gives the first bytes of the buffer, which is wiped when the call is over.
SecretBuffer taken(size_t size) {
    SecretBuffer in = std::move(engine().in);
    MAYFLY_ASSERT(size <= in.size());
    in.shrink(size);
    return in;
}

int32_t code_of(const Status& status) {
    return status.ok() ? ok : static_cast<int32_t>(status.code());
}

Error why_of(uint32_t closed) {
    if (closed == closed_unreachable) return MAYFLY_ERROR(relay_unreachable);
    if (closed == closed_timed_out) return MAYFLY_ERROR(timed_out);
    return wire::error_of_close(static_cast<uint16_t>(closed));
}

}  // namespace

#define MAYFLY_EXPORT(name) extern "C" __attribute__((export_name(#name)))

MAYFLY_EXPORT(buffer) uint8_t* export_buffer(size_t size) {
    engine().in = SecretBuffer(size);
    return engine().in.expose_mutable().data();
}

// protection: of the home that is there: 1 (passphrase), 2 (key file), or minus the error's number
// less 1.
MAYFLY_EXPORT(protection) int32_t export_protection() {
    const auto protection = Host::protection();
    if (protection.ok()) return static_cast<int32_t>(*protection);
    return -1 - static_cast<int32_t>(protection.code());
}

// create and open take a passphrase of so many bytes from the buffer; negative: none. They give -1
// or an error's number.
MAYFLY_EXPORT(create) int32_t export_create(int32_t size) {
    if (size < 0) return code_of(engine().host.create(std::nullopt));
    return code_of(engine().host.create(taken(static_cast<size_t>(size)).expose()));
}
MAYFLY_EXPORT(open) int32_t export_open(int32_t size) {
    if (size < 0) return code_of(engine().host.open(std::nullopt));
    return code_of(engine().host.open(taken(static_cast<size_t>(size)).expose()));
}
// The passphrase that opens the home comes first in the buffer (none: a negative size), then the
// new one.
MAYFLY_EXPORT(change_passphrase)
int32_t export_change_passphrase(int32_t current_size, size_t next_size) {
    const size_t first = static_cast<size_t>(std::max(current_size, 0));
    const SecretBuffer in = taken(first + next_size);
    std::optional<BytesView> current;
    if (current_size >= 0) current = in.expose().first(first);
    return code_of(engine().host.change_passphrase(current, in.expose().subspan(first)));
}
// The passphrase that opens the home, the name of the account to show, the duress passphrase (a
// negative size takes any away).
MAYFLY_EXPORT(set_duress)
int32_t export_set_duress(size_t current_size, size_t name_size, int32_t duress_size) {
    const size_t last = static_cast<size_t>(std::max(duress_size, 0));
    const SecretBuffer in = taken(current_size + name_size + last);
    const BytesView bytes = in.expose();
    std::optional<BytesView> duress;
    if (duress_size >= 0) duress = bytes.last(last);
    return code_of(engine().host.set_duress(bytes.first(current_size), duress,
                                            as_text(bytes.subspan(current_size, name_size))));
}
MAYFLY_EXPORT(close) void export_close() { engine().host.close(); }

// error_name gives the address of a name that ends with a zero.
MAYFLY_EXPORT(error_name) const char* export_error_name(int32_t code) {
    return error_name(static_cast<ErrorCode>(code));
}

// receive takes one line of the RPC from the buffer. next_line gives the address of one to send
// and line_size its bytes, until there is none (0).
MAYFLY_EXPORT(receive) void export_receive(size_t size) {
    engine().host.receive(taken(size).expose());
}
MAYFLY_EXPORT(next_line) const char* export_next_line() {
    auto line = engine().host.next_line();
    engine().line = line ? std::move(*line) : rpc::WipedString();
    return line ? engine().line.data() : nullptr;
}
MAYFLY_EXPORT(line_size) size_t export_line_size() { return engine().line.size(); }

// The relay's address comes first in the buffer.
MAYFLY_EXPORT(link_up) void export_link_up(size_t relay_size) {
    engine().host.on_link_up(std::string(as_text(taken(relay_size).expose())));
}
MAYFLY_EXPORT(link_down) void export_link_down(size_t relay_size, uint32_t closed) {
    engine().host.on_link_down(std::string(as_text(taken(relay_size).expose())), why_of(closed));
}
MAYFLY_EXPORT(frame) void export_frame(size_t relay_size, size_t frame_size) {
    const SecretBuffer in = taken(relay_size + frame_size);
    engine().host.on_frame(std::string(as_text(in.expose().first(relay_size))),
                           in.expose().subspan(relay_size));
}

MAYFLY_EXPORT(group_begin) void export_group_begin() { engine().host.begin_group(); }
MAYFLY_EXPORT(group_end) void export_group_end() { engine().host.end_group(); }

MAYFLY_EXPORT(timer) void export_timer() { engine().host.on_timer(); }
// next_timer gives milliseconds since 1970; negative: nothing is due.
MAYFLY_EXPORT(next_timer) double export_next_timer() {
    const auto next = engine().host.next_timer();
    return next ? static_cast<double>(next->ms) : -1;
}

}  // namespace mayfly::web
