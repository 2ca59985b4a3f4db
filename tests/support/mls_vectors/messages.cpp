// Makes messages vectors: one of each structure, from a group at work.
#include "mls/mls_message.h"
#include "mls/public_message.h"
#include "mls/ratchet_tree.h"
#include "tests/support/mls_vectors/band.h"

namespace mayfly::vectors {

using namespace mls;

namespace {

// A message in the clear, of a member whose keys do not matter here.
template <class Body>
std::string in_the_clear(const CipherSuite& suite, Dice& dice, Body body) {
    const auto signer = crypto::signature_generate(suite.signature, dice.entropy).value();
    FramedContent framed;
    framed.group_id = dice.bytes(16);
    framed.epoch = {dice.below(1000)};
    framed.sender = Sender::member({dice.below(100)});
    framed.content.emplace<Body>(std::move(body));
    AuthenticatedContent message =
        sign_content(suite, WireFormat::public_message, std::move(framed), {}, signer.private_key)
            .value();
    if (message.content.type() == ContentType::commit) {
        message.auth.confirmation_tag = dice.bytes(suite.hash_size_bytes());
    }
    const Secret membership_key(dice.bytes(suite.hash_size_bytes()));
    return to_hex(encode_message(protect_public(suite, std::move(message), {}, membership_key)));
}

Json make_proposals(const CipherSuite& suite, Band& band, Dice& dice) {
    const KeyPackage package = band.make_key_package().key_package;
    LeafNode leaf = package.leaf_node;
    leaf.source = LeafNodeSource::update;
    const Extension extension{ExtensionType{0xf00d}, dice.bytes(12)};
    const ReInit reinit{dice.bytes(16), ProtocolVersion::mls10, suite.id, {extension}};
    const auto psk = std::get<PreSharedKey>(band.make_psk().content);
    return {{"add_proposal", to_hex(codec::encode(Add{package}))},
            {"update_proposal", to_hex(codec::encode(Update{leaf}))},
            {"remove_proposal", to_hex(codec::encode(Remove{{dice.below(100)}}))},
            {"pre_shared_key_proposal", to_hex(codec::encode(psk))},
            {"re_init_proposal", to_hex(codec::encode(reinit))},
            {"external_init_proposal", to_hex(codec::encode(ExternalInit{dice.bytes(32)}))},
            {"group_context_extensions_proposal",
             to_hex(codec::encode(GroupContextExtensions{{extension}}))}};
}

}  // namespace

Json make_messages(const CipherSuite& suite, Dice& dice) {
    Band band(suite, dice, 2 + dice.below(4));
    Group& group = band.groups[0];
    const Bytes sealed = group.protect(dice.bytes(30), {}, dice.entropy).value();
    group.use_handshake_format(WireFormat::public_message).value();
    std::vector<KeyPackageSecrets> joiners;
    joiners.push_back(band.make_key_package());
    const Bytes package = encode_key_package_message(joiners[0].key_package);
    const CommitMessages sent = band.commit(group, {}, std::move(joiners));  // moves the groups
    const Group& sender = band.groups[0];
    const auto commit =
        std::get<Commit>(decode_message<PublicMessage>(sent.commit).value().content.content);
    GroupSecrets secrets;
    secrets.joiner_secret = Secret(dice.bytes(suite.hash_size_bytes()));
    if (dice.number % 2 == 0) secrets.path_secret = Secret(dice.bytes(suite.hash_size_bytes()));

    Json out = make_proposals(suite, band, dice);
    out["mls_welcome"] = to_hex(*sent.welcome);
    out["mls_group_info"] = to_hex(sender.group_info(true, true, band.env()).value());
    out["mls_key_package"] = to_hex(package);
    out["ratchet_tree"] = to_hex(sender.ratchet_tree());
    out["group_secrets"] = to_hex(codec::encode_secret(secrets).expose());
    out["commit"] = to_hex(codec::encode(commit));
    out["public_message_application"] =
        in_the_clear(suite, dice, ApplicationData{SecretBuffer(dice.bytes(20))});
    out["public_message_proposal"] = in_the_clear(suite, dice, Proposal{Remove{{1}}});
    out["public_message_commit"] = in_the_clear(suite, dice, commit);
    out["private_message"] = to_hex(sealed);
    return out;
}

}  // namespace mayfly::vectors
