// Changing how a store key is wrapped, and destroying it: another passphrase, a duress passphrase,
// the decoy that it opens, and the end of a home. docs/spec/store-file.md sections 3 and 8.
//
// All of these but wipe_home need the home's lock. Each is atomic on the disk: a process that dies
// at any moment leaves the header of before or the one of after, whole. What it replaces is
// overwritten before the call returns; after a crash in between, finish_key_change does that.
#pragma once

#include <vector>

#include "store/store_key.h"

namespace mayfly::store {

// change_passphrase wraps the key with another passphrase; a home with a key file then has none.
// Errors: wrong_passphrase (it was changed meanwhile), invalid_argument (the new one is the duress
// passphrase), storage_full, storage_failed.
Status change_passphrase(const std::string& home, const Unlocked& unlocked,
                         BytesView new_passphrase, crypto::Argon2Cost cost, Entropy& entropy);

// set_duress makes a passphrase that gives the account up; without one it takes away any that may
// be set. Errors: as above; passphrase_required for a home with a key file; invalid_argument when
// it opens the home already; input_too_large for the profile.
Status set_duress(const std::string& home, const Unlocked& unlocked,
                  std::optional<BytesView> passphrase, BytesView profile, Entropy& entropy);

// begin_decoy destroys the account's key for good and puts a fresh one, for the decoy's store, in
// the place of the duress slot. finish_decoy makes it an ordinary home; until then the passphrase
// opens it as a decoy that is still to be made, from the beginning.
Result<Unlocked> begin_decoy(const std::string& home, const Unlocked& duress, Entropy& entropy);
Status finish_decoy(const std::string& home, const Unlocked& decoy, Entropy& entropy);

// finish_key_change erases what a process that died in the middle of a change left behind.
Status finish_key_change(const std::string& home);

// erase_store removes the files of a store other than its keys.
Status erase_store(const std::string& home);

// destroy_keys overwrites the home's keys and returns when that is on the disk: from then on
// nothing in the home can be read by anybody. It needs no passphrase and no lock.
Status destroy_keys(const std::string& home);
// wipe_home destroys the keys, then removes all files that are ours and the directory if nothing
// else is in it; gives the names of what is not ours and stays.
Result<std::vector<std::string>> wipe_home(const std::string& home);

}  // namespace mayfly::store
