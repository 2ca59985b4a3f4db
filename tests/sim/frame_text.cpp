#include "tests/sim/frame_text.h"

#include <array>

#include "wire/protocol.h"

namespace mayfly::sim {
namespace {

// In the order of the variants: protocol.h.
constexpr std::array request_names = {
    "Hello",          "QueueOpen",       "QueueAck",     "QueueDelete",
    "AddressAdd",     "AddressRemove",   "Put",          "ChannelCreate",
    "ChannelCommit",  "ChannelSend",     "ChannelQuery", "ChannelDelete",
    "RecordPut",      "RecordGet",       "HandleGet",    "KeyPackagesPut",
    "KeyPackageTake", "KeyPackageQuery", "VaultPut",     "VaultGet",
    "BlobBegin",      "BlobPut",         "BlobGet",      "BlobDelete",
    "RecordDelete",   "PushSet",         "PushRemove",   "PushQuery"};
static_assert(request_names.size() == std::variant_size_v<wire::RequestBody>);

template <class T>
std::string detail(const T& body) {
    std::string out;
    if constexpr (requires { body.epoch; }) out += " epoch " + std::to_string(body.epoch.value);
    if constexpr (requires { body.sequence; }) out += " #" + std::to_string(body.sequence.value);
    if constexpr (requires { body.up_to; }) out += " up to #" + std::to_string(body.up_to.value);
    if constexpr (requires { body.message_id; }) {
        out += " id " + to_base32(body.message_id.view()).substr(0, 8);
    }
    if constexpr (requires { body.channel; }) {
        out += " channel " + to_base32(body.channel.view()).substr(0, 6);
    }
    if constexpr (requires { body.source; })
        out += " source " + std::to_string(static_cast<int>(body.source));
    if constexpr (requires { body.status; })
        out += std::string(" ") + error_name(wire::to_error_code(body.status));
    return out;
}

}  // namespace

std::string text_of_request(BytesView frame) {
    const auto decoded = wire::decode_client_frame(frame);
    if (!decoded.ok()) return "unreadable request";
    return std::to_string(decoded->request_id) + " " + request_names.at(decoded->body.index()) +
           std::visit([](const auto& body) { return detail(body); }, decoded->body);
}

std::string text_of_reply(BytesView frame) {
    const auto decoded = wire::decode_relay_frame(frame);
    if (!decoded.ok()) return "unreadable reply";
    return std::to_string(decoded->request_id) + " kind " + std::to_string(decoded->body.index()) +
           std::visit([](const auto& body) { return detail(body); }, decoded->body);
}

}  // namespace mayfly::sim
