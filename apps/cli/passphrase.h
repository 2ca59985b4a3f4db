// Where the passphrase comes from: a file, or the terminal without echo; never the command line,
// which other users of the machine can read.
#pragma once

#include <optional>
#include <string>

#include "failure.h"
#include "util/result.h"
#include "util/secret.h"

namespace mayfly::cli {

constexpr size_t passphrase_size_bytes_max = 1024;

// read_passphrase takes the first line of the file, else asks on the terminal if the standard
// input is one; nullopt when neither is there. Errors: passphrase_required (the file is not there
// or its first line is empty), input_too_large, storage_failed.
Result<std::optional<SecretBuffer>> read_passphrase(const std::string& file);

// choose_passphrase is for a new home: on a terminal it asks twice, and an empty answer is nullopt.
// Failures: as above, and wrong_passphrase when the two differ, each as a sentence of its own.
Outcome choose_passphrase(const std::string& file, std::optional<SecretBuffer>& passphrase);

// can_ask_passphrase: there is a person at a terminal.
bool can_ask_passphrase();

}  // namespace mayfly::cli
