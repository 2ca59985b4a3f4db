// The web client that was built into this program (tools/embed_web.py), if any.
#pragma once

#include "relay_net/web_site.h"

namespace mayfly::relay_app {

// web_bundle is nullptr in a program that was built without one.
const relay_net::WebBundle* web_bundle();

}  // namespace mayfly::relay_app
