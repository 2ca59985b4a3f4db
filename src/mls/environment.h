// What MLS asks of the application at each step: the time, randomness, a verdict on credentials and
// proposals of its own, pre-shared keys. The library keeps none of them: it has no clock and no
// random source.
#pragma once

#include "mls/credential.h"
#include "mls/extension.h"
#include "mls/leaf_node.h"
#include "util/entropy.h"
#include "util/parallel.h"
#include "util/result.h"
#include "util/secret.h"
#include "util/time.h"

namespace mayfly::mls {

struct CustomProposal;  // proposal.h
struct Sender;          // framing.h

// CredentialCheck is one question to the Authentication Service of RFC 9420 section 5.3.1.
struct CredentialCheck {
    const Credential& credential;
    BytesView signature_key;
    const Credential* replaces = nullptr;  // set: must be an acceptable successor of this one
    BytesView group_id;                    // empty while a key package is checked outside a group
};

// CredentialPolicy is asked about every new leaf and every external sender, before anything
// changes.
class CredentialPolicy {
  public:
    virtual ~CredentialPolicy() = default;
    virtual Status check(const CredentialCheck& question) const = 0;
    // same_client: whether two credentials present the same identifiers (sections 11.2 and 11.3).
    virtual bool same_client(const Credential& a, const Credential& b) const { return a == b; }
};

// ProposalPolicy stands for proposal types that the application defines (section 13.2). Without one
// there are none.
class ProposalPolicy {
  public:
    virtual ~ProposalPolicy() = default;
    // check: an error refuses the proposal, and a commit that holds it. Refuse unknown types.
    virtual Status check(const CustomProposal& proposal, const Sender& sender,
                         BytesView group_id) const = 0;
    // needs_path: whether a commit with a proposal of this type must have a path (section 12.4).
    virtual bool needs_path(ProposalType type) const = 0;
};

// PskSource finds pre-shared keys (section 8.4). Resumption secrets of the group at hand are found
// by the group itself first. Answer mls_missing_psk for what is not there.
class PskSource {
  public:
    virtual ~PskSource() = default;
    virtual Result<SecretBuffer> external_psk(BytesView psk_id) const = 0;
    virtual Result<SecretBuffer> resumption_psk(BytesView group_id, Epoch epoch) const {
        static_cast<void>(group_id);
        static_cast<void>(epoch);
        return MAYFLY_ERROR(mls_missing_psk);
    }
};

struct Environment {
    Time now;
    Entropy& entropy;
    const CredentialPolicy& credentials;
    const PskSource* psks = nullptr;
    Parallel* parallel = nullptr;  // runs batches of signature checks and of seals; null: we do
    const ProposalPolicy* proposals = nullptr;
    bool grease = true;  // in the GroupInfos that we make (section 13.5)
    // The longest lifetime of a key package that the application accepts (section 7.2). None: any.
    std::optional<Duration> lifetime_max = std::nullopt;
};

// accepts_lifetime: of a leaf that still is the one of its key package; others have none.
inline bool accepts_lifetime(const Environment& env, const LeafNode& leaf) {
    return !env.lifetime_max || leaf.source != LeafNodeSource::key_package ||
           leaf.lifetime.is_at_most(*env.lifetime_max);
}

}  // namespace mayfly::mls
