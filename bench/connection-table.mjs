#!/usr/bin/env node
// What the connection table costs: memory over the idle process, and nanoseconds to find an entry (both ways), to miss, to move
// a deadline, and to add and remove one, with so many IPv4 or IPv6 entries in it. The packet path's own objects are used: one
// flow and one key, filled again and again.
//
// A look-up reads one line of the index and one row, however many entries there are. What that costs depends on where those two
// lie: `of 1000 busy` looks for the same thousand connections, strewn over the table, so that they stay in the processor's
// caches; this is flat. `find` takes any entry of all, so that in a large table both reads go to main memory: it is flat in reads,
// not in nanoseconds. `random read` is what one such read costs here, and `reads` how many of them `find` takes more than with
// the smallest table: about two.
//   --lookups N (2000000)   --sizes A,B,… (1000,100000,1000000)
// Every size and family is measured in a process of its own, so that no size finds the memory of another.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { keep } from './relevo.mjs';

const engine = fileURLToPath(new URL('../director/engine/ipvs/', import.meta.url));

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? fallback : process.argv[at + 1];
}

async function parent() {
  const folder = mkdtempSync(path.join(tmpdir(), 'connection-table-'));
  try {
    const bundle = path.join(folder, 'table.mjs');
    const contents = `export { ConnectionTable } from './connection-table.ts'; export { ConnectionKeyBuffer } from './connection-columns.ts';`;
    const stdin = { contents, resolveDir: engine, loader: 'ts' };
    await build({ stdin, bundle: true, format: 'esm', platform: 'node', outfile: bundle, logLevel: 'error' });
    const rows = [];
    for (const size of option('sizes', '1000,100000,1000000').split(',').map(Number))
      for (const family of [4, 6]) {
        const parameters = JSON.stringify({ bundle, size, family, lookups: Number(option('lookups', 2_000_000)) });
        const command = ['--expose-gc', fileURLToPath(import.meta.url), '--child', parameters];
        rows.push(JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' })));
      }
    console.table(withReads(rows));
    await keep('connections', { rows });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Adds how many reads of main memory a look-up takes beyond what it costs in the smallest table of its family. */
function withReads(rows) {
  return rows.map((row) => {
    const smallest = rows.find(({ family }) => family === row.family);
    const reads = (row['find incoming, ns'] - smallest['find incoming, ns']) / row['random read, ns'];
    return { ...row, reads: Math.round(reads * 10) / 10 };
  });
}

const memory = () => {
  global.gc();
  global.gc();
  const { rss, arrayBuffers } = process.memoryUsage();
  return { rss: rss / 1e6, arrays: arrayBuffers / 1e6 };
};

async function child({ bundle, size, family, lookups }) {
  const { ConnectionTable, ConnectionKeyBuffer } = await import(pathToFileURL(bundle).href);
  const idle = memory();
  const table = new ConnectionTable(1_048_576, 0x5bd1e995, 0);
  const key = new ConnectionKeyBuffer();
  const flow = { family, protocol: 6, addresses: new Uint32Array(8), sourcePort: 0, destinationPort: 80, mark: 0 };
  const prefix = family === 6 ? 0x20010db8 : 0;
  Object.assign(key, { family, protocol: 6, virtualPort: 80, serverPort: 80 });
  // 60,000 ports of as many clients as it takes: what a load generator, and what a flood, looks like.
  const clientWord = (number) => 0x0a000000 + Math.floor(number / 60_000);
  const port = (number) => 1024 + (number % 60_000);
  const fill = (number) => {
    key.addresses.set([prefix, 0, 0, clientWord(number), prefix, 0, 0, 0xc0a801ca, prefix, 0, 0, 0xac100002]);
    key.clientPort = port(number);
  };
  for (let number = 0; number < size; number++) {
    fill(number);
    table.add(key, 0, 0, 900_000);
  }
  const full = memory();

  // Numbers in an order that no cache foresees.
  const order = new Uint32Array(lookups);
  let state = 1;
  for (let index = 0; index < lookups; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    order[index] = Math.floor((state / 2 ** 32) * size);
  }
  const client = (at, number) => {
    flow.addresses[at] = prefix;
    flow.addresses[at + 3] = clientWord(number);
  };
  const incoming = (number) => {
    client(0, number);
    flow.addresses[4] = prefix;
    flow.addresses[7] = 0xc0a801ca;
    flow.sourcePort = port(number);
    flow.destinationPort = 80;
    return table.findIncoming(flow);
  };
  const outgoing = (number) => {
    client(4, number);
    flow.addresses[0] = prefix;
    flow.addresses[3] = 0xac100002;
    flow.sourcePort = 80;
    flow.destinationPort = port(number);
    return table.findOutgoing(flow);
  };
  const time = (work) => {
    for (let index = 0; index < Math.min(lookups, 200_000); index++) work(order[index]);
    // Time on the processor: other processes of the machine count only by the cache that they take.
    const start = process.cpuUsage();
    for (let index = 0; index < lookups; index++) work(order[index]);
    const { user, system } = process.cpuUsage(start);
    return Math.round(((user + system) * 1000) / lookups);
  };
  const check = (entry, expected) => {
    if (entry !== expected) throw new Error(`found ${entry}, not ${expected}`);
  };
  const found = time((number) => check(incoming(number), number));
  // The same number of connections whatever the size, far from each other: a prime strews them.
  const busyOnes = Uint32Array.from({ length: 1000 }, (_, place) => (place * 7_368_787) % size);
  const busy = time((number) => check(incoming(busyOnes[number % 1000]), busyOnes[number % 1000]));
  const answers = time((number) => check(outgoing(number), number));
  const missed = time((number) => check(incoming(number + 70_000_000), -1));
  // The measure of it all: one read that no cache foresees, in as much memory as the table's keys and indexes take.
  const ground = new Uint32Array(Math.ceil((size * 96) / 4)).fill(1);
  let sum = 0;
  const read = time((number) => (sum = ground[(number * 24 + (sum & 1)) % ground.length]));
  let now = 0;
  const deadline = time((number) => table.setExpiry(number, (now += 0.01) + 900_000));
  const churn = time((number) => {
    fill(number);
    table.remove(incoming(number));
    table.add(key, 0, 0, now + 900_000);
  });
  const megabytes = (value) => Math.round(value * 10) / 10;
  const report = {
    entries: size,
    family: `IPv${family}`,
    'RSS over idle, MB': megabytes(full.rss - idle.rss),
    'arrays, MB': megabytes(full.arrays - idle.arrays),
    'random read, ns': read,
    'of 1000 busy, ns': busy,
    'find incoming, ns': found,
    'find answer, ns': answers,
    'miss, ns': missed,
    'move deadline, ns': deadline,
    'remove + add, ns': churn,
  };
  process.stdout.write(JSON.stringify(report));
}

const childAt = process.argv.indexOf('--child');
await (childAt === -1 ? parent() : child(JSON.parse(process.argv[childAt + 1])));
