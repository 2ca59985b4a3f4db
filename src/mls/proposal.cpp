#include "mls/proposal.h"

namespace mayfly::mls {

ProposalType Proposal::type() const {
    return std::visit([](const auto& body) { return body.proposal_type; }, content);
}

bool Proposal::select(ProposalType type) {
    switch (type) {
        case ProposalType::add: content.emplace<Add>(); return true;
        case ProposalType::update: content.emplace<Update>(); return true;
        case ProposalType::remove: content.emplace<Remove>(); return true;
        case ProposalType::psk: content.emplace<PreSharedKey>(); return true;
        case ProposalType::reinit: content.emplace<ReInit>(); return true;
        case ProposalType::external_init: content.emplace<ExternalInit>(); return true;
        case ProposalType::group_context_extensions:
            content.emplace<GroupContextExtensions>();
            return true;
        case ProposalType::self_remove: content.emplace<SelfRemove>(); return true;
        default: break;
    }
    if (!is_custom(type)) return false;
    content.emplace<CustomProposal>().proposal_type = type;
    return true;
}

}  // namespace mayfly::mls
