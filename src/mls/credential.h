// Credentials: RFC 9420 section 5.3. Whether a credential is to be trusted is the application's
// decision (its authentication service), not this library's.
#pragma once

#include "mls/types.h"

namespace mayfly::mls {

enum class CredentialType : uint16_t { basic = 1, x509 = 2 };

// A credential of another type has no known length, so it is refused when decoded.
struct Credential {
    CredentialType type = CredentialType::basic;
    Bytes identity;                   // basic
    std::vector<Bytes> certificates;  // x509: DER, the end entity first; carried, not checked

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.type);
        switch (self.type) {
            case CredentialType::basic: archive(self.identity); break;
            case CredentialType::x509: archive(self.certificates); break;
            default: refuse_unknown(archive);
        }
    }
    bool operator==(const Credential&) const = default;
};

}  // namespace mayfly::mls
