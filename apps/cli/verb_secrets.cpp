// The passphrase of a home, the one that gives it up, and its end.
#include "confirm.h"
#include "i18n/tr.h"
#include "passphrase.h"
#include "store/decoy.h"
#include "store/key_change.h"
#include "verbs.h"

namespace mayfly::cli {
namespace {

// After the keys are gone, a process that has the home open gets this long to let go of its files.
constexpr Duration wipe_lock_wait = Duration::seconds(2);

struct OpenHome {
    store::Unlocked unlocked;
    std::unique_ptr<Session> session;  // holds the lock that changing keys needs
};
Result<OpenHome> open_home(Context& context) {
    OpenHome out;
    TRY_ASSIGN(out.unlocked, unlock_home(context.home, context.command.passphrase_file));
    out.session =
        std::make_unique<Session>(context.home, out.unlocked.key.clone(), context.interrupt);
    TRY(out.session->open(store::home_lock_wait));
    return out;
}

Outcome in_use_already(const Status& status) {
    if (status.ok()) return {};
    if (status.code() != ErrorCode::invalid_argument) return status.error();
    return Failure{ErrorCode::invalid_argument, tr("the passphrase is in use already"),
                   tr("nothing was changed; choose another")};
}

Outcome show_changed(Context& context, const char* type) {
    if (context.command.json) JsonLine(context.out, type).text("home", context.home);
    TRY(context.show());
    return {};
}

}  // namespace

Outcome run_passphrase_change(Context& context) {
    TRY_ASSIGN(const OpenHome home, open_home(context));
    std::optional<SecretBuffer> passphrase;
    TRY_OUTCOME(choose_passphrase(context.command.new_passphrase_file, passphrase));
    if (!passphrase) {
        return Failure{ErrorCode::passphrase_required, tr("the new passphrase is missing"),
                       tr("type one at the terminal, or give --new-passphrase-file FILE")};
    }
    crypto::SystemEntropy entropy;
    TRY_OUTCOME(in_use_already(
        store::change_passphrase(context.home, home.unlocked, passphrase->expose(), {}, entropy)));
    return show_changed(context, "passphrase_changed");
}

Outcome run_passphrase_duress(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const OpenHome home, open_home(context));
    std::optional<SecretBuffer> passphrase;
    store::DecoyProfile profile;
    if (!command.off) {
        TRY_OUTCOME(choose_passphrase(command.new_passphrase_file, passphrase));
        if (!passphrase) {
            return Failure{ErrorCode::passphrase_required, tr("the duress passphrase is missing"),
                           tr("type one at the terminal, or give --new-passphrase-file FILE; --off "
                              "takes it away")};
        }
        TRY_ASSIGN(const core::AccountView account, home.session->messenger().account());
        profile.relays = account.relays;
        profile.display_name = command.name.value_or(account.display_name);
    }
    std::optional<BytesView> view;
    if (passphrase) view = passphrase->expose();
    crypto::SystemEntropy entropy;
    const Status set =
        store::set_duress(context.home, home.unlocked, view, codec::encode(profile), entropy);
    if (!set.ok() && set.code() == ErrorCode::passphrase_required) {
        return Failure{set.code(), tr("this home has none"),
                       tr("set one first: mayfly passphrase change")};
    }
    TRY_OUTCOME(in_use_already(set));
    return show_changed(context, "passphrase_changed");
}

Outcome run_wipe(Context& context) {
    if (!store::file_exists(context.home)) return MAYFLY_ERROR(no_account);
    TRY_OUTCOME(confirm(
        context, tr("This destroys the account and all messages in {1}, for good.", context.home)));
    TRY(store::destroy_keys(context.home));
    {
        const auto lock = store::HomeLock::acquire(context.home, wipe_lock_wait);
        TRY_ASSIGN(const auto left, store::wipe_home(context.home));
        for (const std::string& name : left)
            notice(context, tr("not mayfly's, left there: {1}", name));
    }
    return show_changed(context, "wiped");
}

}  // namespace mayfly::cli
