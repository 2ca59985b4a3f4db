// What the tables of methods share.
#pragma once

#include "rpc/schema.h"

namespace mayfly::rpc {

// The parts of the table: methods() joins them.
std::vector<Method> service_methods();
std::vector<Method> account_methods();
std::vector<Method> contact_methods();
std::vector<Method> device_methods();
std::vector<Method> group_methods();
std::vector<Method> message_methods();
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
constexpr Field result_id{"id", Type::text, "message id"};
constexpr Field optional_of(Field field) {
    field.required = false;
    return field;
}

inline Answer at_once(Json result) { return {std::move(result), 0, {}}; }

}  // namespace mayfly::rpc
