#include "tests/sim/ledger.h"

namespace mayfly::sim {

void Ledger::shown(size_t device, const core::MessageView& view, Time device_now,
                   Duration skew_max) {
    const std::string name = core::text_of(view.id) + " at device " + std::to_string(device);
    const auto found = sent_.find(view.id);
    if (found == sent_.end()) return violation("shown but never sent: " + name);
    const Sent& message = found->second;
    if (!message.recipients.contains(device)) violation("shown to somebody else: " + name);
    if (as_text(view.text.expose()) != message.text) violation("shown with another text: " + name);
    if (!shown_.emplace(device, view.id).second) violation("shown twice: " + name);
    if (view.expires_at <= device_now) violation("shown after it expired: " + name);
    if (device_now > message.expires_at + skew_max + skew_max) {
        violation("shown long after it expired: " + name);
    }
}

void Ledger::excuse(size_t device, const core::MessageId& id) {
    const auto found = sent_.find(id);
    if (found == sent_.end()) return violation("held but never sent: " + core::text_of(id));
    found->second.awaited.erase(device);
}

void Ledger::departed(size_t device) {
    for (auto& [id, message] : sent_) message.awaited.erase(device);
}

void Ledger::released(size_t device, const std::vector<Seal>& seals) {
    // AES-128 keys come only from MLS here: of a message generation, a sender data sample, a
    // Welcome or an HPKE context, each used exactly once.
    constexpr size_t mls_key_size_bytes = 16;
    for (const Seal& seal : seals) {
        Bytes use = seal.nonce;
        append(use, seal.content_hash);
        const auto [same, fresh] = sealed_.try_emplace({seal.key_hash, seal.nonce}, use);
        if (!fresh && same->second != use) {
            violation("a key and nonce sealed two contents at device " + std::to_string(device));
        }
        if (seal.key_size_bytes != mls_key_size_bytes) continue;
        const auto [known, first] = sealed_by_message_key_.try_emplace(seal.key_hash, use);
        if (!first && known->second != use) {
            violation("an MLS key sealed twice at device " + std::to_string(device));
        }
    }
}

void Ledger::check_delivery(Time true_now, Duration skew_max) {
    for (const auto& [id, message] : sent_) {
        const bool may_be_gone =
            message.taken_back || true_now + skew_max + skew_max >= message.expires_at;
        if (!message.acknowledged || may_be_gone) continue;
        for (const size_t recipient : message.awaited) {
            if (shown_.contains({recipient, id})) continue;
            violation("acknowledged but lost: " + core::text_of(id) + " from device " +
                      std::to_string(message.sender) + " to " + std::to_string(recipient));
        }
    }
}

}  // namespace mayfly::sim
