// The key and certificate that a relay shows. Native only.
#pragma once

#include "crypto/key_fingerprint.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::crypto {

// TlsIdentity: PEM texts as files hold them (RFC 7468).
struct TlsIdentity {
    Bytes certificates_pem;  // the server's own certificate first, then its issuers
    SecretBuffer private_key_pem;
};

// make_self_signed_identity makes a P-256 key (every WebPKI client knows P-256, not every one
// Ed25519) and a certificate for it without host names that never expires: whoever trusts it pins
// the key.
Result<TlsIdentity> make_self_signed_identity();

// certificate_fingerprint names the key of the first certificate in a PEM text. Errors:
// invalid_key.
Result<KeyFingerprint> certificate_fingerprint(BytesView certificates_pem);

}  // namespace mayfly::crypto
