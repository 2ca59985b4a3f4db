// Commits: RFC 9420 section 12.4.
#pragma once

#include "mls/proposal.h"
#include "mls/update_path.h"

namespace mayfly::mls {

enum class ProposalOrRefType : uint8_t { proposal = 1, reference = 2 };
constexpr bool is_known(ProposalOrRefType type) {
    return type == ProposalOrRefType::proposal || type == ProposalOrRefType::reference;
}

struct ProposalOrRef {
    std::variant<Proposal, ProposalRef> content;

    const Proposal* proposal() const { return std::get_if<Proposal>(&content); }
    const ProposalRef* reference() const { return std::get_if<ProposalRef>(&content); }

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        auto type =
            self.content.index() == 0 ? ProposalOrRefType::proposal : ProposalOrRefType::reference;
        archive(type);
        if constexpr (std::is_same_v<Archive, codec::Reader>) {
            if (type == ProposalOrRefType::reference) self.content = ProposalRef();
        }
        std::visit([&](auto& body) { archive(body); }, self.content);
    }
    bool operator==(const ProposalOrRef&) const = default;
};

struct Commit {
    std::vector<ProposalOrRef> proposals;
    std::optional<UpdatePath> path;

    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.proposals, self.path);
    }
    bool operator==(const Commit&) const = default;
};

}  // namespace mayfly::mls
