#include "rpc/server.h"

#include <algorithm>

#include "rpc/server_state.h"

namespace mayfly::rpc {
namespace {

// JSON-RPC 2.0 section 5.1, and one code for whatever core says no to: `data.code` names it.
constexpr int code_parse_error = -32700;
constexpr int code_invalid_request = -32600;
constexpr int code_unknown_method = -32601;
constexpr int code_invalid_params = -32602;
constexpr int code_failed = -32000;

Json error_message(const Json& id, int code, std::string_view text, Json data) {
    Json error{{"code", code}, {"message", json_text(text)}};
    if (!data.is_null()) error["data"] = std::move(data);
    return {{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}};
}

// Parameters by position become parameters by name. False: there are more than names.
bool name_params(const Method& method, Json& params) {
    if (!params.is_array()) return true;
    if (params.size() > method.params.size()) return false;
    Json named = Json::object();
    for (size_t i = 0; i < params.size(); i++) {
        named[WipedString(method.params[i].name)] = std::move(params[i]);
    }
    params = std::move(named);
    return true;
}

bool is_id(const Json& id) { return id.is_string() || id.is_number() || id.is_null(); }

}  // namespace

std::string_view Call::text(std::string_view name) const {
    const auto found = params.find(name);
    if (found == params.end()) return {};
    return view_of(found->get_ref<const WipedString&>());
}
int64_t Call::integer(std::string_view name, int64_t otherwise) const {
    const auto found = params.find(name);
    return found == params.end() ? otherwise : found->get<int64_t>();
}
bool Call::boolean(std::string_view name) const {
    const auto found = params.find(name);
    return found != params.end() && found->get<bool>();
}
std::vector<std::string_view> Call::texts(std::string_view name) const {
    std::vector<std::string_view> out;
    const auto found = params.find(name);
    if (found == params.end()) return out;
    for (const Json& item : *found) out.push_back(view_of(item.get_ref<const WipedString&>()));
    return out;
}

std::vector<int64_t> Call::integers(std::string_view name) const {
    std::vector<int64_t> out;
    const auto found = params.find(name);
    if (found == params.end()) return out;
    for (const Json& item : *found) out.push_back(item.get<int64_t>());
    return out;
}

Server::Server() = default;
Server::~Server() = default;

// --- lines in -----------------------------------------------------------------------------------

void Server::receive(ClientId client, BytesView line, Time now) {
    const Origin unknown{client, nullptr, nullptr, false};
    auto parsed = parse_json(line);
    if (!parsed.ok()) {
        return answer(unknown, error_message(nullptr, code_parse_error, "not JSON, or too large",
                                             json_of(parsed.error())));
    }
    if (!parsed->is_array()) return take_request(client, std::move(*parsed), nullptr, now);
    if (parsed->empty() || parsed->size() > batch_requests_max) {
        return answer(unknown, error_message(nullptr, code_invalid_request,
                                             "a batch has 1 to 100 requests", nullptr));
    }
    auto batch = std::make_shared<Batch>();
    batch->open = parsed->size();
    for (Json& request : *parsed) take_request(client, std::move(request), batch, now);
}

void Server::take_request(ClientId client, Json request, std::shared_ptr<Batch> batch, Time now) {
    Request taken{{client, nullptr, std::move(batch), false}, nullptr, Json::object()};
    const auto refuse = [&](int code, std::string_view text) {
        answer(taken.origin, error_message(taken.origin.id, code, text, nullptr));
    };
    if (!request.is_object()) return refuse(code_invalid_request, "a request is an object");
    if (const auto id = request.find("id"); id != request.end()) {
        if (!is_id(*id)) return refuse(code_invalid_request, "id is a string or a number");
        taken.origin.id = *id;
    }
    const auto version = request.find("jsonrpc");
    if (version == request.end() || *version != "2.0") {
        return refuse(code_invalid_request, "jsonrpc must be \"2.0\"");
    }
    const auto name = request.find("method");
    if (name == request.end() || !name->is_string()) {
        return refuse(code_invalid_request, "method is missing");
    }
    taken.origin.silent = !request.contains("id");
    taken.method = find_method(view_of(name->get_ref<const WipedString&>()));
    if (taken.method == nullptr) return refuse(code_unknown_method, "no such method");
    if (const auto params = request.find("params"); params != request.end()) {
        taken.params = std::move(*params);
    }
    if (!name_params(*taken.method, taken.params)) {
        return refuse(code_invalid_params, "too many parameters");
    }
    std::vector<Field> fields = taken.method->params;
    fields.push_back(account_field());
    const std::string wrong = misfit(taken.params, fields, false);
    if (!wrong.empty()) return refuse(code_invalid_params, wrong);
    dispatch(std::move(taken), now);
}

void Server::dispatch(Request request, Time now) {
    const std::string_view name = request.method->name;
    if (request.method->handler != nullptr) {
        const auto index = account_of(request.params);
        if (!index) {
            return answer(
                request.origin,
                error_message(request.origin.id, code_invalid_params,
                              "account: no such one, or several to choose from", nullptr));
        }
        return run(std::move(request), *index, now);
    }
    if (name == "accounts") return answer_result(request.origin, accounts_result());
    if (name == "rpc.discover") return answer_result(request.origin, discovery());
    Json result = subscribe(request, name == "subscribe", now);
    if (result.is_null()) {
        return answer(request.origin, error_message(request.origin.id, code_invalid_params,
                                                    "no such event or account", nullptr));
    }
    answer_result(request.origin, std::move(result));
    for (AccountIndex i = 0; i < accounts_.size(); i++) {
        const auto client = clients_.find(request.origin.client);
        if (client != clients_.end()) push_messages(client->second, i, now);
    }
}

void Server::run(Request request, AccountIndex index, Time now) {
    Account& account = accounts_[index];
    const auto client = clients_.find(request.origin.client);
    if (client == clients_.end()) return;
    if (client->second.waiting + group_.size() >= client_waiting_max) {
        return answer_error(request.origin, MAYFLY_ERROR(quota_exceeded), nullptr);
    }
    if (account.port->messenger() == nullptr) {
        client->second.waiting++;
        account.parked.push_back(std::move(request));
        return;
    }
    Call call{*account.port, *account.port->messenger(), request.params, now};
    in_handler_ = true;
    auto answered = request.method->handler(call);
    in_handler_ = false;
    auto early = std::exchange(ended_early_, {});
    std::optional<Status> ended;
    if (answered.ok()) {
        if (const auto own = early.extract(answered->operation)) ended = own.mapped();
    }
    for (const auto& [operation, result] : early) {
        on_event(index, core::OperationEnded{operation, result}, now);
    }
    if (!answered.ok()) return answer_error(request.origin, answered.error(), nullptr);
    if (request.method->name == "ack") push_all(index, now);
    Waiting waiting{std::move(request.origin), index, std::move(*answered), std::nullopt};
    if (call.has("timeout_ms")) {
        waiting.deadline = now + Duration::milliseconds(call.integer("timeout_ms", 0));
    }
    if (!grouping_) return settle(std::move(waiting), ended, now);
    group_.emplace_back(std::move(waiting), ended);
}

void Server::end_group(const Status& durable, Time now) {
    grouping_ = false;
    for (auto& [waiting, ended] : std::exchange(group_, {})) {
        if (durable.ok()) {
            settle(std::move(waiting), ended, now);
        } else {
            answer_error(waiting.origin, durable.error(), nullptr);
        }
    }
}

// settle answers what has ended, and keeps the rest until it has.
void Server::settle(Waiting waiting, const std::optional<Status>& ended, Time now) {
    if (waiting.answer.operation == 0) return finish(std::move(waiting), {}, now);
    if (ended) return finish(std::move(waiting), *ended, now);
    if (const auto still = clients_.find(waiting.origin.client); still != clients_.end()) {
        still->second.waiting++;
        waiting_.push_back(std::move(waiting));
    }
}

void Server::finish(Waiting waiting, Status ended, Time now) {
    Answer& answer = waiting.answer;
    if (!ended.ok()) return answer_error(waiting.origin, ended.error(), answer.result);
    if (!answer.finish) return answer_result(waiting.origin, std::move(answer.result));
    core::Messenger* messenger = accounts_[waiting.account].port->messenger();
    if (messenger == nullptr) {
        return answer_error(waiting.origin, MAYFLY_ERROR(store_locked), answer.result);
    }
    auto result = answer.finish(*messenger, now);
    if (!result.ok()) return answer_error(waiting.origin, result.error(), answer.result);
    answer_result(waiting.origin, std::move(*result));
}

// --- accounts -----------------------------------------------------------------------------------

AccountIndex Server::add_account(AccountPort& port, std::string home) {
    accounts_.push_back({&port, std::move(home), account_id_of(port), {}});
    return accounts_.size() - 1;
}

void Server::account_left(AccountIndex index) {
    const auto ends = std::stable_partition(
        waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.account != index; });
    std::vector<Waiting> left(std::make_move_iterator(ends),
                              std::make_move_iterator(waiting_.end()));
    waiting_.erase(ends, waiting_.end());
    for (Waiting& one : left) {
        release(one.origin.client);
        answer_error(one.origin, MAYFLY_ERROR(store_locked), one.answer.result);
    }
}

