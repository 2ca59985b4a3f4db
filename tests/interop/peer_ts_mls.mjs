// Members that run ts-mls (MIT licence), in this process.
import { custom_type } from "./extensions.mjs";
import { hybrid_suite, make_hybrid_suite } from "./hybrid_suite.mjs";
import { hex, load } from "./packages.mjs";

const folder = "ts-mls/dist/src";
const basic_names = {
  1: "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519",
  2: "MLS_128_DHKEMP256_AES128GCM_SHA256_P256",
  3: "MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519",
};
const no_bytes = new Uint8Array();

// A parent's unmerged leaf must be listed by the parents between the two (RFC 9420 section 7.9).
// ts-mls 1.6.4 asks more: that all parents above that leaf have the same list. So it refuses some
// valid trees, those of its own Welcomes too. That the tree is valid shows in the epoch's secrets:
// the tree hash is in them, and members that are in already (OpenMLS among them) agree on it.
const unmerged_complaint =
  "non-blank intermediate node must list leaf node in its unmerged_leaves";
const unmerged_defect =
  "ts-mls: it refuses to join trees whose parents above an unmerged leaf list different leaves";

async function name_defects(call) {
  try {
    return await call();
  } catch (error) {
    if (error.message === unmerged_complaint) error.defect = unmerged_defect;
    throw error;
  }
}

export class TsMlsPeer {
  kind = "ts-mls";

  static async open() {
    const peer = new TsMlsPeer();
    peer.mls = await load(`${folder}/index.js`);
    // Files of the package for what its index leaves out: a tree that travels beside the Welcome.
    peer.trees = await load(`${folder}/ratchetTree.js`);
    peer.commits = await load(`${folder}/createCommit.js`);
    peer.resumption = await load(`${folder}/resumption.js`);
    peer.vectors = await load(`${folder}/codec/variableLength.js`);
    peer.encode = (await load(`${folder}/codec/tlsEncoder.js`)).encode;
    peer.suites = new Map();
    return peer;
  }

  close() {}

  supports_suite() {
    return undefined;
  }

  async #suite(number) {
    if (!this.suites.has(number)) {
      const { getCiphersuiteImpl, getCiphersuiteFromName } = this.mls;
      this.suites.set(number, number === hybrid_suite ? await make_hybrid_suite(this.mls)
        : await getCiphersuiteImpl(getCiphersuiteFromName(basic_names[number])));
    }
    return this.suites.get(number);
  }

  async member(name, identity, suite) {
    const member = new TsMlsMember(this, name, identity, await this.#suite(suite));
    member.signature_keys = await member.suite.signature.keygen();
    // ts-mls 1.6.4 makes compressed ECDSA keys; RFC 9420 section 5.1.1 asks for uncompressed ones,
    // which it reads.
    if (suite === 2) {
      const { p256 } = await load("@noble/curves/nist.js");
      const { signKey } = member.signature_keys;
      member.signature_keys.publicKey = p256.getPublicKey(signKey, false);
    }
    return member;
  }
}

class TsMlsMember {
  kind = "ts-mls";

  constructor(peer, name, identity, suite) {
    Object.assign(this, { peer, mls: peer.mls, name, identity, suite });
    this.psks = {};
  }

  cannot(action) {
    if (action === "propose update") return "it has no call that makes an Update proposal";
    return undefined;
  }

