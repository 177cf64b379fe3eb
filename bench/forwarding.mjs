#!/usr/bin/env node
// Five ways from a client to a server, side by side on one topology, rounds interleaved: kernel routing without any balancer,
// nftables' destination NAT, our packet plane, HAProxy (mode tcp, one thread) and nginx (stream, one worker).
//   --rounds N (3)   --seconds N (2): of each load   --only NAME
import { execFileSync } from 'node:child_process';
import { figures, measure } from './forwarding/loads.mjs';
import { openTopology } from './forwarding/topology.mjs';
import { ways } from './forwarding/ways.mjs';
import { keep, option } from './relevo.mjs';
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

const rounds = option('rounds', 3);
const seconds = option('seconds', 2);
const at = process.argv.indexOf('--only');
const names = at < 0 ? Object.keys(ways) : [process.argv[at + 1]];

const results = Object.fromEntries(names.map((name) => [name, []]));
const topology = await openTopology();
const interrupted = () => void topology.close().finally(() => process.exit(130));
process.once('SIGINT', interrupted);
try {
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      console.error(`round ${round} of ${rounds}: ${name}`);
      const close = await ways[name].open(topology);
      try {
        await new Promise((resolve) => setTimeout(resolve, 500));
        results[name].push(await measure(topology, ways[name], seconds));
      } finally {
        await close();
      }
    }
  }
} finally {
  process.off('SIGINT', interrupted);
  await topology.close();
}

const medianOf = (name, figure) => median(results[name].map((one) => one[figure]).filter(Number.isFinite));
const show = (value, digits) => (Number.isFinite(value) ? value.toFixed(digits) : '-');
const rows = names.map((name) => [
  name,
  ...figures.map(({ name: figure, digits }) => show(medianOf(name, figure), digits)),
]);
console.log(`\nMedians of ${rounds} rounds\n${table([['', ...figures.map(({ name }) => name)], ...rows])}`);

/** Above 1: the packet plane is that much better. */
function advantage(peer, { name: figure, better }) {
  const [ours, theirs] = [medianOf('packet plane', figure), medianOf(peer, figure)];
  return better === 'more' ? ours / theirs : theirs / ours;
}
const peers = names.filter((name) => name !== 'packet plane');
if (names.includes('packet plane') && peers.length > 0) {
  const ratios = peers.map((peer) => [`against ${peer}`, ...figures.map((figure) => show(advantage(peer, figure), 2))]);
  console.log(
    `\nThe packet plane's advantage (above 1: ours is better)\n${table([['', ...figures.map(({ name }) => name)], ...ratios])}`,
  );
}
await keep('forwarding', { rounds, seconds, results });
