#include "crypto/signature.h"
#include "relay/context.h"

namespace mayfly::relay {

Reply handle(Context& context, const wire::VaultPut& request) {
    const Bytes signed_bytes =
        wire::vault_proof_to_sign(request.vault_key, request.version, request.ciphertext);
    ENSURE(crypto::verify(crypto::SignatureId::ed25519, request.vault_key.view(), signed_bytes,
                          request.proof.view())
               .ok(),
           not_authorized);
    // The end of a vault holds nothing, and nothing but the end has its version.
    ENSURE(request.ciphertext.empty() == (request.version == wire::vault_version_end),
           malformed_input);
    Bytes key = table_key(Table::vault, wire::vault_id_of(request.vault_key));
    TRY_ASSIGN(const auto stored, context.transaction.load<VaultRow>(key));
    if (stored) {
        const bool same =
            stored->version == request.version && stored->ciphertext == request.ciphertext;
        if (same) return wire::ReplyBody(wire::Done{});
        ENSURE(request.version > stored->version, stale_record);
    } else {
        ENSURE(context.connection.creations.take(context.config.rates.creations_per_connection,
                                                 context.now),
               rate_limited);
    }
    context.transaction.save(std::move(key), VaultRow{request.version, request.ciphertext});
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::VaultGet& request) {
    TRY_ASSIGN(auto stored,
               context.transaction.load<VaultRow>(table_key(Table::vault, request.vault)));
    ENSURE(stored && stored->version != wire::vault_version_end, unknown_record);
    return wire::ReplyBody(wire::VaultReply{stored->version, std::move(stored->ciphertext)});
}

}  // namespace mayfly::relay
