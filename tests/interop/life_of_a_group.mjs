// What one mixed group goes through. Each step is a test; where a peer cannot take part, the step
// is skipped by name, or another kind takes the part.
import { custom_proposals, linked_groups } from "./extensions.mjs";
import { expect, MixedGroup } from "./mixed_group.mjs";

// life: kinds take the seats in turn; kinds[0] creates the group.
export async function life_of_a_group(report, peers, options) {
  const { suite, suite_name, kinds, size, is_public } = options;
  const format = is_public ? "public" : "private";
  const label = `${suite_name}, ${size} members, ${format} handshakes, ${kinds.join(" + ")}`;
  const group = new MixedGroup(peers, suite, label);
  const kind_at = (seat) => kinds[seat % kinds.length];
  const options_of = (member) =>
    ({ is_public: is_public || Boolean(member.cannot("private handshake")) });
  const run = (name, step) => report.step(label, name, step);
  const skip_unless = (action, name, members) => {
    for (const member of members) {
      const reason = member.cannot(action);
      if (reason) {
        report.skip(`${label}: ${name}`, `${member.kind}: ${reason}`);
        return false;
      }
    }
    return true;
  };

  await run("create", () => group.create(kind_at(0)));
  await run("add by one commit, tree in the Welcome", async () => {
    const joiners = [];
    const first = Math.max(1, Math.floor((size - 1) / 2));
    for (let i = 1; i <= first; ++i) joiners.push(await group.new_member(kind_at(i)));
    const [creator] = group.members;
    await group.commit(creator, { ...options_of(creator), joiners });
  });
  if (size > 2) {
    await run("add by another member, tree beside the Welcome where it can be", async () => {
      const joiners = [];
      for (let i = group.members.length; i < size; ++i) {
        joiners.push(await group.new_member(kind_at(i)));
      }
      const committer = group.members.at(-1);
      const tree_in_welcome = !group.can("tree beside welcome", [committer, ...joiners]);
      await group.commit(committer, { ...options_of(committer), joiners, tree_in_welcome });
    });
  }
  await run("every member commits an update", async () => {
    for (const member of [...group.members]) await group.commit(member, options_of(member));
  });
  await run("every member is heard by all", () => group.everyone_speaks());
  await proposals_by_reference(group, kinds, { run, skip_unless, is_public, options_of });
  await pre_shared_keys(group, kinds, { run, skip_unless, options_of });
  await removals(group, kinds, { run, options_of });
  await external_commits(group, kinds, { run, options_of });
  await custom_proposals(group, kinds, { run, skip_unless, is_public, options_of });
  await run("every member is heard by all at the end", () => group.everyone_speaks());
  await linked_groups(group, kinds, { run, skip_unless, options_of });
}

// A member of each kind proposes; a member of another kind commits.
async function proposals_by_reference(group, kinds, { run, skip_unless, is_public, options_of }) {
  for (const [i, kind] of kinds.entries()) {
    const other = kinds[(i + 1) % kinds.length];
    const proposer = group.of_kind(kind)[0];
    const committer = group.of_kind(other).find((member) => member !== proposer);
    for (const what of ["update", "add", "remove"]) {
      const name = `${kind} proposes ${what}, ${other} commits it`;
      if (!skip_unless(`propose ${what}`, name, [proposer])) continue;
      if (!is_public && !skip_unless("private handshake", name, [committer])) continue;
      await run(name, async () => {
        const commit = async (joiners, removed) => {
          const sent = committer.commit_pending ? await committer.commit_pending()
            : await committer.commit(options_of(committer));
          await group.finish(committer, sent, joiners, removed);
        };
        if (what === "update") {
          await group.propose(proposer, { kind: "update" }, is_public);
          return commit([], []);
        }
        if (what === "add") {
          const joiner = await group.new_member(kind);
          const key_package = await joiner.key_package();
          await group.propose(proposer, { kind: "add", key_package }, is_public);
          return commit([joiner], []);
        }
        const victim = group.members.at(-1);  // whom "add" let in
        expect(victim !== proposer && victim !== committer, "nobody to remove");
        const leaf = await group.leaf_of(victim);
        await group.propose(proposer, { kind: "remove", leaf }, is_public);
        return commit([], [victim]);
      });
    }
  }
}

