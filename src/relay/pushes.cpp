#include "crypto/signature.h"
#include "relay/context.h"
#include "relay/push_endpoint.h"

namespace mayfly::relay {
namespace {

Bytes push_row_key(const wire::QueueId& queue) { return table_key(Table::push, queue); }

}  // namespace

Reply handle(Context& context, const wire::PushSet& request) {
    TRY(opened_queue(context, request.queue));
    ENSURE(context.config.push_key.has_value(), not_authorized);
    TRY(parse_push_endpoint(request.endpoint));
    ENSURE(
        crypto::signature_check_public_key(crypto::SignatureId::ecdsa_p256, request.p256dh.view())
            .ok(),
        malformed_input);
    PushRow row{request.endpoint, request.p256dh, request.auth};
    TRY_ASSIGN(const auto before, context.transaction.load<PushRow>(push_row_key(request.queue)));
    if (before == row) return wire::ReplyBody(wire::Done{});
    ENSURE(context.connection.creations.take(context.config.rates.creations_per_connection,
                                             context.now),
           rate_limited);
    context.transaction.save(push_row_key(request.queue), row);
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::PushRemove& request) {
    TRY(opened_queue(context, request.queue));
    context.transaction.erase(push_row_key(request.queue));
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::PushQuery& request) {
    TRY(opened_queue(context, request.queue));
    TRY_ASSIGN(const auto row, context.transaction.get(push_row_key(request.queue)));
    wire::PushState reply;
    if (context.config.push_key) reply.server_key = to_bytes(context.config.push_key->view());
    reply.is_set = row.has_value();
    return wire::ReplyBody(std::move(reply));
}

Status forget_push(Transaction& transaction, const wire::QueueId& queue,
                   std::string_view endpoint) {
    TRY_ASSIGN(const auto row, transaction.load<PushRow>(push_row_key(queue)));
    // The device may have subscribed anew meanwhile.
    if (row && row->endpoint == endpoint) transaction.erase(push_row_key(queue));
    return {};
}

}  // namespace mayfly::relay
