// Update paths and parent hashes: the checks of RFC 9420 sections 7.5, 7.6 and 7.9.
#include "mls/checks_test_support.h"

namespace mayfly::mls {
namespace {

using mayfly::testing::Forgery;
using mayfly::testing::WelcomeForgery;

class PathChecks : public Checks {
  protected:
    void expect_welcome_refused(const WelcomeForgery& forgery, const char* error) {
        const Identity identity = club_.make_identity();
        const KeyPackageSecrets joiner = club_.make_key_package(identity);
        const Bytes good = forger_.welcome(joiner.key_package, {.path = forgery.path});
        const Bytes bad = forger_.welcome(joiner.key_package, forgery);
        const auto refused = Group::join(bad, joiner, std::nullopt, club_.env());
        ASSERT_FALSE(refused.ok());
        EXPECT_STREQ(error_name(refused.code()), error) << refused.error().where;
        ASSERT_OK(Group::join(good, joiner, std::nullopt, club_.env()));
    }
    Bytes fresh_key() {
        const CipherSuite suite = find_cipher_suite(club_.suite).value();
        return crypto::kem_generate(suite.hpke.kem, club_.entropy).value().public_key;
    }
};

// check 7.5-1
TEST_F(PathChecks, path_whose_keys_do_not_follow_from_its_secrets_is_refused) {
    for (const size_t node : {0U, 1U}) {
        Forgery forgery;
        forgery.keys = [&](std::vector<HpkePublicKey>& keys) { keys.at(node) = fresh_key(); };
        expect_commit_refused(forgery, "mls_bad_update_path");
    }
}

// check 7.5-2: by a member that derives no key for that node.
TEST_F(PathChecks, path_with_a_malformed_key_is_refused) {
    Forgery forgery;
    forgery.keys = [](std::vector<HpkePublicKey>& keys) { keys.at(0).pop_back(); };
    EXPECT_ERROR(club_.group(2).process(forger_.commit(forgery), club_.env()), mls_bad_update_path);
    EXPECT_TRUE(club_.group(2).take_changes().empty());
}

// check 7.6-1
TEST_F(PathChecks, path_with_a_ciphertext_too_many_or_too_few_is_refused) {
    for (const size_t node : {0U, 1U}) {
        Forgery forgery;
        forgery.sealed = [&](UpdatePath& path) {
            auto& sealed = path.nodes.at(node).encrypted_path_secret;
            sealed.push_back(sealed.front());
        };
        expect_commit_refused(forgery, "mls_bad_update_path");
        forgery.sealed = [&](UpdatePath& path) {
            path.nodes.at(node).encrypted_path_secret.pop_back();
        };
        expect_commit_refused(forgery, "mls_bad_update_path");
    }
}

// check 7.9.2-1: a parent that nobody below it has vouched for, in a part of the tree that no other
// parent hash covers.
TEST_F(PathChecks, parent_node_without_a_descendant_that_vouches_for_it_is_refused) {
    for (const bool unmerged : {false, true}) {
        WelcomeForgery forgery;
        forgery.path = false;
        forgery.tree = [&](std::vector<testing::TreeNode>& nodes) {
            ParentNode parent{fresh_key(), {}, {}};
            if (unmerged) parent.unmerged_leaves = {{4}};
            nodes.resize(10);
            nodes[9] = parent;
            nodes.push_back(*std::get_if<LeafNode>(&nodes[8]));
        };
        const Identity other = club_.make_identity();
        const LeafNode beside = club_.make_key_package(other).key_package.leaf_node;
        const auto place = forgery.tree;
        forgery.tree = [&](std::vector<testing::TreeNode>& nodes) {
            place(nodes);
            nodes.back() = beside;
        };
        expect_welcome_refused(forgery, "mls_bad_parent_hash");
    }
}

// check 7.9.2-2
TEST_F(PathChecks, parent_node_that_differs_from_its_hash_is_refused) {
    WelcomeForgery forgery;
    forgery.tree = [&](std::vector<testing::TreeNode>& nodes) {
        std::get<ParentNode>(nodes.at(7)).encryption_key = fresh_key();
    };
    // The joiner knows the path secret of the root: without it only the parent hash shows.
    forgery.secrets = [](GroupSecrets& secrets) { secrets.path_secret.reset(); };
    expect_welcome_refused(forgery, "mls_bad_parent_hash");
}

// check 7.9.2-3
TEST_F(PathChecks, path_whose_leaf_has_another_parent_hash_is_refused) {
    Forgery forgery;
    forgery.leaf = [](LeafNode& leaf) { leaf.parent_hash[0] ^= 1; };
    expect_commit_refused(forgery, "mls_bad_parent_hash");
}

// check 12.4.3.1-11
TEST_F(PathChecks, unmerged_leaf_that_is_not_below_its_node_is_refused) {
    const auto expect_unmerged_refused = [this](uint32_t node, LeafIndex leaf) {
        WelcomeForgery forgery;
        forgery.tree = [&](std::vector<testing::TreeNode>& nodes) {
            std::get<ParentNode>(nodes.at(node)).unmerged_leaves = {leaf};
        };
        expect_welcome_refused(forgery, "mls_bad_tree");
    };
    expect_unmerged_refused(3, {4});  // elsewhere
    expect_unmerged_refused(7, {5});  // below, but blank
    expect_unmerged_refused(7, {0});  // merged in a node between
}

// check 12.4.3.3-1
TEST_F(PathChecks, tree_that_is_not_in_its_one_form_is_refused) {
    WelcomeForgery forgery;
    forgery.tree = [](std::vector<testing::TreeNode>& nodes) { nodes.emplace_back(); };
    expect_welcome_refused(forgery, "mls_bad_tree");
    forgery.tree = [](std::vector<testing::TreeNode>& nodes) { std::swap(nodes[2], nodes[3]); };
    expect_welcome_refused(forgery, "mls_bad_tree");
}

}  // namespace
}  // namespace mayfly::mls