  async #make_key_package() {
    const { generateKeyPackageWithKey, defaultCapabilities, defaultLifetime } = this.mls;
    const credential = { credentialType: "basic", identity: this.identity };
    const capabilities = defaultCapabilities();
    capabilities.proposals.push(custom_type);
    return generateKeyPackageWithKey(credential, capabilities, defaultLifetime, [],
      this.signature_keys, this.suite);
  }

  #psk_index() {
    return this.mls.makePskIndex(this.group, this.psks);
  }

  #decode(message, wireformat) {
    const decoded = this.mls.decodeMlsMessage(message, 0);
    if (decoded === undefined) throw new Error("ts-mls: cannot decode the message");
    const [content, length] = decoded;
    if (length !== message.length) throw new Error("ts-mls: bytes after the message");
    if (wireformat && content.wireformat !== wireformat) throw new Error("ts-mls: wrong message");
    return content;
  }

  #encode(content) {
    return this.mls.encodeMlsMessage({ version: "mls10", ...content });
  }

  // ts-mls 1.6.4 puts the bare key into external_pub, where RFC 9420 section 12.4.3.2 has a vector
  // with its length (HPKEPublicKey). The GroupInfo is signed as it travels, so its list of
  // extensions stays and only what ts-mls finds in it changes.
  #take_external_pub(groupInfo) {
    const extensions = [...groupInfo.extensions];
    extensions.find = (wanted) => {
      const found = Array.prototype.find.call(extensions, wanted);
      if (found?.extensionType !== "external_pub") return found;
      const [key] = this.peer.vectors.decodeVarLenData(found.extensionData, 0);
      return { ...found, extensionData: key };
    };
    return { ...groupInfo, extensions };
  }

  async #make_external_pub() {
    const { hpke } = this.suite;
    const pair = await hpke.deriveKeyPair(this.group.keySchedule.externalSecret);
    const key = await hpke.exportPublicKey(pair.publicKey);
    const extensionData = this.peer.encode(this.peer.vectors.varLenDataEncoder)(key);
    return { extensionType: "external_pub", extensionData };
  }

  #tree_of(bytes) {
    return bytes && this.peer.trees.decodeRatchetTree(bytes, 0)[0];
  }

  async key_package() {
    this.keys = await this.#make_key_package();
    return this.#encode({ wireformat: "mls_key_package", keyPackage: this.keys.publicPackage });
  }

  async create(group_id) {
    const { publicPackage, privatePackage } = await this.#make_key_package();
    this.group = await this.mls.createGroup(group_id, publicPackage, privatePackage, [],
      this.suite);
  }

  async join({ welcome, tree }) {
    const content = this.#decode(welcome, "mls_welcome").welcome;
    const { publicPackage, privatePackage } = this.keys;
    this.group = undefined;
    this.group = await name_defects(() => this.mls.joinGroup(content, publicPackage,
      privatePackage, this.#psk_index(), this.suite, this.#tree_of(tree)));
  }

  async join_linked({ welcome, tree }) {
    const content = this.#decode(welcome, "mls_welcome").welcome;
    const { publicPackage, privatePackage } = this.keys;
    const { joinGroup, makePskIndex } = this.mls;
    this.group = await name_defects(() => joinGroup(content, publicPackage, privatePackage,
      makePskIndex(this.group, {}), this.suite, this.#tree_of(tree), this.group));
  }

  async branch(group_id, key_packages) {
    const { publicPackage, privatePackage } = await this.#make_key_package();
    return this.#begin(await this.mls.branchGroup(this.group, publicPackage, privatePackage,
      this.#packages(key_packages), new Uint8Array(group_id), this.suite));
  }

  // Its own call for this knows no suites but its own, so the parts are put together here.
  async reinitialise(key_packages) {
    const { publicPackage, privatePackage } = await this.#make_key_package();
    const { createGroup, createCommit, makePskIndex } = this.mls;
    const { groupId, extensions } = this.group.groupActiveState.reinit;
    const state = await createGroup(groupId, publicPackage, privatePackage, extensions, this.suite);
    const { id } = this.peer.resumption.makeResumptionPsk(this.group, "reinit", this.suite);
    const adds = this.#packages(key_packages).map((keyPackage) =>
      ({ proposalType: "add", add: { keyPackage } }));
    return this.#begin(await createCommit(
      { state, pskIndex: makePskIndex(this.group, {}), cipherSuite: this.suite },
      { ratchetTreeExtension: true,
        extraProposals: [...adds, { proposalType: "psk", psk: { preSharedKeyId: id } }] }));
  }

  #packages(encoded) {
    return encoded.map((one) => this.#decode(one, "mls_key_package").keyPackage);
  }

  #begin({ newState, welcome }) {
    this.next_group = newState;
    const { ratchetTreeEncoder } = this.peer.trees;
    return {
      welcome: this.#encode({ wireformat: "mls_welcome", welcome }),
      tree: this.peer.encode(ratchetTreeEncoder)(newState.ratchetTree),
    };
  }

  async join_external({ group_info, tree, replaces }) {
    const content =
      this.#take_external_pub(this.#decode(group_info, "mls_group_info").groupInfo);
    const { publicPackage, privatePackage } = await this.#make_key_package();
    const { publicMessage, newState } = await name_defects(() =>
      this.mls.joinGroupExternal(content, publicPackage, privatePackage, replaces !== undefined,
        this.suite, this.#tree_of(tree)));
    this.group = newState;
    return this.#encode({ wireformat: "mls_public_message", publicMessage });
  }

  async group_info(with_tree = true) {
    const { groupContext, confirmationTag, ratchetTree } = this.group;
    const { createGroupInfo, createGroupInfoWithRatchetTree } = this.peer.commits;
    const extensions = [await this.#make_external_pub()];
    const groupInfo = with_tree
      ? await createGroupInfoWithRatchetTree(groupContext, confirmationTag, this.group,
        ratchetTree, extensions, this.suite)
      : await createGroupInfo(groupContext, confirmationTag, this.group, extensions, this.suite);
    return {
      group_info: this.#encode({ wireformat: "mls_group_info", groupInfo }),
      tree: with_tree ? undefined : this.#tree(),
    };
  }

  #tree() {
    return this.peer.encode(this.peer.trees.ratchetTreeEncoder)(this.group.ratchetTree);
  }

  learn_psk(id, secret) {
    this.psks[this.mls.bytesToBase64(id)] = secret;
  }

  #proposal(proposal) {
    const pskNonce = this.suite.rng.randomBytes(this.suite.kdf.size);
    switch (proposal.kind) {
      case "add": {
        const { keyPackage } = this.#decode(proposal.key_package, "mls_key_package");
        return { proposalType: "add", add: { keyPackage } };
      }
      case "remove":
        return { proposalType: "remove", remove: { removed: proposal.leaf } };
      case "psk":
        return { proposalType: "psk",
          psk: { preSharedKeyId: { psktype: "external", pskId: proposal.id, pskNonce } } };
      case "resumption":
        return { proposalType: "psk", psk: { preSharedKeyId: {
          psktype: "resumption", usage: "application", pskNonce,
          pskGroupId: this.group.groupContext.groupId, pskEpoch: BigInt(proposal.epoch) } } };
      case "custom":
        return { proposalType: custom_type, proposalData: new Uint8Array(proposal.body) };
      case "reinit":
        return { proposalType: "reinit", reinit: {
          groupId: new Uint8Array(proposal.group_id), version: "mls10",
          cipherSuite: this.group.groupContext.cipherSuite, extensions: [] } };
      default:
        throw new Error(`ts-mls: no such proposal: ${proposal.kind}`);
    }
  }

  async propose(proposal, is_public) {
    const made = await this.mls.createProposal(this.group, is_public, this.#proposal(proposal),
      this.suite);
    this.group = made.newState;
    return this.mls.encodeMlsMessage(made.message);
  }

  async commit({ proposals = [], is_public = false, tree_in_welcome = true } = {}) {
    const made = await this.mls.createCommit(
      { state: this.group, cipherSuite: this.suite, pskIndex: this.#psk_index() },
      { wireAsPublicMessage: is_public, ratchetTreeExtension: tree_in_welcome,
        extraProposals: proposals.map((one) => this.#proposal(one)) });
    this.next_group = made.newState;
    const { welcome } = made;
    const out = { commit: this.mls.encodeMlsMessage(made.commit) };
    if (welcome) {
      out.welcome = this.#encode({ wireformat: "mls_welcome", welcome });
      const { ratchetTreeEncoder } = this.peer.trees;
      if (!tree_in_welcome) {
        out.tree = this.peer.encode(ratchetTreeEncoder)(this.next_group.ratchetTree);
      }
    }
    return out;
  }

  accepted() {
    this.group = this.next_group;
    this.next_group = undefined;
  }

  async process(message) {
    const content = this.#decode(message);
    const { processPrivateMessage, processPublicMessage, acceptAll } = this.mls;
    const epoch_before = this.group.groupContext.epoch;
    const done = content.wireformat === "mls_private_message"
      ? await processPrivateMessage(this.group, content.privateMessage, this.#psk_index(),
        this.suite, acceptAll)
      : await processPublicMessage(this.group, content.publicMessage, this.#psk_index(),
        this.suite, acceptAll);
    this.group = done.newState;
    if (done.kind === "applicationMessage") {
      return { kind: "application", plaintext: done.message };
    }
    const active = this.group.groupActiveState.kind === "active";
    const moved = this.group.groupContext.epoch !== epoch_before;
    return { kind: moved || !active ? "commit" : "proposal", active };
  }

  async protect(plaintext) {
    const made = await this.mls.createApplicationMessage(this.group, plaintext, this.suite);
    this.group = made.newState;
    return this.#encode({ wireformat: "mls_private_message", privateMessage: made.privateMessage });
  }

  async state() {
    if (this.group.groupActiveState.kind !== "active") return { active: false };
    const exported = await this.mls.mlsExporter(this.group.keySchedule.exporterSecret, "exporter",
      no_bytes, 32, this.suite);
    const leaves = this.group.ratchetTree.filter((node) => node?.nodeType === "leaf");
    return {
      active: true,
      epoch: Number(this.group.groupContext.epoch),
      authenticator: hex(this.group.keySchedule.epochAuthenticator),
      exported: hex(exported),
      identities: leaves.map((node) => hex(node.leaf.credential.identity)),
    };
  }
}
