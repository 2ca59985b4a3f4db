// deps: wire
// max_len: 8192
//
// Account records from a relay that may lie. The input is tried as it is, and as the body of a
// record that a key known here signs, so that the checks behind the signature are reached: devices
// of the input that carry the known account key get good certificates.
#include "wire/account_record.h"

#include "crypto/seeded_entropy.h"
#include "crypto/signature.h"

namespace mayfly::wire {
namespace {

struct Signer {
    Signer() {
        crypto::SeededEntropy entropy(1);
        pair = crypto::signature_generate(crypto::SignatureId::ed25519, entropy).value();
        public_key = *PublicKey::from(pair.public_key);
    }
    Signature sign(BytesView message) const {
        return *Signature::from(
            crypto::sign(crypto::SignatureId::ed25519, pair.private_key, message).value());
    }
    crypto::SignatureKeyPair pair;
    PublicKey public_key;
};

void check(BytesView signed_record) {
    const auto record = verify_account_record(signed_record);
    if (!record.ok()) return;
    MAYFLY_ASSERT(!record->devices.empty() && !record->relays.empty());
    MAYFLY_ASSERT(record->relays.size() <= relays_per_account_max);
    for (const HandleEntry& handle : record->handles) {
        MAYFLY_ASSERT(*fold_handle_name(handle.name) == handle.name);
    }
    // No record follows itself.
    MAYFLY_ASSERT(!check_successor(*record, signed_record, *record).ok());
}

void check_signed(BytesView body) {
    static const Signer signer;
    auto record = codec::decode<AccountRecord>(body);
    if (!record.ok() || record->devices.size() > device_entries_per_account_max) return;
    record->account_key = signer.public_key;
    for (DeviceEntry& device : record->devices) {
        device.certificate.account_key = signer.public_key;
        device.certificate.signature = signer.sign(device_certificate_to_sign(device.certificate));
    }
    SignedAccountRecord out;
    out.body = codec::encode(*record);
    out.signature = signer.sign(account_record_to_sign(out.body));
    check(codec::encode(out));
}

}  // namespace
}  // namespace mayfly::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    const mayfly::BytesView input(data, size_bytes);
    mayfly::wire::check(input);
    mayfly::wire::check_signed(input);
    return 0;
}
