// The verbs of mayfly-relay.
#pragma once

#include "options.h"
#include "report.h"

namespace mayfly::relay_app {

Exit serve(const ServeOptions& options);
Exit invite(const InviteOptions& options);

}  // namespace mayfly::relay_app
