#include "decoy.h"

#include "core/messenger.h"
#include "crypto/system_entropy.h"
#include "process.h"
#include "store/home_lock.h"
#include "store/sqlite_store.h"

namespace mayfly::cli {
namespace {

Status make_account(const std::string& home, const store::Unlocked& decoy, Entropy& entropy) {
    TRY_ASSIGN(const DecoyProfile profile, codec::decode<DecoyProfile>(decoy.profile.expose()));
    core::AccountOptions options;
    options.relays = profile.relays;
    options.display_name = profile.display_name;
    TRY_ASSIGN(const auto store, store::SqliteStore::create(home, decoy.key, entropy));
    TRY_ASSIGN(core::Messenger messenger, core::Messenger::open(*store, wall_clock_now()));
    TRY_ASSIGN(const auto created, messenger.create_account(options, wall_clock_now(), entropy));
    return store->apply(created.effects.writes);
}

}  // namespace

Status make_decoy(const std::string& home, store::Unlocked& unlocked) {
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(const auto lock, store::HomeLock::acquire(home, store::home_lock_wait));
    if (unlocked.kind == store::SlotKind::duress) {
        TRY_ASSIGN(unlocked, store::begin_decoy(home, unlocked, entropy));
    }
    TRY(store::finish_key_change(home));
    TRY(store::erase_store(home));
    TRY(make_account(home, unlocked, entropy));
    TRY(store::finish_decoy(home, unlocked, entropy));
    unlocked.kind = store::SlotKind::own;
    unlocked.profile.clear();
    return {};
}

}  // namespace mayfly::cli
