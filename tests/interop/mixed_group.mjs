// One group with members of several implementations, and a delivery service that hands every
// message to everybody else. After every epoch all members must agree.
import { hex } from "./packages.mjs";

export class MixedGroup {
  // peers: by kind. suite: its number.
  constructor(peers, suite, label) {
    Object.assign(this, { peers, suite, label });
    this.members = [];  // those in the group now
    this.count = 0;
  }

  async new_member(kind) {
    const number = ++this.count;
    // The form of identity that core-crypto asks for; the others take any bytes.
    const user = `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}`;
    const identity = new TextEncoder().encode(`${user}:${number.toString(16)}@mayfly.test`);
    const name = `${this.label} ${number} ${kind}`;
    return this.peers[kind].member(name, identity, this.suite);
  }

  async create(kind) {
    const creator = await this.new_member(kind);
    await creator.create(new TextEncoder().encode(`a mixed group: ${this.label}`));
    this.members = [creator];
  }

  of_kind(kind) {
    return this.members.filter((member) => member.kind === kind);
  }

  // Where each member sits, as one of ours sees it.
  async leaf_of(member) {
    const { members } = await this.of_kind("mayfly")[0].state();
    return members.find((one) => one.identity === hex(member.identity)).leaf;
  }

  // can: no member of these stands in the way of the action.
  can(action, members = this.members) {
    return members.every((member) => !member.cannot(action));
  }

  async deliver(message, sender, kind) {
    for (const member of this.members) {
      if (member === sender) continue;
      const done = await at(member, `process a ${kind} of ${sender.name}`, () =>
        member.process(message));
      expect(done.kind === kind, `${member.name} took a ${kind} for a ${done.kind}`);
      member.was_removed = done.active === false;
    }
  }

  // commit: what its options add joins by the Welcome, what they remove must notice it.
  async commit(committer, options = {}) {
    const { joiners = [], removed = [], proposals = [], ...rest } = options;
    const list = [...proposals];
    for (const joiner of joiners) {
      list.push({ kind: "add", key_package: await joiner.key_package() });
    }
    for (const member of removed) {
      list.push({ kind: "remove", leaf: await this.leaf_of(member), identity: member.identity });
    }
    const sent = await at(committer, "commit", () =>
      committer.commit({ ...rest, proposals: list }));
    await this.finish(committer, sent, joiners, removed);
  }

  // finish delivers a commit and lets in those it welcomes.
  async finish(committer, sent, joiners = [], removed = []) {
    await this.deliver(sent.commit, committer, "commit");
    await at(committer, "merge its commit", () => committer.accepted());
    for (const member of this.members) {
      const expected = removed.includes(member);
      expect(Boolean(member.was_removed) === expected,
        `${member.name} ${expected ? "does not know that it was removed" : "thinks it is out"}`);
    }
    this.members = this.members.filter((member) => !removed.includes(member));
    const refused = await this.#welcome(committer, sent, joiners);
    if (refused.length === 0) return this.agree();
    // Those that a known defect keeps out are in the tree and must leave it again.
    await this.commit(committer,
      { is_public: true, removed: refused.map(({ joiner }) => joiner) });
    throw refused[0].error;
  }

  async #welcome(committer, sent, joiners) {
    const refused = [];
    for (const joiner of joiners) {
      try {
        await at(joiner, `join by a Welcome of ${committer.name}`, () => joiner.join(sent));
        this.members.push(joiner);
      } catch (error) {
        if (!error.defect) throw error;
        refused.push({ joiner, error });
      }
    }
    return refused;
  }

  async propose(proposer, proposal, is_public) {
    const message = await at(proposer, `propose ${proposal.kind}`, () =>
      proposer.propose(proposal, is_public));
    await this.deliver(message, proposer, "proposal");
  }

  // external: the joiner comes in by an external commit, with the GroupInfo that giver made.
  async external(joiner, giver, { with_tree = true, replaces } = {}) {
    const leaf = replaces && await this.leaf_of(replaces);
    const info = await at(giver, "make a GroupInfo", () => giver.group_info(with_tree));
    const others = this.members.filter((member) => member !== replaces);
    const commit = await at(joiner, `join by a GroupInfo of ${giver.name}`, () =>
      joiner.join_external({ ...info, replaces: leaf }));
    this.members = others;
    await this.deliver(commit, joiner, "commit");
    this.members.push(joiner);
    await this.agree();
  }

  // close commits a ReInit: afterwards nobody can go on but in a new group.
  async close(committer, group_id, options_of) {
    const sent = await at(committer, "commit a ReInit", () =>
      committer.commit({ ...options_of(committer), proposals: [{ kind: "reinit", group_id }] }));
    await this.deliver(sent.commit, committer, "commit");
    await at(committer, "merge its commit", () => committer.accepted());
    for (const member of this.members) {
      const { active } = await member.state();
      expect(!active, `${member.name} does not know that the group is closed`);
      member.was_removed = false;
    }
  }

  // continue_in: all members join the group that begin(creator, key packages) makes of theirs.
  async continue_in(creator, begin) {
    const others = this.members.filter((member) => member !== creator);
    const key_packages = [];
    for (const member of others) key_packages.push(await member.key_package());
    const sent = await at(creator, "begin a group", () => begin(creator, key_packages));
    await at(creator, "merge its commit", () => creator.accepted());
    for (const member of others) {
      await at(member, `follow ${creator.name} into its group`, () => member.join_linked(sent));
    }
    await this.agree();
  }

  async share_psk(id, secret) {
    for (const member of this.members) await member.learn_psk(id, secret);
  }

  // agree: same epoch, secrets and members everywhere. core-crypto does not show its epoch
  // authenticator; the exported secret, which comes from the same epoch secret, stands for it.
  async agree() {
    const names = this.members.map((member) => hex(member.identity)).sort().join();
    let first;
    for (const member of this.members) {
      const state = await at(member, "tell its state", () => member.state());
      expect(state.active, `${member.name} is not active`);
      const identities = state.identities ?? state.members.map((one) => one.identity);
      expect([...identities].sort().join() === names, `${member.name} has other members`);
      first ??= state;
      expect(state.epoch === first.epoch,
        `${member.name} is in epoch ${state.epoch}, not ${first.epoch}`);
      expect(state.exported === first.exported, `${member.name} exports another secret`);
      if (state.authenticator === undefined) continue;
      first.authenticator ??= state.authenticator;
      expect(state.authenticator === first.authenticator,
        `${member.name} has another epoch authenticator`);
    }
  }

  async say(sender, text) {
    const plaintext = new TextEncoder().encode(text);
    const message = await at(sender, "protect", () => sender.protect(plaintext));
    for (const member of this.members) {
      if (member === sender) continue;
      const done = await at(member, `read a message of ${sender.name}`, () =>
        member.process(message));
      expect(done.kind === "application" && hex(done.plaintext) === hex(plaintext),
        `${member.name} reads something else than ${sender.name} said`);
    }
  }

  async everyone_speaks() {
    for (const member of this.members) await this.say(member, `hello from ${member.name}`);
  }
}

async function at(member, action, call) {
  try {
    return await call();
  } catch (error) {
    const complaint = `${member.name} could not ${action}: ${error.message}`;
    throw Object.assign(new Error(complaint, { cause: error }), { defect: error.defect });
  }
}

export function expect(condition, complaint) {
  if (!condition) throw new Error(complaint);
}
