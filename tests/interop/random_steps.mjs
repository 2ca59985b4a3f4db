// A mixed group through random steps: the seed decides who does what, and each step is one test.
import { MixedGroup } from "./mixed_group.mjs";

const members_min = 3;
const members_max = 10;

// A small generator (mulberry32): equal seeds give equal steps with every version of node.
function make_dice(seed) {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

export async function random_steps(report, peers, options) {
  const { title, suite, kinds, seed, steps, say } = options;
  const start = Date.now();
  const roll = make_dice(seed);
  const pick = (list) => list[roll(list.length)];
  const group = new MixedGroup(peers, suite, title);
  const format = () => ({ is_public: roll(2) === 0 || !group.can("private handshake") });

  // Each gives a description, and the step; or nothing when it cannot be done now.
  const moves = {
    async add(actor) {
      if (group.members.length >= members_max) return undefined;
      const joiners = [];
      for (let i = roll(2); i >= 0; --i) joiners.push(await group.new_member(pick(kinds)));
      const tree_in_welcome = !group.can("tree beside welcome", [actor, ...joiners]) ||
        roll(2) === 0;
      return () => group.commit(actor, { ...format(), joiners, tree_in_welcome });
    },
    async remove(actor) {
      const victim = pick(group.members);
      const ours = group.of_kind("mayfly");
      if (victim === actor || group.members.length <= members_min) return undefined;
      if (victim.kind === "mayfly" && ours.length === 1) return undefined;
      return () => group.commit(actor, { ...format(), removed: [victim] });
    },
    async update(actor) {
      return () => group.commit(actor, format());
    },
    async propose_update(actor) {
      const proposer = pick(group.of_kind("mayfly"));
      if (proposer === actor) return undefined;
      return async () => {
        await group.propose(proposer, { kind: "update" }, format().is_public);
        const sent = actor.commit_pending ? await actor.commit_pending()
          : await actor.commit(format());
        await group.finish(actor, sent);
      };
    },
    async pre_shared_key(actor) {
      if (!group.can("psk")) return undefined;
      const id = new Uint8Array([roll(256)]);
      const path = roll(2) === 0;
      return async () => {
        await group.share_psk(id, new Uint8Array(32).fill(id[0]));
        await group.commit(actor, { ...format(), path, proposals: [{ kind: "psk", id }] });
      };
    },
    async external(actor) {
      if (group.members.length >= members_max || actor.kind === "core-crypto") return undefined;
      const joiner = await group.new_member(pick(kinds));
      return () => group.external(joiner, actor);
    },
    async speak(actor) {
      return async () => {
        await group.say(actor, `one of ${group.members.length}`);
        await group.agree();
      };
    },
  };

  await report.step(title, "start", async () => {
    await group.create("mayfly");
    const joiners = [];
    for (const kind of [...kinds, ...kinds]) joiners.push(await group.new_member(kind));
    await group.commit(group.members[0], { ...format(), joiners });
  });
  for (let passed = 0, step = 1; passed < steps; ++step) {
    let action;
    let name;
    while (!action) {
      const actor = pick(group.members);
      const move = pick(Object.keys(moves));
      name = `seed ${seed}, step ${step}: ${move} by ${actor.kind}`;
      action = await moves[move](actor);
    }
    if (await report.step(title, name, action)) passed += 1;
  }
  say(`${title}: ${steps} steps, seed ${seed}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
}
