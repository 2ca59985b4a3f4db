#include "crypto/signature.h"
#include "relay/context.h"
#include "wire/account_record.h"

namespace mayfly::relay {
namespace {

Bytes account_key(const wire::AccountId& account) { return table_key(Table::account, account); }
Bytes record_key(const wire::AccountId& account, uint64_t number) {
    return table_key(Table::record, account, number);
}
// Where the proof of a deletion is kept: no record has this number.
Bytes deletion_key(const wire::AccountId& account) { return record_key(account, UINT64_MAX); }
Bytes handle_key(const std::string& name) {
    Bytes key = table_key(Table::handle);
    append(key, as_bytes(name));
    return key;
}

std::set<std::string> own_names(const RelayConfig& config, const wire::AccountRecord& record) {
    std::set<std::string> out;
    for (const wire::HandleEntry& handle : record.handles) {
        if (is_own_relay(config, handle.relay)) out.insert(handle.name);
    }
    return out;
}

// Names that the account gave up are free again; new ones must not be another's.
Status claim_names(Context& context, const wire::AccountId& account,
                   const std::set<std::string>& before, const std::set<std::string>& after) {
    for (const std::string& name : after) {
        TRY_ASSIGN(const auto holder, context.transaction.load<HandleRow>(handle_key(name)));
        ENSURE(!holder || holder->account == account, handle_taken);
        if (!holder) context.transaction.save(handle_key(name), HandleRow{account});
    }
    for (const std::string& name : before) {
        if (after.contains(name)) continue;
        TRY_ASSIGN(const auto holder, context.transaction.load<HandleRow>(handle_key(name)));
        if (holder && holder->account == account) context.transaction.erase(handle_key(name));
    }
    return {};
}

Result<Bytes> stored_record(Context& context, const wire::AccountId& account, uint64_t number) {
    TRY_ASSIGN(auto row, context.transaction.load<BlobRow>(record_key(account, number)));
    ENSURE(row.has_value(), store_corrupt);
    return std::move(row->bytes);
}

// record_list gives the records from `first` on that fit one reply.
Result<wire::RecordList> record_list(Context& context, const wire::AccountId& account,
                                     uint64_t first, uint64_t latest) {
    wire::RecordList list;
    size_t size_bytes = 0;
    for (uint64_t number = first; number <= latest; ++number) {
        if (list.records.size() == wire::account_records_per_reply_max) break;
        TRY_ASSIGN(auto record, stored_record(context, account, number));
        size_bytes += record.size();
        if (size_bytes > records_per_reply_size_bytes_max) break;
        list.records.push_back(std::move(record));
    }
    return list;
}

// A tombstone from before proofs were kept has none.
Result<wire::RecordDeleted> proof_of_deletion(Context& context, const wire::AccountId& account) {
    TRY_ASSIGN(const auto row, context.transaction.load<BlobRow>(deletion_key(account)));
    ENSURE(row.has_value(), unknown_record);
    auto proof = codec::decode<wire::RecordDeleted>(row->bytes);
    ENSURE(proof.ok(), store_corrupt);
    return proof;
}

}  // namespace

Reply handle(Context& context, const wire::RecordPut& request) {
    TRY_ASSIGN(const auto record, wire::verify_account_record(request.record));
    const wire::AccountId account = wire::account_id_of(record.account_key);
    TRY_ASSIGN(const auto known, context.transaction.load<AccountRow>(account_key(account)));
    ENSURE(!known || !known->is_deleted(), stale_record);
    const uint64_t latest = known ? known->latest : 0;
    if (record.number <= latest) {
        TRY_ASSIGN(const auto stored, stored_record(context, account, record.number));
        ENSURE(stored == request.record, stale_record);
        return wire::ReplyBody(wire::Done{});
    }
    // The chain is whole here from its first record on.
    ENSURE(record.number == latest + 1, unknown_record);
    ENSURE(record.number <= records_per_account_max, quota_exceeded);
    ENSURE(context.connection.creations.take(context.config.rates.creations_per_connection,
                                             context.now),
           rate_limited);
    std::set<std::string> names_before;
    if (known) {
        TRY_ASSIGN(const auto stored, stored_record(context, account, latest));
        const auto previous = wire::verify_account_record(stored);
        ENSURE(previous.ok(), store_corrupt);
        TRY(wire::check_successor(*previous, stored, record));
        names_before = own_names(context.config, *previous);
    }
    TRY(claim_names(context, account, names_before, own_names(context.config, record)));
    context.transaction.save(account_key(account), AccountRow{record.number});
    context.transaction.save(record_key(account, record.number), BlobRow{request.record});
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::RecordGet& request) {
    TRY_ASSIGN(const auto known,
               context.transaction.load<AccountRow>(account_key(request.account)));
    ENSURE(known.has_value(), unknown_record);
    if (known->is_deleted()) {
        TRY_ASSIGN(auto proof, proof_of_deletion(context, request.account));
        return wire::ReplyBody(std::move(proof));
    }
    if (request.after_number >= known->latest) return wire::ReplyBody(wire::RecordList{});
    TRY_ASSIGN(auto list,
               record_list(context, request.account, request.after_number + 1, known->latest));
    return wire::ReplyBody(std::move(list));
}

Reply handle(Context& context, const wire::RecordDelete& request) {
    ENSURE(crypto::verify(crypto::SignatureId::ed25519, request.account_key.view(),
                          wire::record_delete_to_sign(request.account_key), request.proof.view())
               .ok(),
           not_authorized);
    const wire::AccountId account = wire::account_id_of(request.account_key);
    TRY_ASSIGN(const auto known, context.transaction.load<AccountRow>(account_key(account)));
    ENSURE(known.has_value(), unknown_record);
    if (known->is_deleted()) return wire::ReplyBody(wire::Done{});
    TRY_ASSIGN(const auto stored, stored_record(context, account, known->latest));
    const auto newest = wire::verify_account_record(stored);
    ENSURE(newest.ok(), store_corrupt);
    TRY(claim_names(context, account, own_names(context.config, *newest), {}));
    for (uint64_t number = 1; number <= known->latest; ++number) {
        context.transaction.erase(record_key(account, number));
    }
    context.transaction.save(account_key(account), AccountRow{UINT64_MAX});
    const wire::RecordDeleted proof{request.account_key, request.proof};
    context.transaction.save(deletion_key(account), BlobRow{codec::encode(proof)});
    return wire::ReplyBody(wire::Done{});
}

Reply handle(Context& context, const wire::HandleGet& request) {
    const auto name = wire::fold_handle_name(request.name);
    ENSURE(name.ok(), malformed_input);
    TRY_ASSIGN(const auto holder, context.transaction.load<HandleRow>(handle_key(*name)));
    ENSURE(holder.has_value(), unknown_record);
    TRY_ASSIGN(const auto known,
               context.transaction.load<AccountRow>(account_key(holder->account)));
    ENSURE(known.has_value(), store_corrupt);
    // The newest ones: whoever asks for a name wants what holds now.
    constexpr uint64_t count = wire::account_records_per_reply_max;
    const uint64_t first = known->latest > count ? known->latest - count + 1 : 1;
    TRY_ASSIGN(auto list, record_list(context, holder->account, first, known->latest));
    return wire::ReplyBody(std::move(list));
}

}  // namespace mayfly::relay
