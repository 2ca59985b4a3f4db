#include "mls/transcript_hash.h"

namespace mayfly::mls {

Bytes confirmed_transcript_hash(const CipherSuite& suite, BytesView interim_before,
                                const AuthenticatedContent& message) {
    codec::Writer input;
    input.raw(interim_before);
    input(message.wire_format, message.content, message.auth.signature);
    return crypto::hash(suite.hash, input.view());
}

Bytes interim_transcript_hash(const CipherSuite& suite, BytesView confirmed,
                              const Bytes& confirmation_tag) {
    codec::Writer input;
    input.raw(confirmed);
    input(confirmation_tag);
    return crypto::hash(suite.hash, input.view());
}

Bytes confirmation_tag(const CipherSuite& suite, const Secret& confirmation_key,
                       BytesView confirmed_hash) {
    return mac(suite, confirmation_key, confirmed_hash);
}

}  // namespace mayfly::mls
