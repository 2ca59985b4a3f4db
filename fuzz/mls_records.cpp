// deps: mls crypto
// max_len: 1024
//
// A group's records as a damaged disk would give them back. Loading refuses them or gives a group
// that works as far as it goes; it never crashes. The input changes, shortens, swaps or drops the
// records of a real group.
#include <algorithm>

#include "crypto/seeded_entropy.h"
#include "mls/accept_all_for_testing.h"
#include "mls/group.h"

namespace mayfly::mls {
namespace {

constexpr CipherSuiteId suite = CipherSuiteId::x25519_aes128gcm_sha256_ed25519;

class Disk {
  public:
    Disk() {
        GroupParameters parameters;
        parameters.cipher_suite = suite;
        parameters.group_id = {1};
        Group group = Group::create(parameters, make_identity(), LeafOptions(), env()).value();
        CommitOptions options;
        for (int i = 0; i < 2; ++i) {
            const auto package =
                create_key_package(suite, make_identity(), KeyPackageOptions(), entropy_).value();
            options.proposals.push_back({Add{package.key_package}});
        }
        static_cast<void>(group.commit(options, env()).value());
        group.merge_pending_commit().value();
        static_cast<void>(group.protect(Bytes{1}, ProtectOptions(), entropy_).value());
        leave_epoch(group);
        group.revert_epoch().value();
        static_cast<void>(group.propose_update(nullptr, env()).value());
        leave_epoch(group);
        static_cast<void>(group.protect(Bytes{1}, ProtectOptions(), entropy_).value());
        static_cast<void>(group.safe_export_secret(ComponentId::app_ack).value());
        static_cast<void>(group.commit(CommitOptions(), env()).value());  // stays pending
        records_ = group.take_changes();
        std::erase_if(records_, [](const GroupRecord& record) { return !record.value; });
        MAYFLY_ASSERT(Group::load(copy()).ok());
    }

    void load_damaged(BytesView input) {
        std::vector<GroupRecord> records = copy();
        for (; input.size() >= 5 && !records.empty(); input = input.subspan(5)) {
            damage(records, input.first(5));
        }
        auto loaded = Group::load(records);
        if (!loaded.ok() || !loaded->is_active()) return;
        static_cast<void>(loaded->protect(Bytes{2}, ProtectOptions(), entropy_));
        if (input.size() % 2 == 0) static_cast<void>(loaded->revert_epoch());
        static_cast<void>(loaded->confirm_epoch());
        static_cast<void>(loaded->safe_export_secret(ComponentId::safe_aad));
        if (loaded->has_pending_commit()) static_cast<void>(loaded->merge_pending_commit());
        static_cast<void>(loaded->take_changes());
    }

  private:
    void leave_epoch(Group& group) {
        static_cast<void>(group.commit(CommitOptions(), env()).value());
        group.merge_pending_commit(PreviousEpoch::keep).value();
    }

    static void damage(std::vector<GroupRecord>& records, BytesView how) {
        GroupRecord& record = records[how[1] % records.size()];
        const size_t at = static_cast<size_t>(how[2]) << 8 | how[3];
        switch (how[0] % 5) {
            case 0: record.value->expose_mutable()[at % record.value->size()] ^= how[4]; break;
            case 1: record.key[at % record.key.size()] ^= how[4]; break;
            case 2:
                if (record.value->size() > 1)
                    record.value->shrink(1 + at % (record.value->size() - 1));
                break;
            case 3: std::swap(record.key, records[how[4] % records.size()].key); break;
            default: std::swap(record, records.back()); records.pop_back();
        }
    }

    std::vector<GroupRecord> copy() const {
        std::vector<GroupRecord> out;
        for (const GroupRecord& record : records_)
            out.push_back({record.key, record.value->clone()});
        return out;
    }

    Environment env() { return {{0}, entropy_, policy_}; }

    Identity make_identity() {
        Identity out;
        out.credential.identity = {static_cast<uint8_t>(++identities_)};
        out.signature_keys =
            crypto::signature_generate(crypto::SignatureId::ed25519, entropy_).value();
        return out;
    }

    crypto::SeededEntropy entropy_{1};
    AcceptAll policy_;
    int identities_ = 0;
    std::vector<GroupRecord> records_;
};

}  // namespace
}  // namespace mayfly::mls

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size_bytes) {
    static mayfly::mls::Disk disk;
    disk.load_damaged({data, size_bytes});
    return 0;
}
