// What the API looks like, as data: fields, objects, methods and events. The dispatcher, the checks
// of parameters, docs/rpc-schema.json and the reference in docs/spec/rpc.md are derived from it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/messenger.h"
#include "rpc/json.h"

namespace mayfly::rpc {

enum class Type : uint8_t { text, integer, boolean, texts, integers, object, objects, any };

struct Field {
    std::string_view name;
    Type type = Type::text;
    std::string_view doc = {};
    bool required = true;
    std::string_view object = {};  // Type::object and objects: which
    int64_t min = 0;               // Type::integer and integers
    int64_t max = INT64_MAX;
};

struct Object {
    std::string_view name;
    std::string_view doc;
    std::vector<Field> fields;
};

// AccountPort: one account and the host that drives its messenger.
class AccountPort {
  public:
    virtual ~AccountPort() = default;
    // messenger is null while another process has its turn on the account's home.
    virtual core::Messenger* messenger() = 0;
    // perform makes the writes durable, then carries out the network effects and hands the events
    // to Server::on_event. On an error nothing of it happened.
    virtual Status perform(core::Effects effects) = 0;
    virtual Entropy& entropy() = 0;
    // files holds what is sent and fetched; null: neither can be.
    virtual core::FilePort* files() { return nullptr; }
    // is_file_name: `files` may be asked for it. new_file_name: of a download whose request names
    // no place; one that is no file's name: requests must.
    virtual bool is_file_name(std::string_view) const { return false; }
    virtual std::string new_file_name() { return {}; }
};

// Call: one request, with parameters that fit the method's fields.
struct Call {
    AccountPort& account;
    core::Messenger& messenger;
    const Json& params;
    Time now;

    bool has(std::string_view name) const { return params.contains(name); }
    std::string_view text(std::string_view name) const;  // empty if absent
    int64_t integer(std::string_view name, int64_t otherwise) const;
    bool boolean(std::string_view name) const;
    std::vector<std::string_view> texts(std::string_view name) const;
    std::vector<int64_t> integers(std::string_view name) const;
};

// Answer: the result, or what is known before an operation ends; then `finish`, if there is one,
// makes the result.
struct Answer {
    Json result;
    core::OperationId operation = 0;  // 0: answered at once
    std::function<Result<Json>(core::Messenger&, Time)> finish;
};
using Handler = Result<Answer> (*)(Call&);

struct Method {
    std::string_view name;
    std::string_view doc;
    std::vector<Field> params;
    std::vector<Field> result;
    Handler handler = nullptr;  // null: the server answers itself
};

struct EventSpec {
    std::string_view name;
    std::string_view doc;
    std::vector<Field> params;
};

const std::vector<Object>& objects();
const std::vector<Method>& methods();
const std::vector<EventSpec>& events();
const Object& object_of(std::string_view name);
const Method* find_method(std::string_view name);
const EventSpec* find_event(std::string_view name);

// misfit says what about `value` does not fit the fields; empty when all fits. Fields that are not
// in the list fit only when `open` (results may grow; parameters that nobody reads are mistakes).
std::string misfit(const Json& value, const std::vector<Field>& fields, bool open);

// discovery is the OpenRPC document of the API (https://spec.open-rpc.org), reference the same for
// people, in Markdown.
Json discovery();
std::string reference();

// What core gives, in JSON.
Json json_of(const core::AccountView& account);
Json json_of(const core::ContactView& contact);
Json json_of(const core::RequestView& request);
Json json_of(const core::MessageView& message);
Json json_of(const core::ConversationSettings& settings);
Json json_of(const core::ConversationView& conversation);
Json json_of(const core::OfferView& offer);
Json json_of(const core::MemberView& member);
Json json_of(const core::DeviceView& device);
const char* content_name(core::ContentType type);
const char* state_name(core::MessageState state);
Json json_of(const core::BlockedView& blocked);
Json json_of(const core::ProvenMessage& message);
std::string device_code_text(uint32_t code);  // six digits
Json json_of(Error error);

// notification_of gives an event's name and parameters, without `account`. MessageArrived and
// MessageSynced have none: the server adds the messages themselves.
struct Notification {
    std::string_view event;
    Json params;
};
std::optional<Notification> notification_of(const core::Event& event);

}  // namespace mayfly::rpc
