// The ledger remembers what was promised and what was seen, and finds the contradictions:
//   - what a relay acknowledged is shown to its recipient (unless it expired, burnt or was
//   recalled),
//   - nothing is shown twice on a device, nothing expired is shown, nothing is shown that nobody
//   sent,
//   - no AEAD key and nonce seals two contents, and no MLS message key seals twice,
//   - at the end the members of a conversation agree on their epoch authenticator.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/messenger.h"
#include "tests/sim/seal_observer.h"

namespace mayfly::sim {

class Ledger {
  public:
    struct Sent {
        size_t sender = 0;
        std::set<size_t> recipients;  // who may be shown it
        std::set<size_t> awaited;     // who must be
        std::string text;
        Time sent_at;     // true time
        Time expires_at;  // true time
        bool acknowledged = false;
        bool taken_back = false;  // recalled or withdrawn by the sender
    };

    void sent(const core::MessageId& id, Sent message) { sent_.emplace(id, std::move(message)); }
    void acknowledged(const core::MessageId& id) { sent_.at(id).acknowledged = true; }
    void taken_back(const core::MessageId& id) { sent_.at(id).taken_back = true; }
    // Who opens or burns a message has seen it, so it is not given as new any more.
    void opened(size_t device, const core::MessageId& id) { excuse(device, id); }
    // The device died between marking a message as given and showing it: it stays readable there,
    // but nobody was handed it.
    void lost_at_the_screen(size_t device, const core::MessageId& id) { excuse(device, id); }
    // departed: the device left a group or is to be removed; nothing sent so far must reach it.
    void departed(size_t device);

    // shown is called with what a device hands to its user; `device_now` is the device's own clock.
    void shown(size_t device, const core::MessageView& view, Time device_now, Duration skew_max);
    // check_delivery looks for acknowledged messages that their recipient never saw.
    void check_delivery(Time true_now, Duration skew_max);
    // released is told of each AEAD encryption whose step left the device (its writes were
    // durable). What a crash kept from leaving may be encrypted anew under the same key.
    void released(size_t device, const std::vector<Seal>& seals);
    size_t seal_count() const { return sealed_.size(); }
    void violation(std::string what) { violations_.push_back(std::move(what)); }

    const std::vector<std::string>& violations() const { return violations_; }
    const std::map<core::MessageId, Sent>& messages() const { return sent_; }
    size_t shown_count() const { return shown_.size(); }

  private:
    void excuse(size_t device, const core::MessageId& id);

    std::map<core::MessageId, Sent> sent_;
    std::set<std::pair<size_t, core::MessageId>> shown_;
    std::map<std::pair<Bytes, Bytes>, Bytes> sealed_;  // (key, nonce) -> content
    std::map<Bytes, Bytes> sealed_by_message_key_;     // 16-byte keys: MLS uses each of them once
    std::vector<std::string> violations_;
};

}  // namespace mayfly::sim
