#include "core/conversation_state.h"

#include <algorithm>

namespace mayfly::core {
namespace {

bool is_ascending(const std::vector<AccountId>& list) {
    return std::adjacent_find(list.begin(), list.end(),
                              [](const auto& a, const auto& b) { return !(a < b); }) == list.end();
}

void insert(std::vector<AccountId>& list, const AccountId& account) {
    const auto at = std::lower_bound(list.begin(), list.end(), account);
    if (at == list.end() || *at != account) list.insert(at, account);
}

void edit(std::vector<AccountId>& list, const std::vector<AccountId>& add,
          const std::vector<AccountId>& drop) {
    for (const AccountId& account : drop) std::erase(list, account);
    for (const AccountId& account : add) insert(list, account);
}

template <class T>
void set(T& target, const std::optional<T>& value) {
    if (value) target = *value;
}
template <class T>
void take(std::optional<T>& target, std::optional<T>& value) {
    if (value) target = std::move(value);
}

// What is added later is not dropped any more, and the other way round.
void merge(std::vector<AccountId>& add, std::vector<AccountId>& drop,
           const std::vector<AccountId>& later_add, const std::vector<AccountId>& later_drop) {
    for (const AccountId& account : later_add) {
        std::erase(drop, account);
        insert(add, account);
    }
    for (const AccountId& account : later_drop) {
        std::erase(add, account);
        insert(drop, account);
    }
}

}  // namespace

Status check_conversation_state(const ConversationState& state) {
    ENSURE(state.version == content_version, unsupported_version);
    ENSURE(state.name.size() <= conversation_name_size_bytes_max, input_too_large);
    ENSURE(state.topic.size() <= topic_size_bytes_max, input_too_large);
    ENSURE(state.avatar.size() <= avatar_size_bytes_max, input_too_large);
    ENSURE(state.moderators.size() <= moderators_max, input_too_large);
    ENSURE(state.readers.size() <= readers_max, input_too_large);
    ENSURE(is_line(state.name) && is_line(state.topic), malformed_input);
    ENSURE(is_ascending(state.moderators) && is_ascending(state.readers), malformed_input);
    const auto longest = static_cast<uint64_t>(expiration_max.ms);
    ENSURE(state.expiration_max_ms >= static_cast<uint64_t>(expiration_min.ms) &&
               state.expiration_max_ms <= longest,
           bad_duration);
    ENSURE(state.expiration_ms >= static_cast<uint64_t>(expiration_min.ms) &&
               state.expiration_ms <= state.expiration_max_ms,
           bad_duration);
    ENSURE(state.burn_seconds <= longest / 1000 && state.burn_seconds_max <= longest / 1000,
           bad_duration);
    ENSURE(state.burn_seconds_max == 0 ||
               (state.burn_seconds != 0 && state.burn_seconds <= state.burn_seconds_max),
           bad_duration);
    return {};
}

Result<ConversationState> decode_conversation_state(BytesView data) {
    TRY_ASSIGN(ConversationState state, codec::decode<ConversationState>(data));
    TRY(check_conversation_state(state));
    return state;
}

ConversationState apply_change(ConversationState state, const StateChange& change) {
    set(state.name, change.name);
    set(state.topic, change.topic);
    set(state.avatar, change.avatar);
    edit(state.moderators, change.add_moderators, change.drop_moderators);
    edit(state.readers, change.add_readers, change.drop_readers);
    set(state.moderators_write_only, change.moderators_write_only);
    set(state.expiration_max_ms, change.expiration_max_ms);
    state.expiration_ms = std::min(state.expiration_ms, state.expiration_max_ms);
    set(state.expiration_ms, change.expiration_ms);
    set(state.burn_seconds_max, change.burn_seconds_max);
    if (state.burn_seconds_max != 0) {
        const uint32_t burn = state.burn_seconds == 0 ? state.burn_seconds_max : state.burn_seconds;
        state.burn_seconds = std::min(burn, state.burn_seconds_max);
    }
    set(state.burn_seconds, change.burn_seconds);
    set(state.receipts, change.receipts);
    set(state.typing, change.typing);
    return state;
}

StateChange merge_change(StateChange earlier, StateChange later) {
    take(earlier.name, later.name);
    take(earlier.topic, later.topic);
    take(earlier.avatar, later.avatar);
    merge(earlier.add_moderators, earlier.drop_moderators, later.add_moderators,
          later.drop_moderators);
    merge(earlier.add_readers, earlier.drop_readers, later.add_readers, later.drop_readers);
    take(earlier.moderators_write_only, later.moderators_write_only);
    take(earlier.expiration_ms, later.expiration_ms);
    take(earlier.expiration_max_ms, later.expiration_max_ms);
    take(earlier.burn_seconds, later.burn_seconds);
    take(earlier.burn_seconds_max, later.burn_seconds_max);
    take(earlier.receipts, later.receipts);
    take(earlier.typing, later.typing);
    return earlier;
}

}  // namespace mayfly::core
