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

constexpr Field seconds_field(std::string_view name, std::string_view doc, int64_t min) {
    return {name, integer, doc, false, {}, min, seconds_max};
}

// What `group.create` and `group.change` both take, besides the name.
std::vector<Field> state_fields() {
    constexpr int64_t expire_min = core::expiration_min.ms / 1000;
    return {
        {"topic", text, "at most 1,024 bytes", false},
        {"avatar", text, "an image of at most 16,384 bytes, in base64url; empty: none", false},
        seconds_field("expire_seconds", "what messages get unless they say otherwise", expire_min),
        seconds_field("expire_seconds_max", "what they get at most", expire_min),
        seconds_field("burn_seconds", "from opening, unless they say otherwise; 0: none", 0),
        seconds_field("burn_seconds_max", "all burn so long after opening, or sooner; 0: no limit",
                      0),
        {"receipts", boolean, "members tell when messages came and were read", false},
        {"typing", boolean, "members tell that they type", false},
        {"moderators_write_only", boolean, "others only read", false},
    };
}

std::vector<Field> with_state_fields(std::vector<Field> fields) {
    for (const Field& field : state_fields()) fields.push_back(field);
    fields.push_back(timeout);
    return fields;
}

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

Result<core::MemberView> member_named(const Call& call, const ConversationId& id) {
    return call.messenger.find_member(id, call.text("who"));
}

template <class T>
std::optional<T> number_of(const Call& call, std::string_view name, int64_t unit) {
    if (!call.has(name)) return std::nullopt;
    return static_cast<T>(call.integer(name, 0) * unit);
}
std::optional<bool> boolean_of(const Call& call, std::string_view name) {
    return call.has(name) ? std::optional(call.boolean(name)) : std::nullopt;
}

// change_of is what the parameters ask for.
Result<core::StateChange> change_of(const Call& call) {
    core::StateChange change;
    if (call.has("name")) change.name = std::string(call.text("name"));
    if (call.has("topic")) change.topic = std::string(call.text("topic"));
    if (call.has("avatar")) {
        change.avatar = from_base64url(call.text("avatar"));
        ENSURE(change.avatar.has_value(), invalid_argument);
    }
    change.expiration_ms = number_of<uint64_t>(call, "expire_seconds", 1000);
    change.expiration_max_ms = number_of<uint64_t>(call, "expire_seconds_max", 1000);
    change.burn_seconds = number_of<uint32_t>(call, "burn_seconds", 1);
    change.burn_seconds_max = number_of<uint32_t>(call, "burn_seconds_max", 1);
    change.receipts = boolean_of(call, "receipts");
    change.typing = boolean_of(call, "typing");
    change.moderators_write_only = boolean_of(call, "moderators_write_only");
    return change;
}

Result<Answer> conversations(Call& call) {
    Json list = Json::array();
    for (const core::ConversationView& view : call.messenger.conversations()) {
        list.push_back(json_of(view));
    }
    return at_once({{"conversations", std::move(list)}});
}

Result<Answer> create(Call& call) {
    TRY_ASSIGN(const core::StateChange wanted, change_of(call));
    const auto kind =
        call.boolean("room") ? core::ConversationKind::room : core::ConversationKind::group;
    TRY_ASSIGN(auto created, call.messenger.create_group(kind, core::apply_change({}, wanted),
                                                         call.now, call.account.entropy()));
    TRY(call.account.perform(std::move(created.effects)));
    return Answer{result_of(created.conversation), created.operation, {}};
}

Result<Answer> begin_change(Call& call, const ConversationId& id, const core::StateChange& wanted) {
    return begin(
        call, call.messenger.change_conversation(id, wanted, call.now, call.account.entropy()), id);
}

Result<Answer> change(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    TRY_ASSIGN(const core::StateChange wanted, change_of(call));
    return begin_change(call, id, wanted);
}

Result<Answer> avatar(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    TRY_ASSIGN(const core::ConversationState state, call.messenger.state(id));
    return at_once({{"avatar", json_text(to_base64url(state.avatar))}});
}

Result<Answer> moderator(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    TRY_ASSIGN(const core::MemberView member, member_named(call, id));
    core::StateChange wanted;
    (call.boolean("on") ? wanted.add_moderators : wanted.drop_moderators) = {member.account};
    return begin_change(call, id, wanted);
}

Result<Answer> reader(Call& call) {
    TRY_ASSIGN(const ConversationId id, group_named(call));
    TRY_ASSIGN(const core::MemberView member, member_named(call, id));
    core::StateChange wanted;
    (call.boolean("on") ? wanted.add_readers : wanted.drop_readers) = {member.account};
    return begin_change(call, id, wanted);
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
    TRY_ASSIGN(const core::MemberView member, member_named(call, id));
    return begin(call,
                 call.messenger.remove_member(id, member.account, call.now, call.account.entropy()),
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
    return at_once({{"link", json_text(made.first)},
                    {"uses", uses},
                    {"expires_at", (call.now + lifetime).ms}});
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

constexpr Field member_field{
    "who", text, "a member's handle, its name, display name, or account id or its beginning"};
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
         "Removes a member, who reads nothing from then on. Only moderators may.",
         {group, member_field, timeout},
         {result_conversation},
         remove},
        {"group.moderator",
         "Makes a member a moderator, or no longer one. Only moderators may.",
         {group, member_field, {"on", boolean, "false: no longer"}, timeout},
         {result_conversation},
         moderator},
        {"group.reader",
         "Lets a member only read, or write again. Only moderators may.",
         {group, member_field, {"on", boolean, "false: no longer"}, timeout},
         {result_conversation},
         reader},
        {"group.link",
         "Makes a link by which whoever has it may join.",
         {group,
          {"uses", integer, "1 if not given", false, {}, 1, link_uses_max},
          {"lifetime_seconds", integer, "7 days if not given", false, {}, 1, seconds_max}},
         {{"link", text, "`mayfly-group:` and more; whoever has it may join"},
          {"uses", integer, "how many it lets in"},
          {"expires_at", integer, "ms since 1970"}},
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
         with_state_fields({name_field, {"room", boolean, "only moderators change it", false}}),
         {result_conversation},
         create},
        {"group.change",
         "Changes what is given. In a group everybody who may write sets name, topic, avatar, "
         "`expire_seconds` and `burn_seconds`; the rest, and everything in a room, is for "
         "moderators.",
         with_state_fields({group, optional_of(name_field)}),
         {result_conversation},
         change},
        {"group.avatar",
         "The picture of a group, if its `has_avatar` says that there is one.",
         {group},
         {{"avatar", text, "an image in base64url, or empty"}},
         avatar},
    };
    for (Method& method : membership_methods()) all.push_back(std::move(method));
    return all;
}

}  // namespace mayfly::rpc
