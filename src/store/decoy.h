// The decoy: what a duress passphrase opens. docs/spec/store-file.md section 8.
#pragma once

#include <string>
#include <vector>

#include "codec/codec.h"
#include "store/key_change.h"
#include "util/time.h"

namespace mayfly::store {

// DecoyProfile is kept in the duress slot of the header: what the decoy account shall be.
struct DecoyProfile {
    uint16_t version = 1;
    std::vector<std::string> relays;
    std::string display_name;
    template <class Self, class Archive>
    static void fields(Self& self, Archive& archive) {
        archive(self.version, self.relays, self.display_name);
    }
};

// make_decoy destroys the account's key, then its store, and makes a new account in its place that
// nobody has heard of; its relays are told when it goes online. It says nothing to anybody, and
// needs the home's lock. A process that dies meanwhile goes on with the next opening by the same
// passphrase.
Status make_decoy(const std::string& home, Unlocked& unlocked, Time now, Entropy& entropy);

}  // namespace mayfly::store
