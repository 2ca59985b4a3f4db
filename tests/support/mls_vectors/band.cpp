#include "tests/support/mls_vectors/band.h"

#include "mls/mls_message.h"

namespace mayfly::vectors {

using namespace mls;

Band::Band(const CipherSuite& suite, Dice& dice, size_t members) : suite_(suite), dice_(dice) {
    GroupParameters parameters;
    parameters.cipher_suite = suite.id;
    parameters.group_id = dice.bytes(16);
    LeafOptions leaf;
    leaf.lifetime = key_package_lifetime(now_, Duration::days(30));
    groups.push_back(Group::create(parameters, make_identity(), leaf, env()).value());
    std::vector<KeyPackageSecrets> joiners;
    while (joiners.size() + 1 < members) joiners.push_back(make_key_package());
    if (!joiners.empty()) commit(groups[0], {}, std::move(joiners));
}

Identity Band::make_identity() {
    Identity out;
    out.credential.identity = dice_.bytes(8);
    out.signature_keys = crypto::signature_generate(suite_.signature, dice_.entropy).value();
    return out;
}

KeyPackageSecrets Band::make_key_package() {
    KeyPackageOptions options;
    options.leaf.lifetime = key_package_lifetime(now_, Duration::days(30));
    return create_key_package(suite_.id, make_identity(), options, dice_.entropy).value();
}

Proposal Band::make_psk() {
    const Bytes id = dice_.bytes(8);
    psks.keys[id] = dice_.bytes(32);
    return groups[0].make_external_psk_proposal(id, dice_.entropy);
}

void Band::deliver(BytesView message, const Group& from) {
    for (Group& group : groups) {
        if (&group == &from) continue;
        Processed done = group.process(message, env()).value();
        auto* staged = std::get_if<StagedCommit>(&done);
        if (staged != nullptr) group.apply(std::move(*staged)).value();
    }
}

CommitMessages Band::commit(Group& from, CommitOptions options,
                            std::vector<KeyPackageSecrets> joiners) {
    for (const KeyPackageSecrets& joiner : joiners) {
        options.proposals.push_back({Add{joiner.key_package}});
    }
    CommitMessages sent = from.commit(options, env()).value();
    from.merge_pending_commit().value();
    deliver(sent.commit, from);
    for (KeyPackageSecrets& joiner : invited_) joiners.push_back(std::move(joiner));
    invited_.clear();
    std::optional<BytesView> tree;
    if (sent.ratchet_tree) tree = *sent.ratchet_tree;
    std::vector<Group> joined;
    for (const KeyPackageSecrets& joiner : joiners) {
        joined.push_back(Group::join(*sent.welcome, joiner, tree, env()).value());
    }
    // The member that only follows stays the last.
    std::erase_if(groups, [](const Group& group) { return !group.is_active(); });
    groups.insert(groups.end() - (has_passive ? 1 : 0), std::make_move_iterator(joined.begin()),
                  std::make_move_iterator(joined.end()));
    return sent;
}

Json Band::admit_passive(bool tree_in_welcome, bool with_psk) {
    KeyPackageSecrets package = make_key_package();
    Json out = {{"cipher_suite", static_cast<uint16_t>(suite_.id)},
                {"key_package", to_hex(encode_key_package_message(package.key_package))},
                {"signature_priv", to_hex(package.signature_private_key.expose())},
                {"encryption_priv", to_hex(package.leaf_private_key.expose())},
                {"init_priv", to_hex(package.init_private_key.expose())}};
    CommitOptions options;
    options.tree_in_welcome = tree_in_welcome;
    if (with_psk) options.proposals.push_back(make_psk());
    std::vector<KeyPackageSecrets> joiners;
    joiners.push_back(std::move(package));
    const CommitMessages sent = commit(sender(), std::move(options), std::move(joiners));
    has_passive = true;
    out["welcome"] = to_hex(*sent.welcome);
    out["ratchet_tree"] = sent.ratchet_tree ? Json(to_hex(*sent.ratchet_tree)) : Json();
    out["initial_epoch_authenticator"] = to_hex(groups.back().current().epoch_authenticator());
    out["epochs"] = Json::array();
    return out;
}

std::optional<LeafIndex> Band::removable(const Group& from) {
    constexpr size_t members_min = 4;  // so that somebody is left to send
    if (groups.size() < members_min) return std::nullopt;
    const Group& chosen = sender();
    if (chosen.own_leaf() == from.own_leaf()) return std::nullopt;
    return chosen.own_leaf();
}

std::optional<Proposal> Band::make_proposal(const Group& from) {
    switch (dice_.below(3)) {
        case 0: {
            invited_.push_back(make_key_package());
            return Proposal{Add{invited_.back().key_package}};
        }
        case 1: {
            const auto leaf = removable(from);
            if (!leaf) return std::nullopt;
            return Proposal{Remove{*leaf}};
        }
        default: return make_psk();
    }
}

// One proposal by reference. Nobody removes the committer, which is the first member.
void Band::propose(Json& sent) {
    Group& from = sender();
    Bytes message;
    if (dice_.below(3) == 0 && &from != &groups[0]) {
        message = from.propose_update(nullptr, env()).value();
    } else {
        const auto proposal = make_proposal(from);
        if (!proposal) return;
        const auto* remove = proposal->get_if<Remove>();
        if (remove != nullptr && remove->removed == groups[0].own_leaf()) return;
        message = from.propose(*proposal, env()).value();
    }
    deliver(message, from);
    sent.push_back(to_hex(message));
}

Json Band::step() {
    Json proposals = Json::array();
    // The committer changes from epoch to epoch, and with it the format of what it sends.
    std::swap(groups[0], sender());
    for (Group& group : groups) {
        const bool in_the_clear = dice_.below(4) == 0;
        const auto format = in_the_clear ? WireFormat::public_message : WireFormat::private_message;
        if (group.is_active()) group.use_handshake_format(format).value();
    }
    for (uint32_t i = dice_.below(3); i > 0; --i) propose(proposals);
    CommitOptions options;
    if (dice_.below(3) == 0) options.proposals.push_back(make_psk());
    std::vector<KeyPackageSecrets> joiners;
    if (dice_.below(3) == 0) joiners.push_back(make_key_package());
    options.path = dice_.below(2) == 0;
    const CommitMessages sent = commit(groups[0], std::move(options), std::move(joiners));
    return {{"proposals", std::move(proposals)},
            {"commit", to_hex(sent.commit)},
            {"epoch_authenticator", to_hex(groups.back().current().epoch_authenticator())}};
}

}  // namespace mayfly::vectors
