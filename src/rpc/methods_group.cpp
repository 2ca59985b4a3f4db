// Methods of groups and rooms.
#include "core/conversation_state.h"
#include "rpc/method_fields.h"

namespace mayfly::rpc {
namespace {

using enum Type;
using core::ConversationId;

constexpr int64_t link_uses_max = core::members_max;
constexpr int64_t link_uses_default = 1;
constexpr Duration link_lifetime_default = Duration::days(7);

constexpr Field group{"group", text, "its name, or its conversation id or its beginning"};
constexpr Field name_field{"name", text, "at most 128 bytes"};
constexpr Field topic_field{"topic", text, "at most 1,024 bytes", false};
constexpr Field expire_field{"expire_seconds",
                             integer,
                             "what messages get unless they say otherwise",
                             false,
                             {},
                             core::expiration_min.ms / 1000,
                             seconds_max};
constexpr Field burn_field{"burn_seconds", integer, "likewise; 0: none", false, {}, 0, seconds_max};

Result<ConversationId> group_named(const Call& call) {
    TRY_ASSIGN(const core::ConversationView view,
               call.messenger.find_conversation(call.text("group")));
    ENSURE(core::has_state(view.kind), unknown_conversation);
    return view.conversation;
}

Json result_of(const ConversationId& id) { return {{"conversation", json_text(text_of(id))}}; }

// begin performs what an operation starts with; the answer is the conversation's id.
Result<Answer> begin(Call& call, Result<core::Messenger::Started> started,
                     const ConversationId& id) {
    TRY(started);
    TRY(call.account.perform(std::move(started->effects)));
    return Answer{result_of(id), started->operation, {}};
}

// member_named finds somebody in the group, who need not be a contact.
Result<core::AccountId> member_named(const Call& call, const ConversationId& id) {
    if (const auto contact = call.messenger.find_contact(call.text("who")); contact.ok()) {
        return contact->account;
    }
    TRY_ASSIGN(const auto members, call.messenger.members(id));
    for (const core::MemberView& member : members) {
        if (core::text_of(member.account) == call.text("who")) return member.account;
    }
    return MAYFLY_ERROR(unknown_contact);
}

Result<Answer> conversations(Call& call) {
    Json list = Json::array();
    for (const core::ConversationView& view : call.messenger.conversations()) {
        list.push_back(json_of(view));
    }
    return at_once({{"conversations", std::move(list)}});
}

Result<Answer> create(Call& call) {
    core::ConversationState state;
    state.name = call.text("name");
    state.topic = call.text("topic");
    const auto kind =
        call.boolean("room") ? core::ConversationKind::room : core::ConversationKind::group;
    state.expiration_ms =
        static_cast<uint64_t>(call.integer("expire_seconds", core::expiration_default.ms / 1000)) *
        1000;
    state.burn_seconds = static_cast<uint32_t>(call.integer("burn_seconds", 0));
    TRY_ASSIGN(auto created,
               call.messenger.create_group(kind, state, call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(created.effects)));
    return Answer{result_of(created.conversation), created.operation, {}};
}

Result<Answer> change(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    core::StateChange wanted;
    if (call.has("name")) wanted.name = std::string(call.text("name"));
    if (call.has("topic")) wanted.topic = std::string(call.text("topic"));
    if (call.has("expire_seconds")) {
        wanted.expiration_ms = static_cast<uint64_t>(call.integer("expire_seconds", 0)) * 1000;
    }
    if (call.has("burn_seconds")) {
        wanted.burn_seconds = static_cast<uint32_t>(call.integer("burn_seconds", 0));
    }
    if (call.has("moderators_write_only")) {
        wanted.moderators_write_only = call.boolean("moderators_write_only");
    }
    return begin(
        call, call.messenger.change_conversation(id, wanted, call.now, call.account.entropy()), id);
}

Result<Answer> members(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    TRY_ASSIGN(const auto found, call.messenger.members(id));
    Json list = Json::array();
    for (const core::MemberView& member : found) list.push_back(json_of(member));
    return at_once({{"members", std::move(list)}});
}

Result<Answer> invite(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    TRY_ASSIGN(const core::ContactView contact, call.messenger.find_contact(call.text("who")));
    return begin(call, call.messenger.invite(id, contact.account, call.now, call.account.entropy()),
                 id);
}

Result<Answer> remove(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    TRY_ASSIGN(const core::AccountId member, member_named(call, id));
    return begin(call, call.messenger.remove_member(id, member, call.now, call.account.entropy()),
                 id);
}

Result<Answer> link(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    const auto uses = static_cast<uint32_t>(call.integer("uses", link_uses_default));
    const Duration lifetime =
        Duration::seconds(call.integer("lifetime_seconds", link_lifetime_default.ms / 1000));
    TRY_ASSIGN(auto made, call.messenger.create_group_link(id, uses, lifetime, call.now,
                                                           call.account.entropy()));
    TRY(call.account.perform(std::move(made.second)));
    return at_once({{"link", json_text(made.first)}});
}

Result<Answer> join(Call& call) {
    TRY_ASSIGN(auto started,
               call.messenger.join_by_link(call.text("link"), call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(started.effects)));
    return Answer{Json::object(), started.operation, {}};
}

Result<Answer> offers(Call& call) {
    Json list = Json::array();
    for (const core::OfferView& offer : call.messenger.offers()) list.push_back(json_of(offer));
    return at_once({{"offers", std::move(list)}});
}

Result<Answer> accept(Call& call) {
    TRY_ASSIGN(const core::OfferView offer, call.messenger.find_offer(call.text("offer")));
    return begin(call,
                 call.messenger.accept_offer(offer.conversation, call.now, call.account.entropy()),
                 offer.conversation);
}

Result<Answer> decline(Call& call) {
    TRY_ASSIGN(const core::OfferView offer, call.messenger.find_offer(call.text("offer")));
    TRY_ASSIGN(core::Effects effects, call.messenger.decline_offer(offer.conversation, call.now));
    TRY(call.account.perform(std::move(effects)));
    return at_once(result_of(offer.conversation));
}

Result<Answer> leave(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    return begin(call, call.messenger.leave(id, call.now, call.account.entropy()), id);
}

constexpr Field offer_named{"offer", text, "the group's name, its id or beginning, or who asks"};

std::vector<Method> membership_methods() {
    return {
        {"group.members",
         "Who is in a group.",
         {group},
         {{"members", Type::objects, "", true, "member"}},
         members},
        {"group.invite",
         "Asks a contact in.",
         {group, who, timeout},
         {result_conversation},
         invite},
        {"group.remove",
         "Removes a member: a contact, or a whole account id.",
         {group, who, timeout},
         {result_conversation},
         remove},
        {"group.link",
         "Makes a link by which whoever has it may join.",
         {group,
          {"uses", integer, "1 if not given", false, {}, 1, link_uses_max},
          {"lifetime_seconds", integer, "7 days if not given", false, {}, 1, seconds_max}},
         {{"link", text, "`mayfly-group:` and more; whoever has it may join"}},
         link},
        {"group.join",
         "Asks to be let in by a link. We are in when `conversation_changed` says so.",
         {{"link", text, "`mayfly-group:...`"}, timeout},
         {},
         join},
        {"group.offers",
         "The groups that somebody asks us into.",
         {},
         {{"offers", Type::objects, "", true, "offer"}},
         offers},
        {"group.accept",
         "Says yes to an offer. We are in when `conversation_changed` says so.",
         {offer_named, timeout},
         {result_conversation},
         accept},
        {"group.decline", "Says no.", {offer_named}, {result_conversation}, decline},
        {"group.leave",
         "Forgets a group and its messages here at once, and tells the others.",
         {group, timeout},
         {result_conversation},
         leave},
    };
}

}  // namespace

std::vector<Method> group_methods() {
    std::vector<Method> all{
        {"conversations",
         "Direct conversations, groups and rooms.",
         {},
         {{"conversations", Type::objects, "", true, "conversation"}},
         conversations},
        {"group.create",
         "Makes a group or a room; we are its moderator.",
         {name_field,
          topic_field,
          {"room", boolean, "a room: only moderators change it", false},
          expire_field,
          burn_field,
          timeout},
         {result_conversation},
         create},
        {"group.change",
         "Changes what is given.",
         {group,
          optional_of(name_field),
          topic_field,
          expire_field,
          burn_field,
          {"moderators_write_only", boolean, "of a room", false},
          timeout},
         {result_conversation},
         change},
    };
    for (Method& method : membership_methods()) all.push_back(std::move(method));
    return all;
}

}  // namespace mayfly::rpc
