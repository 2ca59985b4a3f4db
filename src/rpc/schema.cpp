#include "rpc/schema.h"

#include <algorithm>

namespace mayfly::rpc {
namespace {

std::string misfit_of_list(const Json& value, const Field& field);

// misfit_of_value says what is wrong after "NAME ", or nothing.
std::string misfit_of_value(const Json& value, const Field& field) {
    switch (field.type) {
        case Type::text: return value.is_string() ? "" : "must be a string";
        case Type::boolean: return value.is_boolean() ? "" : "must be true or false";
        case Type::any: return "";
        case Type::texts:
        case Type::integers:
        case Type::objects: return misfit_of_list(value, field);
        case Type::object: {
            if (!value.is_object()) return "must be an object";
            const std::string inner = misfit(value, object_of(field.object).fields, true);
            return inner.empty() ? "" : "has a part that does not fit: " + inner;
        }
        case Type::integer: break;
    }
    if (!value.is_number_integer()) return "must be an integer";
    const bool too_large =
        value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{INT64_MAX};
    if (too_large || value.get<int64_t>() > field.max || value.get<int64_t>() < field.min) {
        return "must be from " + std::to_string(field.min) + " to " + std::to_string(field.max);
    }
    return "";
}

std::string misfit_of_list(const Json& value, const Field& field) {
    if (!value.is_array()) return "must be a list";
    Field element = field;
    element.type = field.type == Type::texts      ? Type::text
                   : field.type == Type::integers ? Type::integer
                                                  : Type::object;
    for (const Json& item : value) {
        const std::string wrong = misfit_of_value(item, element);
        if (!wrong.empty()) return "has an element that " + wrong;
    }
    return "";
}

Json schema_of(const Field& field) {
    Json schema = Json::object();
    const auto reference_to = [&] {
        return WipedString("#/components/schemas/") + WipedString(field.object);
    };
    switch (field.type) {
        case Type::text: schema["type"] = "string"; break;
        case Type::boolean: schema["type"] = "boolean"; break;
        case Type::any: break;
        case Type::texts:
            schema["type"] = "array";
            schema["items"] = {{"type", "string"}};
            break;
        case Type::integers:
            schema["type"] = "array";
            schema["items"] = {{"type", "integer"}, {"minimum", field.min}};
            if (field.max != INT64_MAX) schema["items"]["maximum"] = field.max;
            break;
        case Type::object: schema["$ref"] = reference_to(); break;
        case Type::objects:
            schema["type"] = "array";
            schema["items"] = {{"$ref", reference_to()}};
            break;
        case Type::integer:
            schema["type"] = "integer";
            schema["minimum"] = field.min;
            if (field.max != INT64_MAX) schema["maximum"] = field.max;
    }
    if (!field.doc.empty()) schema["description"] = json_text(field.doc);
    return schema;
}

Json schema_of(const std::vector<Field>& fields) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const Field& field : fields) {
        properties[WipedString(field.name)] = schema_of(field);
        if (field.required) required.push_back(json_text(field.name));
    }
    return {{"type", "object"}, {"properties", properties}, {"required", required}};
}

Json params_of(const std::vector<Field>& fields) {
    Json params = Json::array();
    for (const Field& field : fields) {
        params.push_back({{"name", json_text(field.name)},
                          {"required", field.required},
                          {"schema", schema_of(field)}});
    }
    return params;
}

std::string type_text(const Field& field) {
    switch (field.type) {
        case Type::text: return "text";
        case Type::boolean: return "true or false";
        case Type::texts: return "list of texts";
        case Type::integers: return "list of integers";
        case Type::object: return std::string(field.object);
        case Type::objects: return "list of " + std::string(field.object);
        case Type::any: return "any";
        case Type::integer: break;
    }
    if (field.max == INT64_MAX) return "integer";
    return "integer, " + std::to_string(field.min) + " to " + std::to_string(field.max);
}

void append_fields(std::string& out, std::string_view title, const std::vector<Field>& fields) {
    if (fields.empty()) return;
    out += "\n| ";
    out += title;
    out += " | type | |\n|---|---|---|\n";
    for (const Field& field : fields) {
        out += "| `" + std::string(field.name) + "`" + (field.required ? "" : ", optional");
        out += " | " + type_text(field) + " | " + std::string(field.doc) + " |\n";
    }
}

}  // namespace

const Object& object_of(std::string_view name) {
    const auto& all = objects();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    MAYFLY_ASSERT(found != all.end());
    return *found;
}

const Method* find_method(std::string_view name) {
    const auto& all = methods();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    return found == all.end() ? nullptr : &*found;
}

const EventSpec* find_event(std::string_view name) {
    const auto& all = events();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    return found == all.end() ? nullptr : &*found;
}

std::string misfit(const Json& value, const std::vector<Field>& fields, bool open) {
    if (!value.is_object()) return "not an object";
    for (const Field& field : fields) {
        const auto found = value.find(field.name);
        if (found == value.end()) {
            if (field.required) return std::string(field.name) + " is missing";
            continue;
        }
        const std::string wrong = misfit_of_value(*found, field);
        if (!wrong.empty()) return std::string(field.name) + " " + wrong;
    }
    if (open) return "";
    for (const auto& item : value.items()) {
        const std::string_view name = view_of(item.key());
        const bool known = std::any_of(fields.begin(), fields.end(),
                                       [&](const Field& field) { return field.name == name; });
        if (!known) return "unknown parameter " + std::string(name.substr(0, 40));
    }
    return "";
}

Json discovery() {
    Json all = Json::array();
    for (const Method& method : methods()) {
        all.push_back({{"name", json_text(method.name)},
                       {"summary", json_text(method.doc)},
                       {"paramStructure", "either"},
                       {"params", params_of(method.params)},
                       {"result", {{"name", "result"}, {"schema", schema_of(method.result)}}}});
    }
    Json notifications = Json::array();
    for (const EventSpec& event : events()) {
        notifications.push_back({{"name", json_text(event.name)},
                                 {"summary", json_text(event.doc)},
                                 {"params", params_of(event.params)}});
    }
    Json schemas = Json::object();
    for (const Object& object : objects()) {
        schemas[WipedString(object.name)] = schema_of(object.fields);
        schemas[WipedString(object.name)]["description"] = json_text(object.doc);
    }
    return {{"openrpc", "1.2.6"},
            {"info", {{"title", "Mayfly"}, {"version", "1"}}},
            {"methods", all},
            {"x-notifications", notifications},
            {"components", {{"schemas", schemas}}}};
}

std::string reference() {
    std::string out = "## Methods\n";
    for (const Method& method : methods()) {
        out += "\n### " + std::string(method.name) + "\n" + std::string(method.doc) + "\n";
        append_fields(out, "parameter", method.params);
        append_fields(out, "result", method.result);
    }
    out += "\n## Notifications\n";
    for (const EventSpec& event : events()) {
        out += "\n### " + std::string(event.name) + "\n" + std::string(event.doc) + "\n";
        append_fields(out, "parameter", event.params);
    }
    out += "\n## Objects\n";
    for (const Object& object : objects()) {
        out += "\n### " + std::string(object.name) + "\n" + std::string(object.doc) + "\n";
        append_fields(out, "field", object.fields);
    }
    return out;
}

}  // namespace mayfly::rpc
