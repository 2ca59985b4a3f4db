// The verbs of mayfly-relay.
#pragma once

#include "apps/relay/options.h"
#include "apps/relay/report.h"

namespace mayfly::relay_app {

Exit serve(const ServeOptions& options);
Exit invite(const InviteOptions& options);

}  // namespace mayfly::relay_app
