// What goes beyond changes of members: proposals of the application, and groups that continue
// another one (RFC 9420 sections 11.2, 11.3 and 13.2).
import { expect } from "./mixed_group.mjs";
import { hex } from "./packages.mjs";

// The one type of proposal that the test's members know.
export const custom_type = 0xf101;

// A member of each kind proposes; one of another kind commits that and one of its own.
export async function custom_proposals(group, kinds, { run, skip_unless, is_public, options_of }) {
  for (const [i, kind] of kinds.entries()) {
    const other = kinds[(i + 1) % kinds.length];
    const name = `${kind} proposes what the application defines, ${other} commits it`;
    if (!skip_unless("custom proposal", name, group.members)) continue;
    await run(name, async () => {
      const proposer = group.of_kind(kind)[0];
      const committer = group.of_kind(other).find((member) => member !== proposer);
      const own = { kind: "custom", body: Buffer.from(`of ${other}`) };
      const body = Buffer.from(`of ${kind}`);
      await group.propose(proposer, { kind: "custom", body }, is_public);
      await group.commit(committer, { ...options_of(committer), proposals: [own] });
      for (const member of group.of_kind("mayfly")) {
        if (member === committer) continue;
        const seen = member.last_custom.sort().join();
        expect(seen === [hex(body), hex(own.body)].sort().join(), `${member.name} saw ${seen}`);
      }
    });
  }
}

// Each kind makes a subgroup of all members, then each closes the group and another one reopens it.
// The members go on in the new group.
export async function linked_groups(group, kinds, { run, skip_unless, options_of }) {
  for (const kind of kinds) {
    const name = `${kind} branches off a subgroup`;
    if (!skip_unless("branch", name, group.members)) continue;
    await run(name, async () => {
      await group.continue_in(group.of_kind(kind)[0], (creator, key_packages) =>
        creator.branch(Buffer.from(`branch of ${kind}`), key_packages));
      await group.everyone_speaks();
    });
  }
  for (const [i, kind] of kinds.entries()) {
    const other = kinds[(i + 1) % kinds.length];
    const name = `${kind} closes the group by ReInit, ${other} begins the new one`;
    if (!skip_unless("reinit", name, group.members)) continue;
    await run(name, async () => {
      await group.close(group.of_kind(kind)[0], Buffer.from(`reinit of ${kind}`), options_of);
      await group.continue_in(group.of_kind(other)[0], (creator, key_packages) =>
        creator.reinitialise(key_packages));
      await group.everyone_speaks();
    });
  }
}
