#include "web_bundle.h"

namespace mayfly::relay_app {

const relay_net::WebBundle* web_bundle() { return nullptr; }

}  // namespace mayfly::relay_app
