// Methods of trust: safety numbers, blocking, reports; QR codes; leaving.
#include "core/report.h"
#include "rpc/method_fields.h"
#include "util/qr_code.h"

namespace mayfly::rpc {
namespace {

using enum Type;

constexpr Field anybody{"who", text,
                        "as elsewhere; or somebody who asks, or is in a group of ours"};

Result<core::ContactView> contact_named(const Call& call) {
    TRY_ASSIGN(const core::AccountId account, call.messenger.find_anybody(call.text("who")));
    return call.messenger.find_contact(core::text_of(account));
}

Result<Answer> safety_number(Call& call) {
    TRY_ASSIGN(const core::ContactView contact, contact_named(call));
    TRY_ASSIGN(const core::SafetyNumber number, call.messenger.safety_number(contact.account));
    return at_once({{"account", json_text(core::text_of(contact.account))},
                    {"digits", json_text(number.digits)},
                    {"code", json_text(number.code)},
                    {"verified", contact.verified},
                    {"alarm", core::alarm_name(contact.alarm)}});
}

Result<Answer> verify(Call& call) {
    TRY_ASSIGN(const core::ContactView contact, contact_named(call));
    core::Messenger& messenger = call.messenger;
    Entropy& entropy = call.account.entropy();
    const bool undo = call.boolean("undo");
    auto effects =
        call.has("number") && !undo
            ? messenger.verify_contact(contact.account, call.text("number"), call.now, entropy)
            : messenger.set_verified(contact.account, !undo, call.now, entropy);
    TRY(effects);
    TRY(call.account.perform(std::move(*effects)));
    TRY_ASSIGN(const core::ContactView marked, contact_named(call));
    return at_once(json_of(marked));
}

Result<Answer> check(Call& call) {
    TRY_ASSIGN(const core::ContactView contact, contact_named(call));
    TRY_ASSIGN(auto started,
               call.messenger.check_contact(contact.account, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    const std::string who = core::text_of(contact.account);
    return Answer{Json::object(), started.operation,
                  [who](core::Messenger& messenger, Time) -> Result<Json> {
                      TRY_ASSIGN(const core::ContactView checked, messenger.find_contact(who));
                      return json_of(checked);
                  }};
}

Result<Answer> block(Call& call) {
    TRY_ASSIGN(const core::AccountId account, call.messenger.find_anybody(call.text("who")));
    TRY_ASSIGN(auto started, call.messenger.block(account, call.boolean("remove"), call.now,
                                                  call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{{{"account", json_text(core::text_of(account))}}, started.operation, {}};
}

Result<Answer> unblock(Call& call) {
    const std::string_view named = call.text("who");
    for (const core::BlockedView& view : call.messenger.blocked()) {
        const std::string account = core::text_of(view.account);
        const bool by_id =
            named.size() >= core::account_prefix_size_min && account.starts_with(named);
        if (!by_id && (view.handle.empty() || view.handle != named)) continue;
        TRY_ASSIGN(core::Effects effects,
                   call.messenger.unblock(view.account, call.now, call.account.entropy()));
        TRY(call.account.perform(std::move(effects)));
        return at_once({{"account", json_text(account)}});
    }
    return MAYFLY_ERROR(unknown_contact);
}

Result<Answer> blocked(Call& call) {
    Json list = Json::array();
    for (const core::BlockedView& view : call.messenger.blocked()) list.push_back(json_of(view));
    return at_once({{"blocked", std::move(list)}});
}

Result<Answer> report(Call& call) {
    std::vector<std::string_view> wanted{call.text("id")};
    for (const std::string_view other : call.texts("with")) wanted.push_back(other);
    std::vector<core::MessageId> ids;
    for (const std::string_view one : wanted) {
        TRY_ASSIGN(const core::MessageView message, call.messenger.find_message(one, call.now));
        ids.push_back(message.id);
    }
    TRY_ASSIGN(const std::string made, call.messenger.report(ids, call.now));
    return at_once({{"report", json_text(made)}});
}

Result<Answer> verify_report(Call& call) {
    TRY_ASSIGN(const auto proven, core::verify_report(call.text("report")));
    Json list = Json::array();
    for (const core::ProvenMessage& message : proven) list.push_back(json_of(message));
    return at_once({{"proven", std::move(list)}});
}

// Rows of "0" and "1", so that a front end needs no encoder of its own.
Result<Answer> qr(Call& call) {
    TRY_ASSIGN(const QrCode code, QrCode::encode(as_bytes(call.text("text"))));
    Json rows = Json::array();
    for (size_t y = 0; y < code.size(); ++y) {
        std::string row(code.size(), '0');
        for (size_t x = 0; x < code.size(); ++x) {
            if (code.is_dark(x, y)) row[x] = '1';
        }
        rows.push_back(json_text(row));
    }
    return at_once({{"rows", std::move(rows)}});
}

Result<Answer> account_delete(Call& call) {
    TRY_ASSIGN(const core::AccountView account, call.messenger.account());
    TRY_ASSIGN(auto started, call.messenger.delete_account(call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{{{"account", json_text(core::text_of(account.account))}}, started.operation, {}};
}

std::vector<Method> verifying_methods() {
    return {
        {"contact.safety_number",
         "What a contact must see too, if nobody stands between.",
         {who},
         object_of("safety_number").fields,
         safety_number},
        {"contact.verify",
         "Marks a contact as verified: because `number` is our safety number as well, or else "
         "because a person says so.",
         {who,
          optional_of({"number", text, "their digits, or the text of their QR code"}),
          {"undo", boolean, "takes the mark back", false}},
         object_of("contact").fields,
         verify},
        {"contact.check",
         "Asks the relays whether handle and record are still the contact's. If not, the error is "
         "`key_changed` or `forged_record`, and the contact carries an alarm.",
         {who, timeout},
         object_of("contact").fields,
         check},
        {"qr",
         "The QR code of a text, without the light border of four modules that it needs.",
         {{"text", text, "at most 2,331 bytes"}},
         {{"rows", texts, "from the top, each from the left: 1 dark, 0 light"}},
         qr},
    };
}

std::vector<Method> blocking_methods() {
    return {
        {"contact.block",
         "Keeps an account out: the relay forgets the addresses by which it reaches us, its "
         "requests and what it says in groups are dropped. Answers when the relay has.",
         {anybody, {"remove", boolean, "also forget the contact and all messages", false}, timeout},
         {{"account", text, "account id"}},
         block},
        {"contact.unblock",
         "Takes that back. To write to each other again one adds the other.",
         {{"who", text, "account id or at least 8 characters of its beginning, or their handle"}},
         {{"account", text, "account id"}},
         unblock},
        {"contact.blocked",
         "Who is blocked.",
         {},
         {{"blocked", Type::objects, "", true, "blocked"}},
         blocked},
        {"report",
         "A text that proves to anybody who wrote a message that we received.",
         {id, {"with", texts, "ids of others of the conversation, as context; at most 99", false}},
         {{"report", text, "one line"}},
         report},
        {"verify_report",
         "What such a text proves. The error is `invalid_signature` if it proves nothing.",
         {{"report", text, ""}},
         {{"proven", Type::objects, "the reported message first", true, "proven"}},
         verify_report},
        {"account.delete",
         "Deletes the account at all its relays, for good. Contacts and messages are gone at "
         "once; answers when the last relay is done. Then wipe the home (`mayfly wipe`).",
         {timeout},
         {{"account", text, "account id"}},
         account_delete},
    };
}

}  // namespace

std::vector<Method> trust_methods() {
    std::vector<Method> all = verifying_methods();
    const std::vector<Method> more = blocking_methods();
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

}  // namespace mayfly::rpc
