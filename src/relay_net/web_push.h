// What a push service wants to see: an encrypted body (RFC 8291, in the coding of RFC 8188) and a
// signed token of the relay (VAPID, RFC 8292). docs/spec/push.md.
#pragma once

#include "crypto/signature.h"
#include "relay/push_endpoint.h"
#include "relay/relay.h"
#include "util/entropy.h"
#include "util/time.h"

namespace mayfly::relay_net {

// What every push says, to every device: that there is something. Padded so that a later word that
// is longer would look the same.
constexpr std::string_view push_text = "mayfly 1";
constexpr size_t push_text_size_bytes = 64;
// RFC 8292 section 2 allows a day; a clock that is wrong by hours must not matter.
constexpr Duration vapid_lifetime = Duration::hours(12);
// FCM and others take four weeks at most (RFC 8030 section 5.2 lets them choose).
constexpr Duration push_ttl_max = Duration::days(28);

// encrypt_push encrypts `text`, padded to `text_size_bytes`, for a subscription. Errors:
// invalid_key.
Result<Bytes> encrypt_push(const wire::PushKey& receiver, const wire::PushAuth& auth,
                           BytesView text, size_t text_size_bytes, Entropy& entropy);

// VapidSigner holds the key by which push services know this relay.
class VapidSigner {
  public:
    // `subject` is where a push service finds whoever runs the relay: a mailto: or https: URL.
    // Errors: invalid_key.
    static Result<VapidSigner> create(const Secret& private_key, std::string subject);

    wire::PushKey public_key() const { return public_key_; }
    // authorization is the value of that header for pushes to `origin`.
    Result<std::string> authorization(std::string_view origin, Time now) const;

  private:
    VapidSigner(crypto::SignatureKeyPair pair, wire::PushKey public_key, std::string subject)
        : pair_(std::move(pair)), public_key_(public_key), subject_(std::move(subject)) {}
    crypto::SignatureKeyPair pair_;
    wire::PushKey public_key_;
    std::string subject_;
};

// format_push_request gives the whole request of RFC 8030 section 5, head and body.
Result<Bytes> format_push_request(const relay::Push& push, const relay::PushEndpoint& endpoint,
                                  const VapidSigner& signer, Time now, Entropy& entropy);

enum class PushOutcome : uint8_t {
    taken,
    gone,     // this subscription is no more
    later,    // the service is busy or ill
    refused,  // and would be again
};
// parse_push_status reads the status line of an answer; no value: more input is needed. Errors:
// malformed_input.
Result<std::optional<PushOutcome>> parse_push_status(BytesView input);

// For the vectors of the RFCs.
Result<Bytes> encrypt_push_for_testing(const wire::PushKey& receiver, const wire::PushAuth& auth,
                                       BytesView text, size_t text_size_bytes,
                                       const Secret& own_private_key, BytesView salt);
// ecdsa_signature_to_jws turns DER into the two numbers of RFC 7518 section 3.4. Errors:
// malformed_input.
Result<std::array<uint8_t, 64>> ecdsa_signature_to_jws(BytesView der);

}  // namespace mayfly::relay_net
