#include "tests/support/mls_vectors/run.h"

#include "tests/support/mls_vectors/runners.h"

namespace mayfly::vectors {

namespace {

struct Type {
    std::string_view name;
    std::vector<const char*> fields;  // that no other type has together
    Status (*run)(const Value& vector);
};

const std::vector<Type>& types() {
    static const std::vector<Type> all = {
        {"tree-math", {"n_leaves", "root"}, run_tree_math},
        {"deserialization", {"vlbytes_header"}, run_deserialization},
        {"crypto-basics", {"ref_hash", "encrypt_with_label"}, run_crypto_basics},
        {"messages", {"mls_welcome", "ratchet_tree"}, run_messages},
        {"message-protection", {"proposal_priv", "signature_priv"}, run_message_protection},
        {"secret-tree", {"sender_data", "leaves"}, run_secret_tree},
        {"key-schedule", {"initial_init_secret", "epochs"}, run_key_schedule},
        {"psk_secret", {"psk_secret", "psks"}, run_psk_secret},
        {"transcript-hashes", {"authenticated_content"}, run_transcript_hashes},
        {"welcome", {"welcome", "signer_pub"}, run_welcome},
        {"tree-operations", {"tree_before", "proposal"}, run_tree_operations},
        {"tree-validation", {"tree", "resolutions"}, run_tree_validation},
        {"treekem", {"leaves_private", "update_paths"}, run_treekem},
        {"passive-client", {"welcome", "initial_epoch_authenticator"}, run_passive_client},
        {"safe-exporter", {"application_export_secret", "exports"}, run_safe_exporter},
    };
    return all;
}

const Type* find_type(const Json& vector) {
    if (!vector.is_object()) return nullptr;
    for (const Type& type : types()) {
        const auto has = [&vector](const char* field) { return vector.contains(field); };
        if (std::all_of(type.fields.begin(), type.fields.end(), has)) return &type;
    }
    return nullptr;
}

void explain(Totals& totals, std::string what) {
    if (totals.explanations.size() < explain_max) totals.explanations.push_back(std::move(what));
}

Totals refuse(std::string why) {
    Totals totals;
    totals.failed = 1;
    totals.explanations.push_back(std::move(why));
    return totals;
}

std::optional<uint64_t> suite_number(const Json& vector) {
    if (!vector.is_object()) return std::nullopt;
    const auto found = vector.find("cipher_suite");
    if (found == vector.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<uint64_t>();
}

bool is_of_unknown_suite(const Json& vector) {
    const std::optional<uint64_t> number = suite_number(vector);
    return number && *number <= UINT16_MAX &&
           !mls::find_cipher_suite(mls::CipherSuiteId{static_cast<uint16_t>(*number)}).ok();
}

void run_case(const Type& type, const Json& vector, const std::string& name, Totals& totals) {
    if (is_of_unknown_suite(vector)) {
        ++totals.skipped;
        return explain(totals, name + ": skipped: no such cipher suite here");
    }
    Failures failures;
    const Value value(vector, failures);
    const Status done = type.run(value);
    value.expect_ok(done, "stopped");
    ++(failures.empty() ? totals.passed : totals.failed);
    for (const std::string& failure : failures) explain(totals, name + ": " + failure);
}

}  // namespace

std::optional<std::string_view> type_of(const Json& vector) {
    const Type* found = find_type(vector);
    return found == nullptr ? std::nullopt : std::optional(found->name);
}

Totals run_vectors(const Json& vectors) {
    if (!vectors.is_array() || vectors.empty()) return refuse("not a list of cases");
    const Type* type = find_type(vectors.front());
    if (type == nullptr) return refuse("the first case is of no known type");
    Totals totals;
    size_t number = 0;
    for (const Json& vector : vectors) {
        std::string name(type->name);
        name += " case " + std::to_string(number++);
        if (const auto suite = suite_number(vector)) {
            name += " (suite " + std::to_string(*suite) + ")";
        }
        run_case(*type, vector, name, totals);
    }
    return totals;
}

Totals run_text(std::string_view text) {
    const Json vectors = Json::parse(text, nullptr, false);
    if (vectors.is_discarded()) return refuse("not JSON (cut short?)");
    return run_vectors(vectors);
}

}  // namespace mayfly::vectors
