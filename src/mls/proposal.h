// Proposals: RFC 9420 section 12.1, SelfRemove of draft-ietf-mls-extensions, and those of the
// application (RFC 9420 section 13.2).
#pragma once

#include <variant>

#include "mls/key_package.h"
#include "mls/pre_shared_key.h"

namespace mayfly::mls {

struct Add {  // section 12.1.1
    static constexpr ProposalType proposal_type = ProposalType::add;
    KeyPackage key_package;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.key_package);
    }
    bool operator==(const Add&) const = default;
};

struct Update {  // section 12.1.2
    static constexpr ProposalType proposal_type = ProposalType::update;
    LeafNode leaf_node;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.leaf_node);
    }
    bool operator==(const Update&) const = default;
};

struct Remove {  // section 12.1.3
    static constexpr ProposalType proposal_type = ProposalType::remove;
    LeafIndex removed;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.removed);
    }
    bool operator==(const Remove&) const = default;
};

struct PreSharedKey {  // section 12.1.4
    static constexpr ProposalType proposal_type = ProposalType::psk;
    PreSharedKeyId psk;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.psk);
    }
    bool operator==(const PreSharedKey&) const = default;
};

struct ReInit {  // section 12.1.5
    static constexpr ProposalType proposal_type = ProposalType::reinit;
    GroupId group_id;
    ProtocolVersion version = ProtocolVersion::mls10;
    CipherSuiteId cipher_suite{};
    Extensions extensions;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.group_id, self.version, self.cipher_suite, self.extensions);
    }
    bool operator==(const ReInit&) const = default;
};

struct ExternalInit {  // section 12.1.6
    static constexpr ProposalType proposal_type = ProposalType::external_init;
    Bytes kem_output;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.kem_output);
    }
    bool operator==(const ExternalInit&) const = default;
};

struct GroupContextExtensions {  // section 12.1.7
    static constexpr ProposalType proposal_type = ProposalType::group_context_extensions;
    Extensions extensions;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.extensions);
    }
    bool operator==(const GroupContextExtensions&) const = default;
};

// SelfRemove asks for the removal of its sender (draft-ietf-mls-extensions).
struct SelfRemove {
    static constexpr ProposalType proposal_type = ProposalType::self_remove;
    template <class Self, class Archive>
    static void fields(Self&, Archive&) {}
    bool operator==(const SelfRemove&) const = default;
};

// CustomProposal is the application's: the library carries it, and asks a ProposalPolicy.
struct CustomProposal {
    ProposalType proposal_type{};  // is_custom
    Bytes body;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.body);
    }
    bool operator==(const CustomProposal&) const = default;
};

// A proposal whose type is neither known nor custom has no known length: it is refused when
// decoded.
struct Proposal {
    using Content = std::variant<Add, Update, Remove, PreSharedKey, ReInit, ExternalInit,
                                 GroupContextExtensions, SelfRemove, CustomProposal>;
    Content content;

    ProposalType type() const;
    template <class T>
    const T* get_if() const {
        return std::get_if<T>(&content);
    }

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        ProposalType type = self.type();
        archive(type);
        if constexpr (std::is_same_v<Archive, codec::Reader>) {
            if (!self.select(type)) return refuse_unknown(archive);
        }
        std::visit([&](auto& body) { archive(body); }, self.content);
    }
    bool operator==(const Proposal&) const = default;

  private:
    bool select(ProposalType type);
};

}  // namespace mayfly::mls
