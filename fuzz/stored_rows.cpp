// deps: core relay wire mls
// max_len: 8192
//
// Rows as a damaged disk would give them back: the core's, the relay's and the vault. What is taken
// is written again as the same bytes; nothing else is taken. The first byte says which row it is.
#include "core/content_rows.h"
#include "core/rows.h"
#include "core/transfers.h"
#include "core/trust_rows.h"
#include "core/vault.h"
#include "relay/rows.h"
#include "util/duration.h"

namespace mayfly {
namespace {

template <class Row>
void check_core_row(BytesView input) {
    const auto row = core::decode_row<Row>(input);
    if (row.ok()) MAYFLY_ASSERT(equal(codec::encode_secret(*row).expose(), input));
}

template <class Row>
void check_relay_row(BytesView input) {
    const auto row = relay::Transaction::decode_row<Row>(input);
    if (row.ok()) MAYFLY_ASSERT(equal(codec::encode(*row), input.subspan(1)));
}

void check_expiry_key(BytesView input) {
    const auto key = core::parse_expiry_key(input);
    if (key.ok())
        MAYFLY_ASSERT(equal(core::row_key::expiry(key->at, key->kind, key->subject), input));
}

void check_vault(BytesView input) {
    const core::VaultKeys keys = core::derive_vault_keys(core::RecoveryKit());
    static_cast<void>(core::open_vault(keys, 1, input));
    static_cast<void>(codec::decode<core::VaultContent>(input));
}

void check_duration(BytesView input) {
    const auto duration = parse_duration(as_text(input));
    if (!duration.ok()) return;
    const auto again = parse_duration(format_duration(*duration));
    MAYFLY_ASSERT(again.ok() && *again == *duration);
}

using Check = void (*)(BytesView);
constexpr Check checks[] = {
    check_core_row<core::AccountRow>,
    check_core_row<core::CountersRow>,
    check_core_row<core::RelayRow>,
    check_core_row<core::ContactRow>,
    check_core_row<core::ConversationRow>,
    check_core_row<core::CreationRow>,
    check_core_row<core::KeyPackageRow>,
    check_core_row<core::MessageRow>,
    check_core_row<core::OutboxRow>,
    check_core_row<core::RemovalRow>,
    check_core_row<core::VaultRow>,
    check_core_row<core::UploadRow>,
    check_core_row<core::DownloadRow>,
    check_core_row<core::BlobTokenRow>,
    check_expiry_key,
    check_relay_row<relay::QueueRow>,
    check_relay_row<relay::EntryRow>,
    check_relay_row<relay::PayloadRow>,
    check_relay_row<relay::ReferencesRow>,
    check_relay_row<relay::AddressRow>,
    check_relay_row<relay::ChannelRow>,
    check_relay_row<relay::FanOutRow>,
    check_relay_row<relay::AccountRow>,
    check_relay_row<relay::BlobRow>,
    check_relay_row<relay::HandleRow>,
    check_relay_row<relay::VaultRow>,
    check_vault,
    check_relay_row<relay::AttachmentRow>,
    check_relay_row<relay::BlobFileRow>,
    check_relay_row<relay::BlobTotalRow>,
    check_duration,
    check_core_row<core::AnnexRow>,
    check_core_row<core::OrphanRow>,
    check_core_row<core::SettingsRow>,
    check_core_row<core::LocalRow>,
    check_core_row<core::TrustRow>,
    check_core_row<core::ProofRow>,
    check_core_row<core::DeletionRow>,
};

}  // namespace
}  // namespace mayfly

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    if (size_bytes == 0) return 0;
    mayfly::checks[data[0] % std::size(mayfly::checks)]({data + 1, size_bytes - 1});
    return 0;
}
