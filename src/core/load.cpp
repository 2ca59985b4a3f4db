#include "core/machine.h"

namespace mayfly::core {
namespace {

// scan_rows hands every row with a prefix to `take`, which gets the key behind the prefix.
template <class Row, class Take>
Status scan_rows(StorePort& store, const Bytes& prefix, const Take& take) {
    std::optional<Error> failed;
    TRY(store.scan(prefix, [&](BytesView key, SecretBuffer value) {
        auto row = decode_row<Row>(value.expose());
        if (!row.ok()) {
            failed = row.error();
            return false;
        }
        take(key.subspan(prefix.size()), std::move(row).value());
        return true;
    }));
    if (failed) return *failed;
    return {};
}
template <class Row, class Take>
Status scan_rows(StorePort& store, char kind, const Take& take) {
    return scan_rows<Row>(store, row_key::prefix(kind), take);
}

template <class Row>
Status load_row(StorePort& store, const Bytes& key, std::optional<Row>& out) {
    TRY_ASSIGN(const std::optional<SecretBuffer> value, store.get(key));
    if (!value) return {};
    TRY_ASSIGN(Row row, decode_row<Row>(value->expose()));
    out = std::move(row);
    return {};
}

Status load_group_tables(StorePort& store, Tables& tables) {
    const auto by_conversation = [](auto& table) {
        return [&table](BytesView key, auto row) {
            if (const auto id = ConversationId::from(key)) {
                table.insert_or_assign(*id, std::move(row));
            }
        };
    };
    TRY(scan_rows<RosterRow>(store, row_kind::roster, by_conversation(tables.rosters)));
    TRY(scan_rows<RepairRow>(store, row_kind::repair, by_conversation(tables.repairs)));
    TRY(scan_rows<DepartingRow>(store, row_kind::departing, by_conversation(tables.departing)));
    TRY(scan_rows<PlanRow>(store, row_kind::plan, by_conversation(tables.plans)));
    TRY(scan_rows<TreeUploadRow>(store, row_key::said(row_kind::tree_upload),
                                 by_conversation(tables.tree_uploads)));
    TRY(scan_rows<OfferRow>(store, row_kind::offer, by_conversation(tables.offers)));
    TRY(scan_rows<OwedHistoryRow>(store, row_kind::owed_history,
                                  by_conversation(tables.owed_histories)));
    TRY(scan_rows<TicketRow>(store, row_kind::ticket, [&](BytesView, TicketRow row) {
        tables.tickets[row.conversation].insert_or_assign(row.device, std::move(row));
    }));
    TRY(scan_rows<SettingsRow>(store, row_key::said(row_kind::settings),
                               by_conversation(tables.settings)));
    TRY(scan_rows<LocalRow>(store, row_key::said(row_kind::local_settings),
                            by_conversation(tables.local_settings)));
    TRY(load_row(store, row_key::pairing(), tables.pairing));
    TRY(load_row(store, row_key::recovery(), tables.recovery));
    TRY(scan_rows<DeviceNameRow>(store, row_kind::device_name, [&](BytesView key, auto row) {
        if (const auto id = wire::DeviceId::from(key)) {
            tables.device_names.insert_or_assign(*id, std::move(row));
        }
    }));
    TRY(scan_rows<SyncRow>(store, row_kind::sync, [&](BytesView key, SyncRow row) {
        codec::Reader reader(key);
        tables.syncs.insert_or_assign(reader.u64(), std::move(row));
    }));
    return scan_rows<PersonRow>(store, row_kind::person, [&](BytesView, PersonRow row) {
        tables.people.insert_or_assign(row.person.account, std::move(row));
    });
}

}  // namespace

Result<std::optional<Time>> first_expiry(StorePort& store) {
    std::optional<Time> first;
    std::optional<Error> failed;
    TRY(store.scan(row_key::prefix(row_kind::expiry), [&](BytesView key, SecretBuffer) {
        const auto parsed = parse_expiry_key(key);
        if (parsed.ok()) {
            first = parsed->at;
        } else {
            failed = parsed.error();
        }
        return false;
    }));
    if (failed) return *failed;
    return first;
}

Status load_tables(StorePort& store, Tables& tables) {
    TRY(load_row(store, row_key::account(), tables.account));
    std::optional<CountersRow> counters;
    TRY(load_row(store, row_key::counters(), counters));
    if (counters) tables.counters = *counters;
    TRY(scan_rows<RelayRow>(store, row_kind::relay, [&](BytesView key, RelayRow row) {
        tables.relays.insert_or_assign(std::string(as_text(key)), std::move(row));
    }));
    TRY(scan_rows<ContactRow>(store, row_kind::contact, [&](BytesView, ContactRow row) {
        tables.contacts.insert_or_assign(row.account, std::move(row));
    }));
    TRY(scan_rows<ConversationRow>(
        store, row_kind::conversation, [&](BytesView, ConversationRow row) {
            tables.conversations.insert_or_assign(row.info.conversation, std::move(row));
        }));
    TRY(scan_rows<CreationRow>(store, row_kind::creation, [&](BytesView key, CreationRow row) {
        if (const auto id = ConversationId::from(key)) {
            tables.creations.insert_or_assign(*id, std::move(row));
        }
    }));
    TRY(scan_rows<OutboxRow>(store, row_kind::outbox, [&](BytesView, OutboxRow row) {
        tables.outbox.insert_or_assign(row.order, std::move(row));
    }));
    TRY(scan_rows<RemovalRow>(store, row_kind::removal, [&](BytesView key, RemovalRow row) {
        codec::Reader reader(key);
        tables.removals.insert_or_assign(reader.u64(), std::move(row));
    }));
    TRY(load_group_tables(store, tables));
    Transfers& transfers = tables.transfers;
    TRY(scan_rows<UploadRow>(store, row_kind::upload, [&](BytesView, UploadRow row) {
        const MessageId id = row.id;
        transfers.uploads[id].row = std::move(row);
    }));
    TRY(scan_rows<DownloadRow>(store, row_kind::download, [&](BytesView, DownloadRow row) {
        const MessageId id = row.id;
        transfers.downloads[id].row = std::move(row);
    }));
    TRY(scan_rows<BlobTokenRow>(
        store, row_kind::blob_removal, [&](BytesView key, BlobTokenRow row) {
            codec::Reader reader(key);
            transfers.removals.insert_or_assign(reader.u64(), std::move(row));
        }));
    TRY(scan_rows<TrustRow>(store, row_kind::trust, [&](BytesView, TrustRow row) {
        tables.trust.insert_or_assign(row.account, std::move(row));
    }));
    TRY(load_row(store, row_key::deletion(), tables.deletion));
    TRY_ASSIGN(tables.next_expiry, first_expiry(store));
    return {};
}

}  // namespace mayfly::core
