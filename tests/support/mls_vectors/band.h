// Band: a group that vectors are made with. All members but the last send; the last one only
// follows, and what it receives is the vector.
#pragma once

#include <map>

#include "mls/accept_all_for_testing.h"
#include "mls/group.h"
#include "tests/support/mls_vectors/generate.h"

namespace mayfly::vectors {

class KnownPsks final : public mls::PskSource {
  public:
    Result<SecretBuffer> external_psk(BytesView psk_id) const override {
        const auto found = keys.find(to_bytes(psk_id));
        if (found == keys.end()) return MAYFLY_ERROR(mls_missing_psk);
        return SecretBuffer(found->second);
    }
    std::map<Bytes, Bytes> keys;
};

class Band {
  public:
    Band(const mls::CipherSuite& suite, Dice& dice, size_t members);

    mls::Environment env() { return {now_, dice_.entropy, accept_all_, &psks}; }
    mls::Identity make_identity();
    mls::KeyPackageSecrets make_key_package();
    mls::Group& sender() { return groups[dice_.below(groups.size() - (has_passive ? 1 : 0))]; }
    // deliver: to all but the one that sent it.
    void deliver(BytesView message, const mls::Group& from);
    // commit sends and delivers; those added whose keys are here join.
    mls::CommitMessages commit(mls::Group& from, mls::CommitOptions options,
                               std::vector<mls::KeyPackageSecrets> joiners);
    mls::Proposal make_psk();
    // admit_passive adds the last member: the case's fields up to its first epoch.
    Json admit_passive(bool tree_in_welcome, bool with_psk);
    // step makes one epoch of a case with random proposals, by reference and by value.
    Json step();

    KnownPsks psks;
    std::vector<mls::Group> groups;
    bool has_passive = false;

  private:
    void propose(Json& sent);
    std::optional<mls::Proposal> make_proposal(const mls::Group& from);
    std::optional<mls::LeafIndex> removable(const mls::Group& from);

    const mls::CipherSuite& suite_;
    Dice& dice_;
    mls::AcceptAll accept_all_;
    Time now_{1'700'000'000'000};
    std::vector<mls::KeyPackageSecrets> invited_;  // added by proposals of this epoch
};

}  // namespace mayfly::vectors