void Server::account_returned(AccountIndex index, Time now) {
    std::deque<Request> parked = std::exchange(accounts_[index].parked, {});
    for (Request& request : parked) {
        release(request.origin.client);
        run(std::move(request), index, now);
    }
    push_all(index, now);
}

bool Server::has_waiting(AccountIndex index) const {
    return std::any_of(waiting_.begin(), waiting_.end(),
                       [&](const Waiting& one) { return one.account == index; });
}

std::optional<AccountIndex> Server::account_of(const Json& params) const {
    const auto given = params.find("account");
    if (given == params.end()) {
        return accounts_.size() == 1 ? std::optional<AccountIndex>(0) : std::nullopt;
    }
    const std::string_view name = view_of(given->get_ref<const WipedString&>());
    for (AccountIndex i = 0; i < accounts_.size(); i++) {
        if (name == accounts_[i].home || name == accounts_[i].account_id()) return i;
    }
    return std::nullopt;
}

Json Server::accounts_result() const {
    Json list = Json::array();
    for (const Account& account : accounts_) {
        list.push_back({{"account", json_text(account.account_id())},
                        {"home", json_text(account.home)},
                        {"available", account.port->messenger() != nullptr}});
    }
    return {{"accounts", std::move(list)}};
}

// --- answers ------------------------------------------------------------------------------------

void Server::answer(const Origin& origin, Json message) {
    const auto client = clients_.find(origin.client);
    if (client == clients_.end()) return;
    if (origin.batch) {
        if (!origin.silent) origin.batch->answers.push_back(std::move(message));
        if (--origin.batch->open > 0 || origin.batch->answers.empty()) return;
        message = std::move(origin.batch->answers);
    } else if (origin.silent) {
        return;
    }
    client->second.queue(write_json(message));
}

void Server::answer_result(const Origin& origin, Json result) {
    if (result.is_null()) result = Json::object();
    answer(origin, {{"jsonrpc", "2.0"}, {"id", origin.id}, {"result", std::move(result)}});
}

void Server::answer_error(const Origin& origin, Error error, const Json& known) {
    Json data{{"code", error_name(error.code)}};
    if (known.is_object() && !known.empty()) data["known"] = known;
    answer(origin, error_message(origin.id, code_failed, error_text(error.code), std::move(data)));
}

}  // namespace mayfly::rpc
