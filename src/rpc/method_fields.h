// What the tables of methods share.
#pragma once

#include "rpc/schema.h"

namespace mayfly::rpc {

// The parts of the table: methods() joins them.
std::vector<Method> service_methods();
std::vector<Method> account_methods();
std::vector<Method> contact_methods();
std::vector<Method> device_methods();
std::vector<Method> file_methods();
std::vector<Method> group_methods();
std::vector<Method> message_methods();
std::vector<Method> content_methods();
std::vector<Method> push_methods();
std::vector<Method> trust_methods();

constexpr int64_t list_limit_max = 1000;
constexpr int64_t list_limit_default = 100;

constexpr Field who{"who", Type::text,
                    "handle, its name, display name, or account id or its beginning"};
constexpr Field who_or_group{
    "who", Type::text, "as elsewhere; or a group's name, or its conversation id or its beginning"};
constexpr Field id{"id", Type::text, "id, or at least 8 characters of its beginning"};
constexpr Field timeout{"timeout_ms",
                        Type::integer,
                        "answer with `timed_out` then; what was begun goes on. Not given: no limit",
                        false,
                        {},
                        1,
                        core::expiration_max.ms};
constexpr int64_t seconds_max = core::expiration_max.ms / 1000;
constexpr Field expire_seconds{"expire_seconds",
                               Type::integer,
                               "from sending; not given: as the conversation's settings say",
                               false,
                               {},
                               core::expiration_min.ms / 1000,
                               seconds_max};
constexpr Field burn_seconds{"burn_seconds",
                             Type::integer,
                             "from opening; 0: it does not burn; not given: as the settings say",
                             false,
                             {},
                             0,
                             seconds_max};
constexpr Field limit_field{"limit", Type::integer, "how many at most; 100 if not given", false, {},
                            1,       list_limit_max};
constexpr Field result_more{"more", Type::boolean, "there are more than these"};
constexpr Field result_conversation{"conversation", Type::text, "conversation id"};
constexpr Field result_id{"id", Type::text, "message id"};
constexpr Field optional_of(Field field) {
    field.required = false;
    return field;
}

// conversation_of finds whom `who` means: somebody we know, or a group.
Result<core::ConversationId> conversation_of(const Call& call, std::string_view param = "who");
// message_named finds the message that `id` means.
Result<core::MessageView> message_named(const Call& call);
core::SendOptions send_options(const Call& call);
// answer_sent performs what a message of ours starts with; the answer is its id.
Result<Answer> answer_sent(Call& call, Result<core::Messenger::SendStarted> started,
                           const core::ConversationId& conversation);
Json id_result(const core::MessageId& message);
// list_of gives as many messages as limit and size allow, from the first one on.
Json list_of(const std::vector<core::MessageView>& messages, size_t first, size_t limit);

inline Answer at_once(Json result) { return {std::move(result), 0, {}}; }

}  // namespace mayfly::rpc
