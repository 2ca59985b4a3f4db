// Extensions: RFC 9420 section 13. Lists are kept as they came, unknown types and GREASE included;
// typed structures are read from and written to a list. The ratchet_tree extension belongs to
// mls/ratchet_tree.h.
#pragma once

#include <optional>

#include "mls/credential.h"
#include "mls/types.h"

namespace mayfly::mls {

enum class ExtensionType : uint16_t {
    application_id = 0x0001,
    ratchet_tree = 0x0002,
    required_capabilities = 0x0003,
    external_pub = 0x0004,
    external_senders = 0x0005,
};

enum class ProposalType : uint16_t {
    add = 0x0001,
    update = 0x0002,
    remove = 0x0003,
    psk = 0x0004,
    reinit = 0x0005,
    external_init = 0x0006,
    group_context_extensions = 0x0007,
    app_data_update = 0x0008,  // draft-ietf-mls-extensions: known and not supported
    app_ephemeral = 0x0009,    // the same
    self_remove = 0x000a,      // draft-ietf-mls-extensions
};

// RFC 9420 section 7.2: what every client supports and no capabilities list needs to name.
constexpr bool is_default(ExtensionType type) {
    return type >= ExtensionType::application_id && type <= ExtensionType::external_senders;
}
constexpr bool is_default(ProposalType type) {
    return type >= ProposalType::add && type <= ProposalType::group_context_extensions;
}

// is_custom: a type that an application may use for proposals of its own. Their bodies are
// opaque<V>; types that a specification describes otherwise, and GREASE, are none of these.
constexpr bool is_custom(ProposalType type) {
    return type > ProposalType::self_remove && !is_grease(static_cast<uint16_t>(type));
}

struct Extension {
    ExtensionType type{};
    Bytes data;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.type, self.data);
    }
    bool operator==(const Extension&) const = default;
};
using Extensions = std::vector<Extension>;

// Section 5.3.3.
struct ApplicationId {
    static constexpr ExtensionType extension_type = ExtensionType::application_id;
    Bytes application_id;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.application_id);
    }
    bool operator==(const ApplicationId&) const = default;
};

// Section 11.1.
struct RequiredCapabilities {
    static constexpr ExtensionType extension_type = ExtensionType::required_capabilities;
    std::vector<ExtensionType> extension_types;
    std::vector<ProposalType> proposal_types;
    std::vector<CredentialType> credential_types;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.extension_types, self.proposal_types, self.credential_types);
    }
    bool operator==(const RequiredCapabilities&) const = default;
};

// Section 12.4.3.2.
struct ExternalPub {
    static constexpr ExtensionType extension_type = ExtensionType::external_pub;
    HpkePublicKey external_pub;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.external_pub);
    }
    bool operator==(const ExternalPub&) const = default;
};

// Section 12.1.8.1.
struct ExternalSender {
    SignaturePublicKey signature_key;
    Credential credential;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.signature_key, self.credential);
    }
    bool operator==(const ExternalSender&) const = default;
};
struct ExternalSenders {
    static constexpr ExtensionType extension_type = ExtensionType::external_senders;
    std::vector<ExternalSender> external_senders;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.external_senders);
    }
    bool operator==(const ExternalSenders&) const = default;
};

// find_extension gives nullptr when the list has none of the type.
const Extension* find_extension(const Extensions& list, ExtensionType type);
// check_extensions refuses a list that holds a type twice (RFC 9420 section 13.4).
Status check_extensions(const Extensions& list);

// read_extension<T>: nullopt when absent, an error when present and malformed.
template <class T>
Result<std::optional<T>> read_extension(const Extensions& list) {
    const Extension* found = find_extension(list, T::extension_type);
    if (found == nullptr) return std::optional<T>();
    TRY_ASSIGN(T value, codec::decode<T>(found->data));
    return std::optional<T>(std::move(value));
}

// set_extension replaces the list's extension of T's type, or appends it.
void set_extension(Extensions& list, Extension extension);
template <class T>
void set_extension(Extensions& list, const T& value) {
    set_extension(list, Extension{T::extension_type, codec::encode(value)});
}

}  // namespace mayfly::mls
