import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildDirector } from '../../scripts/build-director.mjs';
import { DirectorNamespaces, until } from './support/director-namespaces.ts';
import { NodeProcess, TestDirector } from './support/director-process.ts';

/** Name servers that do not answer: adverts, other checks and the API go on as if nothing were. */
const work = mkdtempSync(join(tmpdir(), 'relevo-names-'));
const lab = new DirectorNamespaces('names');
const beats = join(work, 'beats');
const settings = join('/etc/netns', lab.a);
let director: TestDirector;
let web: NodeProcess;

const advertMs = 100;
const timing = 'intervalMs: 500, timeoutMs: 2000, retries: 0';
const configuration = `instances:
  - { name: VI, interface: eth0, vrid: 51, priority: 200, startsAs: MASTER, version: 3, advertIntervalMs: ${advertMs},
      virtualAddresses: [{ address: 192.168.1.200, prefixLength: 24, interface: eth0 }] }
virtualServers:
  - protocol: TCP
    address: 192.168.1.200
    port: 80
    scheduler: rr
    realServers:
      - { address: 10.0.100.2, port: 80, forwarding: masq, checks: [
          { kind: MISC_CHECK, intervalMs: 100, timeoutMs: 1000, command: [/bin/sh, -c, "date +%s%N >> ${beats}"] } ] }
      - { address: 10.0.100.3, port: 80, forwarding: masq, checks: [
${[1, 2, 3, 4, 5, 6]
  .map(
    (index) =>
      `          { kind: HTTP_GET, address: 127.0.0.1, port: 8097, ${timing}, urls: [{ path: /${index}, redirects: 7 }] }`,
  )
  .join(',\n')} ] }
`;
const withNames = `checktimeout=2
${[1, 2, 3].map((index) => `virtual=192.168.1.20${index}:80\n\treal=web${index}.slow.example:80 masq\n\tchecktype=connect\n`).join('')}`;

beforeAll(async () => {
  const { script } = await buildDirector({ outdir: join(work, 'node') });
  await lab.create();
  // Nobody has that address, and ip-netns(8) puts the file in its place.
  mkdirSync(settings, { recursive: true });
  writeFileSync(join(settings, 'resolv.conf'), 'nameserver 10.0.100.77\noptions timeout:5 attempts:2\n');
  const programs = join(work, 'bin');
  mkdirSync(programs);
  writeFileSync(join(programs, 'getent'), '#!/bin/sh\nsleep 3\necho "10.0.100.9 STREAM x"\n');
  chmodSync(join(programs, 'getent'), 0o755);
  const env = { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH ?? ''}` };
  const answer = "'HTTP/1.1 302 Found\\r\\nLocation: http://name' + number++ + '.slow.example/\\r\\n\\r\\n'";
  web = new NodeProcess({ namespace: lab.a, folder: work, env }, 'web', [
    ...[process.execPath, '-e'],
    `let number = 0; require('net').createServer((socket) => socket.on('error', () => 0).on('data', () => socket.end(${answer}))).listen(8097)`,
  ]);
  director = new TestDirector({ namespace: lab.a, folder: join(work, 'a'), env, configName: 'balance' }, script);
  await director.start(configuration);
});

afterAll(async () => {
  await director.stop();
  await web.stop();
  await lab.remove();
  rmSync(settings, { recursive: true, force: true });
  rmSync(work, { recursive: true, force: true });
});

const longestGap = (times: readonly number[]): number =>
  times.slice(1).reduce((longest, at, index) => Math.max(longest, at - (times[index] ?? at)), 0);

/** Of the adverts since then, in milliseconds. */
const advertGap = (since: number): number => {
  const adverts = director.since(since, 'advert').filter(({ direction }) => direction === 'sent');
  expect(adverts.length).toBeGreaterThan(20);
  return longestGap(adverts.map(({ at }) => at));
};

it('redirects to names that nobody resolves hold up no other check and no advert', { timeout: 60_000 }, async () => {
  await until('it is master', 10_000, async () =>
    (await director.snapshot()).instances.some(({ state }) => state === 'MASTER'),
  );
  await sleep(500);
  const since = Date.now();
  await sleep(6000);
  expect(advertGap(since)).toBeLessThan(3 * advertMs);
  const times = readFileSync(beats, 'utf8').trim().split('\n');
  const recent = times.map((text) => Number(BigInt(text) / 1_000_000n)).filter((at) => at >= since);
  // Every 100 ms and the time that a shell takes; a machine that is busy is given much more.
  expect(recent.length).toBeGreaterThan(15);
  expect(longestGap(recent)).toBeLessThan(1500);
  const { checks } = await director.snapshot();
  expect(checks.filter(({ kind }) => kind === 'HTTP_GET').map(({ reason }) => reason)).toEqual(
    Array.from({ length: 6 }, () => expect.stringMatching(/no answer in 2000 ms|no address is known/) as string),
  );
});

it('a reload that has to look names up lets adverts and the API go on', { timeout: 60_000 }, async () => {
  director.configure(withNames);
  const since = Date.now();
  const reloaded = director.command('reload').then(() => Date.now());
  const answers: number[] = [];
  while (Date.now() < since + 2500) {
    const before = Date.now();
    await director.snapshot();
    answers.push(Date.now() - before);
  }
  expect(Math.max(...answers)).toBeLessThan(2000);
  expect(advertGap(since)).toBeLessThan(3 * advertMs);
  // All three at the same time.
  const took = (await reloaded) - since;
  expect(took).toBeGreaterThan(2900);
  expect(took).toBeLessThan(9000);
  const { checks } = await director.snapshot();
  expect(checks.map(({ serverAddress }) => serverAddress)).toEqual(['10.0.100.9', '10.0.100.9', '10.0.100.9']);
});
