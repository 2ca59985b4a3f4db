// GroupForTesting reaches into a group, so that tests and fuzzers can play a member that
// misbehaves: one that signs and protects whatever it likes. Never used by the library itself.
#pragma once

#include "mls/group.h"
#include "mls/handshake.h"

namespace mayfly::mls {

struct GroupForTesting {
    static GroupState& state(Group& group) { return *group.state_; }

    // send_for_testing sends any handshake in the group's name, unchecked. A commit carries the tag
    // given.
    static Result<Bytes> send_for_testing(Group& group, Content content, Bytes confirmation_tag,
                                          Entropy& entropy) {
        TRY_ASSIGN(AuthenticatedContent message, sign_handshake(state(group), std::move(content),
                                                                {}, state(group).handshake_format));
        message.auth.confirmation_tag = std::move(confirmation_tag);
        return protect_handshake(state(group), std::move(message), entropy);
    }
};

}  // namespace mayfly::mls
