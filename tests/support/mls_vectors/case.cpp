#include "tests/support/mls_vectors/case.h"

namespace mayfly::vectors {

namespace {

size_t scalar_size_bytes(const mls::CipherSuite& suite) {
    switch (suite.signature) {
        case crypto::SignatureId::ecdsa_p256: return 32;
        case crypto::SignatureId::ecdsa_p384: return 48;
        case crypto::SignatureId::ecdsa_p521: return 66;
        default: return 0;
    }
}

std::string shortened_hex(BytesView bytes) {
    constexpr size_t shown_bytes_max = 32;
    return to_hex(bytes.first(std::min(bytes.size(), shown_bytes_max)));
}

std::optional<Bytes> hex_in(const Json& value) {
    if (!value.is_string()) return std::nullopt;
    return from_hex(value.get_ref<const std::string&>());
}

}  // namespace

const Json* Value::find(const char* key) const {
    if (!value_->is_object()) return nullptr;
    const auto found = value_->find(key);
    return found == value_->end() ? nullptr : &*found;
}

Error Value::missing(const char* kind, const char* key) const {
    failures_->push_back(std::string("no ") + kind + " \"" + key + "\"");
    return MAYFLY_ERROR(malformed_input);
}

bool Value::is_null(const char* key) const {
    const Json* found = find(key);
    return found == nullptr || found->is_null();
}

Result<Value> Value::object(const char* key) const {
    const Json* found = find(key);
    if (found == nullptr || !found->is_object()) return missing("object", key);
    return Value(*found, *failures_);
}

Result<std::vector<Value>> Value::list() const {
    if (!value_->is_array()) return missing("list", "(list item)");
    std::vector<Value> out;
    for (const Json& item : *value_) out.emplace_back(item, *failures_);
    return out;
}

Result<std::vector<Value>> Value::list(const char* key) const {
    const Json* found = find(key);
    if (found == nullptr || !found->is_array()) return missing("list", key);
    return Value(*found, *failures_).list();
}

Result<Bytes> Value::bytes() const {
    std::optional<Bytes> found = hex_in(*value_);
    if (!found) return missing("hex string", "(list item)");
    return *std::move(found);
}

Result<Bytes> Value::bytes(const char* key) const {
    const Json* found = find(key);
    std::optional<Bytes> decoded = found == nullptr ? std::nullopt : hex_in(*found);
    if (!decoded) return missing("hex string", key);
    return *std::move(decoded);
}

Result<std::string> Value::text(const char* key) const {
    const Json* found = find(key);
    if (found == nullptr || !found->is_string()) return missing("string", key);
    return found->get_ref<const std::string&>();
}

Result<Secret> Value::secret(const char* key) const {
    TRY_ASSIGN(const Bytes found, bytes(key));
    if (found.size() > Secret::capacity_bytes) return missing("secret of a possible size", key);
    return Secret(found);
}

Result<Secret> Value::private_key(const char* key, const mls::CipherSuite& suite) const {
    TRY_ASSIGN(Bytes found, bytes(key));
    const size_t wanted = scalar_size_bytes(suite);
    if (found.size() < wanted) found.insert(found.begin(), wanted - found.size(), 0);
    if (found.size() > Secret::capacity_bytes) return missing("key of a possible size", key);
    return Secret(found);
}

Result<mls::CipherSuite> Value::suite() const {
    TRY_ASSIGN(const auto number_of_suite, number<uint16_t>("cipher_suite"));
    return mls::find_cipher_suite(mls::CipherSuiteId{number_of_suite});
}

Result<uint64_t> Value::number_up_to(const char* key, uint64_t max) const {
    const Json* found = find(key);
    if (found == nullptr || !found->is_number_unsigned() || found->get<uint64_t>() > max) {
        return missing("number (of a possible size)", key);
    }
    return found->get<uint64_t>();
}

Result<std::optional<uint32_t>> Value::index() const {
    if (value_->is_null()) return std::optional<uint32_t>();
    if (!value_->is_number_unsigned() || value_->get<uint64_t>() > UINT32_MAX) {
        return missing("node index", "(list item)");
    }
    return std::optional(value_->get<uint32_t>());
}

void Value::expect(bool holds, std::string_view what) const {
    if (!holds) failures_->emplace_back(what);
}

void Value::expect_equal(BytesView ours, const char* key) const {
    const Result<Bytes> given = bytes(key);
    if (!given.ok() || equal(ours, *given)) return;
    failures_->push_back(std::string("\"") + key + "\" is " + shortened_hex(ours) +
                         ", the file has " + shortened_hex(*given));
}

void Value::expect_ok(const Status& status, std::string_view what) const {
    if (status.ok()) return;
    failures_->push_back(std::string(what) + ": " + error_text(status.code()) + " (" +
                         status.error().where + ")");
}

}  // namespace mayfly::vectors
