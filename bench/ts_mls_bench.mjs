// Times ts-mls in suite 1: what mls_bench times, as far as it can do it. A line of JSON a figure.
//
//     node bench/ts_mls_bench.mjs N...        with the packages of tools/interop.sh installed
import { TsMlsPeer } from "../tests/interop/peer_ts_mls.mjs";

const suite = 1;
const peer = await TsMlsPeer.open();

async function measure(body) {
  const start = performance.now();
  const cpu_start = process.cpuUsage();
  await body();
  const { user, system } = process.cpuUsage(cpu_start);
  return { value: performance.now() - start, cpu: (user + system) / 1000 };
}

function median(samples) {
  const middle = (part) =>
    samples.map((sample) => sample[part]).sort((a, b) => a - b)[samples.length >> 1];
  return { value: middle("value"), cpu: middle("cpu") };
}

function report(n, name, sample) {
  console.log(JSON.stringify({ suite: "ts-mls", n, name, ...sample }));
}

const member = (name) => peer.member(name, new TextEncoder().encode(name), suite);

async function all_of(n) {
  const group = await member("creator");
  await group.create(new Uint8Array(32).fill(7));
  const joiner = await member("joiner");
  const proposals = [{ kind: "add", key_package: await joiner.key_package() }];
  for (let i = 1; i < n; i += 1) {
    const other = await member(`member ${i}`);
    proposals.push({ kind: "add", key_package: await other.key_package() });
  }
  let sent;
  report(n, "add", await measure(async () => {
    sent = await group.commit({ proposals });
    group.accepted();
  }));
  report(n, "join", await measure(() => joiner.join({ welcome: sent.welcome })));
  report(n, "blank_create", await measure(async () => {
    sent = await group.commit({});
    group.accepted();
  }));
  report(n, "blank_process", await measure(() => joiner.process(sent.commit)));
  const protect = [];
  const unprotect = [];
  const text = new Uint8Array(100).fill(120);
  for (let i = 0; i < 50; i += 1) {
    let message;
    protect.push(await measure(async () => { message = await group.protect(text); }));
    unprotect.push(await measure(() => joiner.process(message)));
  }
  report(n, "protect", median(protect));
  report(n, "unprotect", median(unprotect));
}

for (const n of process.argv.slice(2)) await all_of(Number(n));
