// Our members: they live in one mls_peer process, reached over a pipe.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { hex, unhex } from "./packages.mjs";

export class MayflyPeer {
  kind = "mayfly";

  constructor(program, seed) {
    this.process = spawn(program, [String(seed), String(Date.now())],
      { stdio: ["pipe", "pipe", "inherit"] });
    this.waiting = [];
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      this.waiting.shift().resolve(JSON.parse(line));
    });
    this.process.on("error", (error) => this.#fail(error));
    this.process.on("exit", (code, signal) => {
      this.#fail(new Error(`mls_peer ended with ${signal ?? code}`));
    });
  }

  #fail(error) {
    this.ended = error;
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }

  async ask(request) {
    if (this.ended) throw this.ended;
    const answer = await new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.process.stdin.write(JSON.stringify(request) + "\n");
    });
    if (!answer.ok) throw new Error(`mayfly: ${request.op}: ${answer.error}`);
    return answer;
  }

  close() {
    this.process.stdin.end();
  }

  supports_suite() {
    return undefined;
  }

  async member(name, identity, suite) {
    await this.ask({ op: "new", member: name, suite, identity: hex(identity) });
    return new MayflyMember(this, name, identity);
  }
}

class MayflyMember {
  kind = "mayfly";

  constructor(peer, name, identity) {
    Object.assign(this, { peer, name, identity });
  }

  cannot() {
    return undefined;
  }

  #ask(op, request = {}) {
    return this.peer.ask({ op, member: this.name, ...request });
  }

  async key_package() {
    return unhex((await this.#ask("key_package")).key_package);
  }

  create(group_id) {
    return this.#ask("create", { group_id: hex(group_id) });
  }

  join({ welcome, tree }) {
    return this.#ask("join", { welcome: hex(welcome), ...(tree && { tree: hex(tree) }) });
  }

  join_linked({ welcome, tree }) {
    return this.#ask("join_linked", { welcome: hex(welcome), ...(tree && { tree: hex(tree) }) });
  }

  async branch(group_id, key_packages) {
    return this.#begin("branch", { group_id: hex(group_id), key_packages });
  }

  async reinitialise(key_packages) {
    return this.#begin("reinitialise", { key_packages });
  }

  async #begin(op, { key_packages, ...request }) {
    const answer = await this.#ask(op, { ...request, key_packages: key_packages.map(hex) });
    return { welcome: unhex(answer.welcome) };
  }

  async join_external({ group_info, tree, replaces }) {
    const answer = await this.#ask("join_external", {
      group_info: hex(group_info), ...(tree && { tree: hex(tree) }),
      ...(replaces !== undefined && { replaces }),
    });
    return unhex(answer.commit);
  }

  async group_info(with_tree = true) {
    const { group_info, tree } = await this.#ask("group_info", { with_tree });
    return { group_info: unhex(group_info), tree: with_tree ? undefined : unhex(tree) };
  }

  learn_psk(id, secret) {
    return this.#ask("psk", { id: hex(id), secret: hex(secret) });
  }

  static #proposal(proposal) {
    const out = { kind: proposal.kind };
    if (proposal.key_package) out.key_package = hex(proposal.key_package);
    if (proposal.leaf !== undefined) out.leaf = proposal.leaf;
    if (proposal.id) out.id = hex(proposal.id);
    if (proposal.epoch !== undefined) out.epoch = proposal.epoch;
    if (proposal.body) out.body = hex(proposal.body);
    if (proposal.group_id) out.group_id = hex(proposal.group_id);
    return out;
  }

  async propose(proposal, is_public) {
    const request = { proposal: MayflyMember.#proposal(proposal), public: is_public };
    return unhex((await this.#ask("propose", request)).message);
  }

  async commit({ proposals = [], is_public = false, path = true, tree_in_welcome = true } = {}) {
    const answer = await this.#ask("commit", {
      proposals: proposals.map((one) => MayflyMember.#proposal(one)), path, tree_in_welcome,
      public: is_public,
    });
    return {
      commit: unhex(answer.commit),
      welcome: answer.welcome && unhex(answer.welcome),
      tree: answer.tree && unhex(answer.tree),
    };
  }

  accepted() {
    return this.#ask("accepted");
  }

  async process(message) {
    const answer = await this.#ask("process", { message: hex(message) });
    if (answer.kind === "application") answer.plaintext = unhex(answer.plaintext);
    if (answer.kind === "commit") this.last_custom = answer.custom;
    return answer;
  }

  async protect(plaintext) {
    return unhex((await this.#ask("protect", { plaintext: hex(plaintext) })).message);
  }

  state() {
    return this.#ask("state");
  }
}
