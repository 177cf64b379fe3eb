#!/usr/bin/env node
// Six ways from a client to a server, side by side on one topology: kernel routing without any balancer, nftables' destination
// NAT, our packet plane with and without its eBPF programs, HAProxy (mode tcp, one thread) and nginx (stream, one worker). All are open all the time; each load runs
// on one way after the other before the next load begins, so that whatever else the machine does hits them alike.
//   --rounds N (5)   --seconds N (1): of each load   --only NAME,NAME   --loads NAME,NAME
//   --nice N (0): -20 … 19, for client, forwarders and server alike, where other work shares the machine
//   --undisturbed: the loads of wrk in the real-time class, for all of them alike, so that such work does not show in them
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { costs, figures, loads, measure } from './forwarding/loads.mjs';
import { openTopology } from './forwarding/topology.mjs';
import { ways } from './forwarding/ways.mjs';
import { flag, keep, option } from './relevo.mjs';
import { median, table } from './statistics.mjs';

const programs = {
  wrk: 'wrk',
  iperf3: 'iperf3',
  nginx: 'nginx-light libnginx-mod-stream',
  haproxy: 'haproxy',
  nft: 'nftables',
};
const missing = Object.entries(programs).filter(([program]) => !isThere(program));
if (missing.length > 0) {
  console.error(`Missing: apt-get install ${missing.map(([, name]) => name).join(' ')}`);
  process.exit(1);
}

function isThere(program) {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const rounds = option('rounds', 5);
const seconds = option('seconds', 1);
const niceness = option('nice', 0);
const isUndisturbed = flag('undisturbed');
const chosen = (name, all) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? all : process.argv[at + 1].split(',');
};
const names = chosen('only', Object.keys(ways));
const measured = loads.filter(({ name }) => chosen('loads', [name]).includes(name));
if (niceness !== 0) beNice(niceness);

/** Everything started from here on inherits both: the second counts where the kernel groups processes by session (sched(7)). */
function beNice(value) {
  setPriority(0, value);
  try {
    writeFileSync('/proc/self/autogroup', String(value));
  } catch {
    // A kernel without autogroups.
  }
}

const results = Object.fromEntries(names.map((name) => [name, []]));
const topology = await openTopology(names.length);
const interrupted = () => void topology.close().finally(() => process.exit(130));
process.once('SIGINT', interrupted);
try {
  const paths = [];
  for (const [number, name] of names.entries())
    paths.push(await openPath(ways[name], topology.forwarders[number], name));
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let round = 0; round < rounds; round++) await runRound(round, paths);
} finally {
  process.off('SIGINT', interrupted);
  await topology.close();
}

async function openPath(way, forwarder, name) {
  await way.open(topology, forwarder);
  return { name, way, topology, host: forwarder.host, target: forwarder[way.asks] };
}

/** Another way begins each time: none always comes first, or always after the same one. */
async function runRound(round, paths) {
  console.error(`round ${round + 1} of ${rounds}`);
  const found = new Map(paths.map(({ name }) => [name, {}]));
  for (const load of measured)
    for (let turn = 0; turn < paths.length; turn++) {
      const path = paths[(turn + round) % paths.length];
      Object.assign(found.get(path.name), await measure(path, load, { seconds, isUndisturbed }));
    }
  for (const [name, result] of found) results[name].push(result);
}

const medianOf = (name, figure) => median(results[name].map((one) => one[figure]).filter(Number.isFinite));
const show = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '-');

function print(title, columns) {
  const rows = names.map((name) => [
    name,
    ...columns.map(({ name: figure, digits }) => show(medianOf(name, figure), digits)),
  ]);
  console.log(`\n${title}\n${table([['', ...columns.map(({ name }) => name)], ...rows])}`);
  const peers = names.filter((name) => name !== 'packet plane');
  if (!names.includes('packet plane') || peers.length === 0) return;
  const ratios = peers.map((peer) => [`against ${peer}`, ...columns.map((figure) => show(advantage(peer, figure), 2))]);
  console.log(
    `The packet plane's advantage (median of the rounds; above 1: ours is better)\n${table(ratios.map(fit(columns)))}`,
  );
}

/** Median over rounds of the ratio within a round: what else the machine did then hit both. */
function advantage(peer, { name: figure, better }) {
  const ratios = results[peer].map((theirs, round) => results['packet plane'][round][figure] / theirs[figure]);
  return median(ratios.map((ratio) => (better === 'more' ? ratio : 1 / ratio)).filter(Number.isFinite));
}

/** Ratios as wide as the columns above them. */
function fit(columns) {
  return (row) => row.map((cell, column) => (column === 0 ? cell : cell.padStart(columns[column - 1].name.length)));
}

print(`Medians of ${rounds} rounds`, figures);
print(
  "Time on processors, client, forwarder, server and kernel together (path) and the forwarder's own processes (own)",
  costs,
);
await keep('forwarding', { rounds, seconds, niceness, isUndisturbed, versions: versions(), results });

/** Of the programs that took part. */
function versions() {
  const first = (program, ...options) => {
    try {
      const command = `${program} ${options.join(' ')} 2>&1`;
      return execFileSync('sh', ['-c', command], { encoding: 'utf8' }).split('\n')[0];
    } catch (error) {
      return String(error.stdout).split('\n')[0];
    }
  };
  return {
    haproxy: first('haproxy', '-v'),
    nginx: first('nginx', '-v'),
    nft: first('nft', '--version'),
    wrk: first('wrk', '-v'),
    iperf3: first('iperf3', '--version'),
  };
}
