// What stands under the group: tree-math, deserialization, crypto-basics, and the structures of
// messages.
#include "crypto/seeded_entropy.h"
#include "mls/labelled.h"
#include "mls/mls_message.h"
#include "mls/ratchet_tree.h"
#include "mls/tree_math.h"
#include "tests/support/mls_vectors/generate.h"
#include "tests/support/mls_vectors/runners.h"

namespace mayfly::vectors {

using namespace mls;

namespace {

std::optional<uint32_t> value_of(std::optional<NodeIndex> node) {
    return node ? std::optional(node->value) : std::nullopt;
}

// length_at: a size of derived bytes.
Result<size_t> length_at(const Value& vector) {
    TRY_ASSIGN(const auto length, vector.number<uint32_t>("length"));
    ENSURE(length <= Secret::capacity_bytes, input_too_large);
    return size_t{length};
}

Status check_hashes(const CipherSuite& suite, const Value& vector) {
    TRY_ASSIGN(const Value ref, vector.object("ref_hash"));
    TRY_ASSIGN(const std::string ref_label, ref.text("label"));
    TRY_ASSIGN(const Bytes hashed, ref.bytes("value"));
    ref.expect_equal(ref_hash(suite, ref_label, hashed), "out");

    TRY_ASSIGN(const Value expand, vector.object("expand_with_label"));
    TRY_ASSIGN(const Secret expand_secret, expand.secret("secret"));
    TRY_ASSIGN(const std::string expand_label, expand.text("label"));
    TRY_ASSIGN(const Bytes context, expand.bytes("context"));
    TRY_ASSIGN(const size_t length, length_at(expand));
    expand.expect_equal(expand_with_label(suite, expand_secret, expand_label, context, length),
                        "out");

    TRY_ASSIGN(const Value derive, vector.object("derive_secret"));
    TRY_ASSIGN(const Secret derive_from, derive.secret("secret"));
    TRY_ASSIGN(const std::string derive_label, derive.text("label"));
    derive.expect_equal(derive_secret(suite, derive_from, derive_label), "out");

    TRY_ASSIGN(const Value tree, vector.object("derive_tree_secret"));
    TRY_ASSIGN(const Secret tree_secret, tree.secret("secret"));
    TRY_ASSIGN(const std::string tree_label, tree.text("label"));
    TRY_ASSIGN(const auto generation, tree.number<uint32_t>("generation"));
    TRY_ASSIGN(const size_t tree_length, length_at(tree));
    tree.expect_equal(derive_tree_secret(suite, tree_secret, tree_label, generation, tree_length),
                      "out");
    return {};
}

Status check_signature(const CipherSuite& suite, const Value& vector) {
    TRY_ASSIGN(const Value v, vector.object("sign_with_label"));
    TRY_ASSIGN(const Bytes content, v.bytes("content"));
    TRY_ASSIGN(const Bytes pub, v.bytes("pub"));
    TRY_ASSIGN(const std::string label, v.text("label"));
    TRY_ASSIGN(const Bytes signature, v.bytes("signature"));
    TRY_ASSIGN(const Secret key, v.private_key("priv", suite));
    v.expect_ok(verify_with_label(suite, pub, label, content, signature), "signature given");
    TRY_ASSIGN(const Bytes again, sign_with_label(suite, key, label, content));
    v.expect_ok(verify_with_label(suite, pub, label, content, again), "signature of ours");
    v.expect(!verify_with_label(suite, pub, "other " + label, content, again).ok(),
             "a signature for another label verifies");
    return {};
}

Status check_encryption(const CipherSuite& suite, const Value& vector) {
    TRY_ASSIGN(const Value v, vector.object("encrypt_with_label"));
    TRY_ASSIGN(const Secret key, v.private_key("priv", suite));
    TRY_ASSIGN(const Bytes pub, v.bytes("pub"));
    TRY_ASSIGN(const std::string label, v.text("label"));
    TRY_ASSIGN(const Bytes context, v.bytes("context"));
    TRY_ASSIGN(const Bytes kem_output, v.bytes("kem_output"));
    TRY_ASSIGN(const Bytes ciphertext, v.bytes("ciphertext"));
    TRY_ASSIGN(const SecretBuffer opened,
               decrypt_with_label(suite, key, label, context, {kem_output, ciphertext}));
    v.expect_equal(opened.expose(), "plaintext");
    crypto::SeededEntropy entropy(1);
    TRY_ASSIGN(const auto sealed,
               encrypt_with_label(suite, pub, label, context, opened.expose(), entropy));
    TRY_ASSIGN(const SecretBuffer again, decrypt_with_label(suite, key, label, context, sealed));
    v.expect_equal(again.expose(), "plaintext");
    return {};
}

template <class T>
void check_round_trip(const Value& vector, const char* key) {
    const auto bytes = vector.bytes(key);
    if (!bytes.ok()) return;
    const auto decoded = codec::decode<T>(*bytes);
    if (decoded.ok()) return vector.expect_equal(codec::encode(*decoded), key);
    vector.expect_ok(decoded.error(), key);
}

// The tree of a messages case is in the suite of its key package.
Status check_tree(const Value& vector) {
    TRY_ASSIGN(const Bytes message, vector.bytes("mls_key_package"));
    TRY_ASSIGN(const KeyPackage package, decode_message<KeyPackage>(message));
    TRY_ASSIGN(const CipherSuite suite, find_cipher_suite(package.cipher_suite));
    TRY_ASSIGN(const Bytes encoded, vector.bytes("ratchet_tree"));
    TRY_ASSIGN(const RatchetTree tree, RatchetTree::decode(suite, encoded));
    vector.expect_equal(tree.encode(), "ratchet_tree");
    return {};
}

}  // namespace

Status run_tree_math(const Value& vector) {
    TRY_ASSIGN(const auto count, vector.number<uint32_t>("n_leaves"));
    const LeafCount leaves{count};
    ENSURE(std::has_single_bit(count) && count <= tree_leaves_max, malformed_input);
    TRY_ASSIGN(const auto nodes, vector.number<uint32_t>("n_nodes"));
    TRY_ASSIGN(const auto top, vector.number<uint32_t>("root"));
    vector.expect(leaves.node_count() == nodes, "n_nodes differs");
    vector.expect(root(leaves).value == top, "root differs");
    const auto check = [&](const char* key, auto&& ours) -> Status {
        TRY_ASSIGN(const auto given, vector.list(key));
        ENSURE(given.size() == leaves.node_count(), malformed_input);
        for (uint32_t i = 0; i < leaves.node_count(); ++i) {
            TRY_ASSIGN(const auto index, given[i].index());
            vector.expect(value_of(ours(NodeIndex{i})) == index,
                          std::string(key) + " of node " + std::to_string(i) + " differs");
        }
        return {};
    };
    TRY(check("left", [](NodeIndex node) { return left(node); }));
    TRY(check("right", [](NodeIndex node) { return right(node); }));
    TRY(check("parent", [&](NodeIndex node) { return parent(node, leaves); }));
    return check("sibling", [&](NodeIndex node) { return sibling(node, leaves); });
}

Status run_deserialization(const Value& vector) {
    TRY_ASSIGN(const Bytes header, vector.bytes("vlbytes_header"));
    TRY_ASSIGN(const auto length, vector.number<uint64_t>("length"));
    codec::Reader reader(header);
    vector.expect(reader.varint() == length, "the length differs");
    return reader.finish();
}

Status run_crypto_basics(const Value& vector) {
    TRY_ASSIGN(const CipherSuite suite, vector.suite());
    TRY(check_hashes(suite, vector));
    TRY(check_signature(suite, vector));
    return check_encryption(suite, vector);
}

Status run_messages(const Value& vector) {
    for (const char* key :
         {"mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
          "public_message_proposal", "public_message_commit", "private_message"}) {
        check_round_trip<MlsMessage>(vector, key);
    }
    check_round_trip<GroupSecrets>(vector, "group_secrets");
    check_round_trip<Add>(vector, "add_proposal");
    check_round_trip<Update>(vector, "update_proposal");
    check_round_trip<Remove>(vector, "remove_proposal");
    check_round_trip<PreSharedKey>(vector, "pre_shared_key_proposal");
    check_round_trip<ReInit>(vector, "re_init_proposal");
    check_round_trip<ExternalInit>(vector, "external_init_proposal");
    check_round_trip<GroupContextExtensions>(vector, "group_context_extensions_proposal");
    check_round_trip<Commit>(vector, "commit");
    return check_tree(vector);
}

// Own vectors.

namespace {

Json index_json(std::optional<NodeIndex> node) { return node ? Json(node->value) : Json(); }

// A list of what `of` says about each node.
template <class Of>
Json for_nodes(LeafCount leaves, Of&& of) {
    Json out = Json::array();
    for (uint32_t i = 0; i < leaves.node_count(); ++i) out.push_back(index_json(of(NodeIndex{i})));
    return out;
}

std::string hex(const Secret& secret) { return to_hex(secret.expose()); }

Json make_encryption(const CipherSuite& suite, Dice& dice) {
    const auto pair = crypto::kem_generate(suite.hpke.kem, dice.entropy).value();
    const Bytes context = dice.bytes(20);
    const Bytes plaintext = dice.bytes(40);
    const auto sealed =
        encrypt_with_label(suite, pair.public_key, "a label", context, plaintext, dice.entropy)
            .value();
    return {{"priv", hex(pair.private_key)},
            {"pub", to_hex(pair.public_key)},
            {"label", "a label"},
            {"context", to_hex(context)},
            {"plaintext", to_hex(plaintext)},
            {"kem_output", to_hex(sealed.kem_output)},
            {"ciphertext", to_hex(sealed.ciphertext)}};
}

}  // namespace

Json make_tree_math(const CipherSuite&, Dice& dice) {
    constexpr size_t sizes = 10;  // up to 512 leaves
    const LeafCount leaves{1U << (dice.number % sizes)};
    return {{"n_leaves", leaves.value},
            {"n_nodes", leaves.node_count()},
            {"root", root(leaves).value},
            {"left", for_nodes(leaves, [](NodeIndex node) { return left(node); })},
            {"right", for_nodes(leaves, [](NodeIndex node) { return right(node); })},
            {"parent", for_nodes(leaves, [&](NodeIndex node) { return parent(node, leaves); })},
            {"sibling", for_nodes(leaves, [&](NodeIndex node) { return sibling(node, leaves); })}};
}

Json make_deserialization(const CipherSuite&, Dice& dice) {
    constexpr uint32_t bounds[] = {1U << 6, 1U << 14, 1U << 30};
    const uint32_t length = dice.below(bounds[dice.number % 3]);
    codec::Writer header;
    header.varint(length);
    return {{"vlbytes_header", to_hex(header.view())}, {"length", length}};
}

Json make_crypto_basics(const CipherSuite& suite, Dice& dice) {
    const size_t hash_size = suite.hash_size_bytes();
    const Bytes value = dice.bytes(50);
    const Secret secret(dice.bytes(hash_size));
    const Bytes context = dice.bytes(30);
    const Bytes content = dice.bytes(60);
    const auto signer = crypto::signature_generate(suite.signature, dice.entropy).value();
    const Bytes signature = sign_with_label(suite, signer.private_key, "a label", content).value();
    Json out = {{"cipher_suite", static_cast<uint16_t>(suite.id)}};
    out["ref_hash"] = {{"label", "a label"},
                       {"value", to_hex(value)},
                       {"out", to_hex(ref_hash(suite, "a label", value))}};
    out["expand_with_label"] = {
        {"secret", hex(secret)},
        {"label", "a label"},
        {"context", to_hex(context)},
        {"length", 16},
        {"out", hex(expand_with_label(suite, secret, "a label", context, 16))}};
    out["derive_secret"] = {{"secret", hex(secret)},
                            {"label", "a label"},
                            {"out", hex(derive_secret(suite, secret, "a label"))}};
    out["derive_tree_secret"] = {
        {"secret", hex(secret)},
        {"label", "a label"},
        {"generation", 7},
        {"length", hash_size},
        {"out", hex(derive_tree_secret(suite, secret, "a label", 7, hash_size))}};
    out["sign_with_label"] = {{"priv", hex(signer.private_key)},
                              {"pub", to_hex(signer.public_key)},
                              {"content", to_hex(content)},
                              {"label", "a label"},
                              {"signature", to_hex(signature)}};
    out["encrypt_with_label"] = make_encryption(suite, dice);
    return out;
}

}  // namespace mayfly::vectors
