// Connections to relays, requests under way and look-ups: in memory alone, begun again after a
// crash.
#pragma once

#include <map>

#include "core/identity.h"
#include "mls/group.h"

namespace mayfly::core {

struct Purpose {
    enum class Kind : uint8_t {
        hello,
        queue_open,
        queue_ack,
        intro_add,
        record_put,
        key_package_count,
        key_packages_put,
        vault_put,
        lookup,
        key_package_take,
        token_add,
        channel_create,
        invitation,
        commit,
        message,
        removal,
        leave,
        record_get,
        pairing_take,
        vault_get,
        account_get,
        typing,
        blob_begin,
        blob_put,
        blob_get,
        blob_delete,
        record_delete,
        vault_end,
        queue_delete,
        tree_begin,
        tree_put,
        tree_get,
        push_query,
        push_set,
        push_remove,
    };
    Kind kind = Kind::hello;
    uint64_t number = 0;  // operation, order or index, as the kind needs
    ConversationId conversation;
    MessageId message{};  // of a transfer
    bool operator==(const Purpose&) const = default;
};

struct Link {
    enum class Phase : uint8_t { down, connecting, greeting, greeted, opening, ready };
    struct Pending {
        Purpose purpose;
        Time deadline;
    };
    Phase phase = Phase::down;
    std::map<uint32_t, Pending> pending;
    uint32_t next_request_id = 1;
    uint32_t failures = 0;  // in a row
    Time retry_at;          // phase down: when to connect again
    Time deadline;          // phase connecting: when to give up
    Time setup_hold_until;  // none of what pump_setup asks before
    Time hold_until;        // no requests before
    std::array<uint8_t, 32> nonce{};
    bool key_packages_counted = false;
    bool record_asked = false;
    std::optional<wire::PushState> pushes;  // as the relay said on this connection

    bool has(const Purpose& purpose) const;
};

// FreshStart: when a direct conversation with somebody is begun anew (repair.h).
struct FreshStart {
    Time at;
    bool tried = false;
};

// Lookup is add_contact before anything is decided: it leaves no trace if it fails.
struct Lookup {
    struct Wanted {
        wire::DeviceCertificate device;
        wire::Token token;
        std::optional<mls::KeyPackage> key_package;
        size_t refused = 0;  // key packages that were no good
    };
    OperationId operation = 0;
    std::optional<wire::HandleEntry> handle;
    AccountId account;  // of a link
    std::vector<std::string> relays;
    size_t relay_index = 0;
    std::optional<VerifiedRecord> newest;
    std::string hub;  // set once the record is known: where key packages are taken
    std::vector<Wanted> wanted;
    Time deadline;
    bool check_only = false;     // of a contact: nothing is begun
    ConversationId meeting_for;  // the group that a ticket is for; zero: somebody is added

    const std::string& relay() const { return hub.empty() ? relays[relay_index] : hub; }
};

}  // namespace mayfly::core
