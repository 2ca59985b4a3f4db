#include "core/contact_link.h"
#include "core/content.h"
#include "home.h"
#include "i18n/tr.h"
#include "passphrase.h"
#include "verbs.h"
#include "views.h"

namespace mayfly::cli {
namespace {

Result<core::AccountOptions> options_of(const Command& command) {
    core::AccountOptions options;
    for (const std::string& relay : command.relays) {
        TRY_ASSIGN(std::string canonical, core::canonical_relay(relay));
        options.relays.push_back(std::move(canonical));
    }
    if (!command.handle.empty()) {
        TRY_ASSIGN(options.handle_name, wire::fold_handle_name(command.handle));
    }
    options.display_name = command.name.value_or("");
    options.invite = command.invite;
    return options;
}

// make_account makes the account in the new home and registers it with the relay.
Outcome make_account(Context& context, Session& session, const core::AccountOptions& options,
                     SecretBuffer& recovery_kit, std::optional<core::AccountView>& view) {
    TRY(session.create());
    TRY(session.go_online());
    TRY_ASSIGN(auto created,
               session.messenger().create_account(options, wall_clock_now(), session.entropy()));
    TRY(session.perform(std::move(created.effects)));
    TRY_OUTCOME(finish_operation(context, session, created.operation));
    recovery_kit = std::move(created.recovery_kit);
    TRY_ASSIGN(view, session.messenger().account());
    return {};
}

}  // namespace

Outcome make_home(Context& context, std::optional<MadeHome>& made) {
    TRY_ASSIGN(NewHome home, NewHome::create(context.home));
    std::optional<SecretBuffer> passphrase;
    TRY_OUTCOME(choose_passphrase(context.command.passphrase_file, passphrase));
    std::optional<BytesView> view;
    if (passphrase) view = passphrase->expose();
    crypto::SystemEntropy entropy;
    TRY_ASSIGN(store::StoreKey key, store::create_store_key(home.path(), view, {}, entropy));
    made.emplace(MadeHome{std::move(home), std::move(key), passphrase.has_value()});
    return {};
}

Outcome run_init(Context& context) {
    const Command& command = context.command;
    TRY_ASSIGN(const core::AccountOptions options, options_of(command));
    const std::string& name = options.display_name;
    if (name.size() > wire::display_name_size_bytes_max || !core::is_utf8(as_bytes(name))) {
        return Failure{ErrorCode::invalid_argument, tr("the name is too long or not UTF-8"),
                       tr("at most {1} bytes", wire::display_name_size_bytes_max)};
    }
    std::optional<MadeHome> made;
    TRY_OUTCOME(make_home(context, made));
    SecretBuffer recovery_kit;
    std::optional<core::AccountView> view;
    {
        Session session(made->home.path(), std::move(made->key), context.interrupt);
        TRY_OUTCOME(make_account(context, session, options, recovery_kit, view));
    }
    TRY(made->home.install());
    show_account(context.out, command.json, *view, recovery_kit.expose());
    TRY(context.show());
    notice(context, tr("write the recovery kit down now; it is not shown again"));
    if (!made->protected_by_passphrase) {
        notice(context,
               tr("no passphrase: whoever copies the files in {1} can read them", context.home));
    }
    return {};
}

Outcome run_whoami(Context& context) {
    TRY_ASSIGN(const auto session, open_session(context));
    TRY(session->sweep());
    TRY_ASSIGN(const core::AccountView view, session->messenger().account());
    show_account(context.out, context.command.json, view, {});
    if (context.command.qr && !context.command.json) show_qr(context.out, view.link);
    TRY(context.show());
    return {};
}

}  // namespace mayfly::cli
