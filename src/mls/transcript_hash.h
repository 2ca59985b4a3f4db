// Transcript hashes and confirmation tags: RFC 9420 sections 8.2 and 6.1.
#pragma once

#include "mls/framing.h"
#include "mls/labelled.h"

namespace mayfly::mls {

// confirmed_transcript_hash after the commit that message holds.
Bytes confirmed_transcript_hash(const CipherSuite& suite, BytesView interim_before,
                                const AuthenticatedContent& message);
Bytes interim_transcript_hash(const CipherSuite& suite, BytesView confirmed,
                              const Bytes& confirmation_tag);
Bytes confirmation_tag(const CipherSuite& suite, const Secret& confirmation_key,
                       BytesView confirmed_hash);

}  // namespace mayfly::mls
