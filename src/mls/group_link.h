// What a group that continues another one has in common with it: checked by who begins it and who
// joins it.
#pragma once

#include "mls/group.h"
#include "mls/welcome.h"

namespace mayfly::mls {

// open_group_secrets gives what a Welcome holds for our key package. Errors: mls_not_for_us.
Result<GroupSecrets> open_group_secrets(const Welcome& welcome, const KeyPackageSecrets& own);

// group_origin gives the PSK of reinitialisation or branching, nullptr if there is none. Errors:
// mls_bad_welcome if there are several.
Result<const PreSharedKeyId*> group_origin(const std::vector<PreSharedKeyId>& psks);

// check_origin: that PSK is of the group at hand, or both are nullptr. check_link: the new group is
// what sections 11.2 and 11.3 ask for. Errors: mls_unrelated_group.
Status check_origin(const PreSharedKeyId* psk, const Group* origin);
Status check_link(const EpochView& next, const Group& origin, ResumptionPskUsage usage,
                  const Environment& env);

}  // namespace mayfly::mls
