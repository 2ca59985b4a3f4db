// PublicMessage: signed handshakes in the clear (RFC 9420 section 6.2).
#pragma once

#include "mls/framing.h"

namespace mayfly::mls {

// protect_public adds the membership tag, which says that the sender is a member.
PublicMessage protect_public(const CipherSuite& suite, AuthenticatedContent message,
                             BytesView context_bytes, const Secret& membership_key);
// unprotect_public checks the membership tag of a member's message. The signature is still to be
// verified. Errors: mls_bad_membership_tag; unexpected_message for application data, which must
// not travel in the clear.
Result<AuthenticatedContent> unprotect_public(const CipherSuite& suite, PublicMessage message,
                                              BytesView context_bytes,
                                              const Secret& membership_key);

}  // namespace mayfly::mls
