// One function a type of vectors. Each runs one case; what is wrong goes to the case's failures,
// and an Error means that the case could not be followed to its end.
#pragma once

#include "tests/support/mls_vectors/case.h"

namespace mayfly::vectors {

Status run_tree_math(const Value& vector);
Status run_deserialization(const Value& vector);
Status run_crypto_basics(const Value& vector);
Status run_messages(const Value& vector);
Status run_message_protection(const Value& vector);
Status run_secret_tree(const Value& vector);
Status run_key_schedule(const Value& vector);
Status run_psk_secret(const Value& vector);
Status run_transcript_hashes(const Value& vector);
Status run_welcome(const Value& vector);
Status run_tree_operations(const Value& vector);
Status run_tree_validation(const Value& vector);
Status run_treekem(const Value& vector);
// passive-client-welcome, passive-client-handling-commit, passive-client-random.
Status run_passive_client(const Value& vector);
Status run_safe_exporter(const Value& vector);  // ours

}  // namespace mayfly::vectors
