// Runs Mayfly's MLS library in mixed groups with ts-mls and core-crypto.
//
//     node tests/interop/interop.mjs MLS_PEER [--seed N] [--steps N] [--only TEXT] [--verbose]
//
// The seed decides every random step and our members' keys; the other peers draw their own.
import { writeSync } from "node:fs";

import { hybrid_suite } from "./hybrid_suite.mjs";
import { life_of_a_group } from "./life_of_a_group.mjs";
import { CoreCryptoPeer } from "./peer_core_crypto.mjs";
import { MayflyPeer } from "./peer_mayfly.mjs";
import { TsMlsPeer } from "./peer_ts_mls.mjs";
import { random_steps } from "./random_steps.mjs";

class Report {
  passed = 0;
  failed = 0;
  skips = new Map();  // reason -> the steps that it kept from running

  constructor(verbose) {
    this.verbose = verbose;
  }

  // step: true if it passed, false if a known defect of a peer prevented it. A failure ends the
  // group that it happened in, whose state is no longer defined.
  async step(label, name, action) {
    try {
      await action();
    } catch (error) {
      if (error.defect) {
        this.skip(`${label}: ${name}`, error.defect);
        return false;
      }
      this.failed += 1;
      say(`FAILED  ${label}: ${name}\n        ${error.message ?? error}`);
      if (this.verbose) say(`${error.cause?.stack ?? error.stack}`);
      throw new EndOfGroup();
    }
    this.passed += 1;
    if (this.verbose) say(`passed  ${label}: ${name}`);
    return true;
  }

  skip(name, reason) {
    if (!this.skips.has(reason)) this.skips.set(reason, []);
    this.skips.get(reason).push(name);
  }

  close() {
    let skipped = 0;
    for (const [reason, names] of this.skips) {
      skipped += names.length;
      say(`skipped ${names.length} because of ${reason}`);
      for (const name of names) say(`        ${name}`);
    }
    say(`${this.passed} passed, ${this.failed} failed, ${skipped} skipped`);
    return this.failed === 0 && this.passed > 0;
  }
}

class EndOfGroup extends Error {}

function say(line) {
  writeSync(1, `${line}\n`);
}

const suites = [[1, "suite 1"], [2, "suite 2"], [3, "suite 3"], [hybrid_suite, "hybrid suite"]];
const casts = [
  ["mayfly", "ts-mls"], ["mayfly", "core-crypto"], ["mayfly", "ts-mls", "core-crypto"],
];

// groups: every suite, cast, size and handshake format; who creates changes from group to group.
function* groups(peers, report) {
  let turn = 0;
  for (const [suite, suite_name] of suites) {
    for (const cast of casts) {
      const missing = cast.find((kind) => peers[kind].supports_suite(suite));
      if (missing) {
        report.skip(`${suite_name}: all groups of ${cast.join(" + ")}`,
          `${missing}: ${peers[missing].supports_suite(suite)}`);
        continue;
      }
      for (const size of [2, 4, 9]) {
        if (size < cast.length) continue;
        for (const is_public of [true, false]) {
          const first = turn++ % cast.length;
          const kinds = [...cast.slice(first), ...cast.slice(0, first)];
          const hindered = cast.find((kind) => !is_public && peers[kind].only_public);
          if (hindered) {
            report.skip(`${suite_name}: ${size} members, private handshakes, ${cast.join(" + ")}`,
              `${hindered}: ${peers[hindered].only_public}`);
            continue;
          }
          yield { suite, suite_name, kinds, size, is_public };
        }
      }
    }
  }
}

function parse_arguments(words) {
  const out = { seed: undefined, steps: 200, only: "", verbose: false, program: undefined };
  for (let i = 0; i < words.length; ++i) {
    if (words[i] === "--seed") out.seed = Number(words[++i]);
    else if (words[i] === "--steps") out.steps = Number(words[++i]);
    else if (words[i] === "--only") out.only = words[++i];
    else if (words[i] === "--verbose") out.verbose = true;
    else out.program = words[i];
  }
  out.seed ??= Math.floor(Math.random() * 2 ** 31);
  return out;
}

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof EndOfGroup)) throw error;
  }
}

async function main() {
  const { seed, steps, only, verbose, program } = parse_arguments(process.argv.slice(2));
  if (!program || !Number.isInteger(seed) || !Number.isInteger(steps)) {
    say("usage: interop.mjs MLS_PEER [--seed N] [--steps N] [--only TEXT] [--verbose]");
    return 2;
  }
  say(`node ${process.version}, seed ${seed}`);
  const peers = {
    mayfly: new MayflyPeer(program, seed),
    "ts-mls": await TsMlsPeer.open(),
    "core-crypto": await CoreCryptoPeer.open(),
  };
  const report = new Report(verbose);
  for (const group of groups(peers, report)) {
    const title = `${group.suite_name}, ${group.size} members, ` +
      `${group.is_public ? "public" : "private"} handshakes, ${group.kinds.join(" + ")}`;
    if (!title.includes(only)) continue;
    const start = Date.now();
    await attempt(() => life_of_a_group(report, peers, group));
    say(`${title}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
  }
  for (const [suite, suite_name, kinds] of [
    ...casts.map((cast) => [...suites[0], cast]), [...suites[3], casts[0]],
  ]) {
    const title = `random steps, ${suite_name}, ${kinds.join(" + ")}`;
    if (!title.includes(only)) continue;
    await attempt(() => random_steps(report, peers, { title, suite, kinds, seed, steps, say }));
  }
  for (const peer of Object.values(peers)) peer.close();
  return report.close() ? 0 : 1;
}

process.exitCode = await main();
