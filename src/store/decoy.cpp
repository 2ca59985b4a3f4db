#include "store/decoy.h"

#include "core/messenger.h"
#include "store/sqlite_store.h"

namespace mayfly::store {
namespace {

Status make_account(const std::string& home, const Unlocked& decoy, Time now, Entropy& entropy) {
    TRY_ASSIGN(const DecoyProfile profile, codec::decode<DecoyProfile>(decoy.profile.expose()));
    core::AccountOptions options;
    options.relays = profile.relays;
    options.display_name = profile.display_name;
    TRY_ASSIGN(const auto store, SqliteStore::create(home, decoy.key, entropy));
    TRY_ASSIGN(core::Messenger messenger, core::Messenger::open(*store, now));
    TRY_ASSIGN(const auto created, messenger.create_account(options, now, entropy));
    return store->apply(created.effects.writes);
}

}  // namespace

Status make_decoy(const std::string& home, Unlocked& unlocked, Time now, Entropy& entropy) {
    if (unlocked.kind == SlotKind::duress) {
        TRY_ASSIGN(unlocked, begin_decoy(home, unlocked, entropy));
    }
    TRY(finish_key_change(home));
    TRY(erase_store(home));
    TRY(make_account(home, unlocked, now, entropy));
    TRY(finish_decoy(home, unlocked, entropy));
    unlocked.kind = SlotKind::own;
    unlocked.profile.clear();
    return {};
}

}  // namespace mayfly::store