async function pre_shared_keys(group, kinds, { run, skip_unless, options_of }) {
  for (const kind of kinds) {
    const committer = group.of_kind(kind)[0];
    const external = `${kind} commits an external pre-shared key, without a path`;
    if (skip_unless("psk", external, group.members)) {
      await run(external, async () => {
        const id = new TextEncoder().encode(`key of ${kind}`);
        await group.share_psk(id, new Uint8Array(32).fill(7));
        await group.commit(committer,
          { ...options_of(committer), path: false, proposals: [{ kind: "psk", id }] });
      });
    }
    const resumption = `${kind} commits the resumption key of an earlier epoch`;
    if (skip_unless("psk", resumption, group.members)) {
      await run(resumption, async () => {
        const { epoch } = await group.of_kind("mayfly")[0].state();
        await group.commit(committer, { ...options_of(committer),
          proposals: [{ kind: "resumption", epoch: epoch - 1 }] });
      });
    }
    const joined = `${kind} adds with a pre-shared key`;
    if (skip_unless("psk", joined, group.members)) {
      await run(joined, async () => {
        const id = new TextEncoder().encode(`key of ${kind}`);
        const joiner = await group.new_member(kinds[(kinds.indexOf(kind) + 1) % kinds.length]);
        await joiner.learn_psk(id, new Uint8Array(32).fill(7));
        await group.commit(committer,
          { ...options_of(committer), joiners: [joiner], proposals: [{ kind: "psk", id }] });
        await group.commit(committer, { ...options_of(committer), removed: [joiner] });
      });
    }
  }
}

// A member of each kind removes one of each kind, whose seat another of the same kind takes.
async function removals(group, kinds, { run, options_of }) {
  for (const kind of kinds) {
    for (const other of kinds) {
      const remover = group.of_kind(kind)[0];
      const victim = group.of_kind(other).find((member) => member !== remover);
      if (!victim) continue;  // a group of two has one member of a kind
      await run(`${kind} removes a ${other} and adds another one`, async () => {
        await group.commit(remover, { ...options_of(remover), removed: [victim] });
        const joiner = await group.new_member(other);
        await group.commit(remover, { ...options_of(remover), joiners: [joiner] });
        await group.say(joiner, "after a removal");
      });
    }
  }
}

// Each kind joins with a GroupInfo of each kind; then each rejoins in place of its old leaf.
async function external_commits(group, kinds, { run, options_of }) {
  for (const giver_kind of kinds) {
    for (const kind of kinds) {
      await run(`${kind} joins by external commit with a GroupInfo of ${giver_kind}`, async () => {
        const giver = group.of_kind(giver_kind)[0];
        // core-crypto's GroupInfo comes with its commits only.
        if (giver_kind === "core-crypto") await group.commit(giver, options_of(giver));
        const joiner = await group.new_member(kind);
        const with_tree = !group.can("tree beside welcome", [giver, joiner]);
        await group.external(joiner, giver, { with_tree });
        await group.say(joiner, "from outside");
        const remover = group.of_kind(kind)[0];
        await group.commit(remover, { ...options_of(remover), removed: [joiner] });
      });
    }
  }
  for (const kind of kinds) {
    const name = `${kind} rejoins in place of its old leaf`;
    const member = group.of_kind(kind)[0];
    const giver = group.members.find((one) => one !== member);
    await run(name, async () => {
      if (giver.kind === "core-crypto") await group.commit(giver, options_of(giver));
      await group.external(member, giver, { replaces: member });
    });
  }
}
