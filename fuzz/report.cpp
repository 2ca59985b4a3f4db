// deps: core wire mls
// max_len: 8192
//
// Reports, which strangers hand to moderators. The input is tried as the text of a report, as its
// structure with the check made whole, and as the content and context of an item whose device is
// known here and signs it, so that what lies behind the signature is reached.
#include "core/report.h"

#include "core/identity.h"
#include "mls/labelled.h"

namespace mayfly::core {
namespace {

struct Device {
    Device() {
        account_seed.expose_mutable()[0] = 1;
        device_seed.expose_mutable()[0] = 2;
        certificate.account_key = public_key_of(account_seed);
        certificate.device_key = public_key_of(device_seed);
        certificate.signature =
            sign_with(account_seed, wire::device_certificate_to_sign(certificate));
    }
    SecretArray<32> account_seed;
    SecretArray<32> device_seed;
    wire::DeviceCertificate certificate;
};

void check(std::string_view text) {
    const auto proven = verify_report(text);
    if (!proven.ok()) return;
    MAYFLY_ASSERT(!proven->empty() && proven->size() <= report_messages_max);
    for (const ProvenMessage& message : *proven) {
        MAYFLY_ASSERT(message.conversation == proven->front().conversation);
        MAYFLY_ASSERT(message.is_text || message.text.empty());
    }
}

void check_structure(BytesView input) {
    auto report = codec::decode<Report>(input);
    if (report.ok()) check(format_report(*report));
}

// size of the context (uint8), context, content
void check_signed(BytesView input) {
    static const Device device;
    if (input.empty()) return;
    const size_t size = std::min<size_t>(input[0], input.size() - 1);
    auto context = codec::decode<mls::GroupContext>(input.subspan(1, size));
    if (!context.ok()) return;
    const auto suite = mls::find_cipher_suite(context->cipher_suite);
    if (!suite.ok() || suite->signature != crypto::SignatureId::ed25519) return;
    ReportItem item;
    item.sender = device.certificate;
    item.content = SecretBuffer(input.subspan(1 + size));
    mls::FramedContent framed;
    framed.group_id = context->group_id;
    framed.epoch = context->epoch;
    framed.sender = mls::Sender::member({0});
    framed.content = mls::ApplicationData{item.content.clone()};
    item.proof.group_context = to_bytes(input.subspan(1, size));
    const auto message =
        mls::sign_content(*suite, mls::WireFormat::private_message, std::move(framed),
                          item.proof.group_context, Secret(device.device_seed.expose()));
    if (!message.ok()) return;
    item.proof.signature = message->auth.signature;
    Report report;
    report.items.push_back(std::move(item));
    check(format_report(report));
}

}  // namespace
}  // namespace mayfly::core

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    const mayfly::BytesView input(data, size_bytes);
    mayfly::core::check(mayfly::as_text(input));
    mayfly::core::check_structure(input);
    mayfly::core::check_signed(input);
    return 0;
}
