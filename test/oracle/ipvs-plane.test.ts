import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Explanation } from '../../director/api/explain.ts';
import { generateCommandLines } from './cases/command-lines.ts';
import type { CommandResult } from './guest/control.ts';
import { DirectorGuest } from './guest/director-guest.ts';
import { clientAddress, serverAddress, virtualAddress } from './guest/network.ts';
import * as configurations from './guest/plane-configurations.ts';
import { reasonToSkip } from './guest/start.ts';
import { goOn, speak, type Line, type Talk } from './guest/talk.ts';

const seed = Number(process.env.ORACLE_SEED ?? 1);
const sequences = 6;
const listings = [
  ...[
    ['-L', '-n'],
    ['-L', '-n', '--stats', '--exact'],
    ['-L', '-n', '--thresholds'],
    ['-L', '-n', '--persistent-conn'],
  ],
  ...[
    ['-S', '-n'],
    ['-L', '--timeout'],
    ['-L', '--daemon'],
    ['-L', '-n', '-t', `${virtualAddress(1, 4)}:80`],
  ],
];
const yamlWithPlane = `plane: ipvs\nvirtualServers:\n  - protocol: TCP\n    address: 10.128.0.1\n    port: 80\n    realServers: []\n`;
const inModules = 'folder=/lib/modules/$(/bin/busybox uname -r); /bin/busybox mkdir -p $folder; cd $folder';
const keptService = `${configurations.scheduledAddress(9)}:80`;
const foreign = ['-t', `${virtualAddress(200, 4)}:80`];

/** Servers stay behind their service; services come in the order of a hash without --sort. */
const withSortedServices = (result: CommandResult | undefined): unknown => ({
  ...result,
  stdout: result?.stdout.split(/^(?! {2}->)/m).sort(),
});

describe.skipIf(reasonToSkip() !== undefined)(`the plane ipvs (seed ${seed})`, () => {
  let machine: DirectorGuest;
  beforeAll(async () => {
    machine = await DirectorGuest.boot();
  });
  afterAll(() => machine.close());

  /** Both say the same, at once or as soon as the kernel has counted. */
  async function expectSame(lines: readonly (readonly string[])[]): Promise<string> {
    const [theirs, ours] = await machine.until(
      async () => [await machine.theirs(...lines), await machine.ours(...lines)] as const,
      ([left, right]) => JSON.stringify(left) === JSON.stringify(right),
    );
    expect(ours).toEqual(theirs);
    return theirs.map(({ stdout }) => stdout).join('');
  }

  const theirTable = async (): Promise<string> => (await machine.theirs(['-L', '-n']))[0]?.stdout ?? '';
  const theirTableWhen = (isGood: (table: string) => boolean): Promise<string> => machine.until(theirTable, isGood);

  /** The rows of both, sorted, and without the time that is left: it goes on between two looks. */
  async function connectionRows(): Promise<{ ours: string[]; theirs: string[]; after: string[] }> {
    const line = ['-L', '-n', '-c'];
    const [theirs, ours, after] = [
      await machine.theirs(line),
      await machine.ours(line),
      await machine.theirs(line),
    ].map(([result]) => (result?.stdout ?? '').split('\n').slice(2).sort());
    return { ours: ours ?? [], theirs: theirs ?? [], after: after ?? [] };
  }

  const talks: Talk[] = [
    ...configurations.schedulers.flatMap((_, index) =>
      [1, 2, 3].map((client) => tcp(client, configurations.scheduledAddress(index), 40_000 + index * 10 + client)),
    ),
    ...[1, 2, 3].map((client): Talk => ({ ...tcp(client, configurations.opsAddress, 5000, 53), protocol: 'UDP' })),
    ...[1, 2, 3, 4].map((client) => tcp(client * 64, configurations.persistentAddress, 5000 + client, 8080)),
    ...[1, 2, 3, 4, 5].map((client) => tcp(client, configurations.limitedAddress, 5000 + client)),
    ...[1, 2].map((client) => ({ ...tcp(client, virtualAddress(99, 4), 5000, 81), mark: configurations.mark })),
    ...[1, 2].map((client): Talk => ({
      ...{ protocol: 'TCP', client: clientAddress(client, 6), clientPort: 5000 + client },
      ...{ virtual: configurations.address6, virtualPort: 443 },
    })),
  ];
  let lines: Line[] = [];

  test('says what modprobe said where the kernel has no module', async () => {
    const { guest } = machine;
    await guest.must(`grep '^ip_vs_' /proc/modules | while read -r name _; do rmmod "$name"; done; rmmod ip_vs`);
    await guest.must('ln() { /bin/busybox ln -s "$@"; }; ln busybox /bin/modprobe; ln ../bin/busybox /sbin/modprobe');
    await guest.must(`${inModules}; /bin/busybox depmod`);
    await machine.write('/run/plane.yaml', yamlWithPlane);
    const { code, stderr } = await machine.director('run --foreground --config /run/plane.yaml');
    expect(stderr).toMatch(/The plane ipvs cannot be had: the kernel has no IPVS \(modprobe: .*ip_vs.* not found/);
    expect(stderr).toContain('"modprobe ip_vs" has to work');
    expect(code).toBe(1);
  });

  interface TableEvent {
    readonly type: string;
    readonly services?: readonly { readonly rates: { readonly inPacketsPerSecond: number } }[];
  }

  describe('chosen by auto', () => {
    beforeAll(async () => {
      await machine.guest.must(
        `${inModules}; /bin/busybox mkdir kernel; /bin/busybox ln /modules/*.ko kernel/; /bin/busybox depmod`,
      );
      expect(await machine.start(configurations.everything)).toMatch(/Forwarding plane ipvs: the kernel has IPVS/);
    });

    test('has the configuration in the kernel’s table; the schedulers’ modules came with it', async () => {
      const table = await expectSame(listings);
      for (const scheduler of configurations.schedulers) expect(table).toContain(`:80 ${scheduler}\n`);
      expect(table).toContain('UDP  10.128.0.60:53 rr ops\n');
      expect(table).toContain('TCP  10.128.0.61:0 wlc persistent 300 mask 255.255.255.0\n');
      expect(table).toContain('TCP  [fd00:80::1]:443 mh (mh-port) persistent 60 mask 64\n');
      expect(table).toContain('FWM  7 sh (sh-fallback,sh-port) persistent 120\n');
      for (const method of ['Masq', 'Route', 'Tunnel']) expect(table).toMatch(new RegExp(`:80 +${method} +3 `));
      expect(await machine.guest.must('cat /proc/modules')).toMatch(/^ip_vs_ovf /m);
    });

    test('tells of connections and rates as they come: events, snapshot, listings', async () => {
      lines = await speak(machine.guest, talks);
      // The kernel rounds rates down, and an emulated machine on a busy one sends few packets a second.
      let areRatesSeen = false;
      for (let attempt = 0; attempt < 4 && !areRatesSeen; attempt++) {
        const watch = { isOver: false };
        const watching = machine.ask({ watch: 6000 }).finally(() => (watch.isOver = true));
        while (!watch.isOver) await goOn(machine.guest, lines.slice(0, 6));
        const [events] = (await watching) as [TableEvent[]];
        expect(events[0]?.type).toBe('snapshot');
        const rates = events.flatMap(({ type, services = [] }) => (type === 'table' ? services : []));
        areRatesSeen = rates.some(({ rates: { inPacketsPerSecond } }) => inPacketsPerSecond > 0);
      }
      expect(areRatesSeen).toBe(true);
      const { plane, services } = await machine.request('snapshot');
      expect(plane).toEqual({ name: 'ipvs', reason: expect.stringContaining('the kernel has IPVS') as string });
      expect(services.flatMap(({ counters }) => counters.connections).filter((count) => count > 0)).toHaveLength(18);
      await expectSame([['-L', '-n', '--rate']]);
    });

    test('lists counters, connections and templates as the real ipvsadm does', async () => {
      expect(lines.filter(({ neighbour }) => neighbour === undefined)).toEqual([]);
      const table = await expectSame(listings);
      expect(table).toMatch(/-> 172\.16\.1\.\d+:80 +Masq +\d+ +[1-9]/);
      const { ours, theirs, after } = await connectionRows();
      expect(theirs.length).toBeGreaterThan(50);
      expect(theirs.filter((row) => /^(TCP|IP ) .* (NONE|ASSURED) /.test(row)).length).toBeGreaterThan(3);
      expect(withoutTime(ours)).toEqual(withoutTime(theirs));
      expect(ours.every((row) => isBetween(row, theirs, after))).toBe(true);
    });

    test('shows the same in one process of our program and of Debian’s', async () => {
      const theirs = await machine.guest.must('ipvsadm -Sn');
      const { stdout } = await machine.director('ipvsadm -Sn');
      expect(stdout).toBe(theirs);
    });

    test('explains what it can, and says what only the kernel knows', async () => {
      const explain = async (index: number, client = 90): Promise<Explanation> => {
        const { clientPort, ...flow } = tcp(client, configurations.scheduledAddress(index), 7);
        const question = { ...flow, clientAddress: flow.client, clientPort, virtualAddress: flow.virtual };
        return machine.request('explain', { question });
      };
      const [roundRobin, leastConnections] = [await explain(0), await explain(3)];
      expect(roundRobin).toMatchObject({ by: 'scheduler', scheduler: 'rr' });
      expect(roundRobin.server).toBeUndefined();
      expect(roundRobin.steps.at(-1)).toContain('The kernel does not show where its scheduler rr stands');
      // And the kernel does as was said.
      expect(leastConnections.server).toBeDefined();
      const [line] = await speak(machine.guest, [tcp(90, configurations.scheduledAddress(3), 7)]);
      expect(line?.server).toEqual(leastConnections.server);
      const known = lines.find(({ talk }) => talk.virtual === configurations.scheduledAddress(0));
      const { client, clientPort, virtual } = known?.talk ?? tcp(0, '', 0);
      const question = { protocol: 'TCP', clientAddress: client, clientPort, virtualAddress: virtual, virtualPort: 80 };
      expect(await machine.request('explain', { question })).toMatchObject({ by: 'entry', server: known?.server });
    });

    test('keeps connections and counters over a reload, and what others have put into the table', async () => {
      await machine.theirs(['-A', ...foreign, '-s', 'rr']);
      const before = await connectionRows();
      const counted = (await machine.theirs(['-L', '-n', '--stats', '--exact', '-t', keptService]))[0];
      await machine.write('/run/director.conf', configurations.changed);
      await machine.request('reload');
      const table = await expectSame(listings);
      expect(table).toContain(
        `TCP  ${configurations.scheduledAddress(0)}:80 wrr\n  -> 172.16.1.1:80                Masq    9`,
      );
      expect(table).toMatch(/-> 172\.16\.1\.12:80 +Masq +1 /);
      expect(table).toContain(`TCP  ${virtualAddress(50, 4)}:80 rr\n`);
      expect(table).toContain(`TCP  ${foreign[1] ?? ''} rr\n`);
      expect(table).not.toContain(`TCP  ${configurations.scheduledAddress(1)}:80`);
      expect(table).not.toContain('FWM');
      const after = await connectionRows();
      const kept = (rows: string[]): string[] => withoutTime(rows).filter((row) => row.includes(` ${keptService} `));
      expect(kept(after.theirs)).toEqual(kept(before.theirs));
      expect(kept(after.theirs).length).toBeGreaterThan(2);
      expect((await machine.theirs(['-L', '-n', '--stats', '--exact', '-t', keptService]))[0]).toEqual(counted);
    });

    test('leaves the kernel forwarding when it is killed; its successor clears up, and connections go on', async () => {
      const known = lines.filter(({ talk }) => `${talk.virtual}:80` === keptService);
      const passed = (): Promise<string[]> => goOn(machine.guest, known);
      const before = await passed();
      const table = await theirTable();
      await machine.signal('KILL');
      expect(await theirTable()).toBe(table);
      expect(await passed()).toEqual(before);
      const log = await machine.start(configurations.changed);
      expect(log).toMatch(/Removed 13 virtual services of the kernel's IPVS, left by a director that was killed/);
      expect(withoutConnections(await theirTable())).toBe(withoutConnections(table));
      expect(await passed()).toEqual(before);
      expect(before.length).toBeGreaterThan(3);
    });

    test('takes back its own and leaves the rest when it stops', async () => {
      const [started] = await machine.ours(['--start-daemon', 'backup', '--mcast-interface', 'eth1', '--syncid', '3']);
      expect(started).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await expectSame([['-L', '--daemon']])).toContain('backup sync daemon (mcast=eth1, syncid=3');
      await machine.signal('TERM');
      expect((await theirTable()).split('\n').slice(3)).toEqual([`TCP  ${foreign[1] ?? ''} rr`, '']);
      expect((await machine.theirs(['-L', '--daemon']))[0]?.stdout).toBe('');
      expect(await machine.guest.must('ls /run/director')).toBe('');
      await machine.theirs(['-C']);
    });
  });

  describe('with health checks', () => {
    beforeAll(async () => {
      await machine.guest.must(
        'echo up > /run/one; /bin/busybox nc -ll -p 8081 -e /bin/cat > /dev/null 2>&1 & echo $! > /run/listener',
      );
      await machine.start(configurations.checked);
    });
    afterAll(() => machine.signal('TERM'));
    const all = (table: string): string => withoutConnections(table).split('\n').slice(3).join('\n');
    const rows = (address: string, ...servers: string[]): string =>
      [`TCP  ${address}:80 rr`, ...servers, ''].join('\n');
    const row = (server: number, method: string, weight: number): string =>
      `  -> ${`${serverAddress(server, 4)}:80`.padEnd(28)} ${method.padEnd(7)} ${weight}`;
    const good =
      rows(configurations.checkedAddress, row(1, 'Masq', 4), row(2, 'Masq', 5)) +
      rows(configurations.inhibitedAddress, row(1, 'Route', 4), row(2, 'Route', 5)) +
      rows(configurations.sorryAddress, row(1, 'Tunnel', 4));

    test('takes a failing server out of the kernel’s table, or its weight, or brings the sorry server', async () => {
      expect(all(await theirTableWhen((table) => all(table) === good))).toBe(good);
      await machine.guest.must('echo down > /run/one; kill $(cat /run/listener)');
      const bad =
        rows(configurations.checkedAddress) +
        rows(configurations.inhibitedAddress, row(1, 'Route', 0), row(2, 'Route', 5)) +
        rows(configurations.sorryAddress, row(20, 'Tunnel', 1));
      expect(all(await theirTableWhen((table) => all(table) === bad))).toBe(bad);
      await expectSame([['-L', '-n']]);
    });

    test('puts it back as it was', async () => {
      await machine.guest.must('echo up > /run/one; /bin/busybox nc -ll -p 8081 -e /bin/cat > /dev/null 2>&1 &');
      expect(all(await theirTableWhen((table) => all(table) === good))).toBe(good);
    });
  });

  describe('under command lines', () => {
    beforeAll(() => machine.start(configurations.plain));
    afterAll(() => machine.signal('TERM'));
    const clean = ['-C'];
    const whole = [
      ['-L', '-n', '--nosort'],
      ['-S', '-n'],
      ['-L', '-n', '--thresholds'],
      ['-L', '--timeout'],
      ['-L', '--daemon'],
    ];

    test.each(Array.from({ length: sequences }, (_, index) => index))(
      'sequence %i: the same output, errors and exit codes, and the same in the kernel',
      async (number) => {
        const reset = [clean, ['--set', '900', '120', '300'], ['--stop-daemon', 'master'], ['--stop-daemon', 'backup']];
        const commands = generateCommandLines(9000 + number, seed);
        const theirs = (await machine.theirs(...reset, ...commands, ...whole))
          .slice(reset.length)
          .map(withSortedServices);
        const ours = (await machine.ours(...reset, ...commands)).slice(reset.length).map(withSortedServices);
        const left = (await machine.theirs(...whole)).map(withSortedServices);
        const said = commands.map((words, index) => ({ words, their: theirs[index], our: ours[index] }));
        expect(said.filter(({ their, our }) => !isDeepStrictEqual(their, our))).toEqual([]);
        expect(left).toEqual(theirs.slice(commands.length));
      },
    );
  });
});

const withoutTime = (rows: readonly string[]): string[] => rows.map((row) => row.replace(/ \d\d:\d\d /, ' ')).sort();

/** Only what was configured: servers with method and weight. */
const withoutConnections = (table: string): string => table.replace(/^( {2}->.{30}\S+ +\d+).*$/gm, '$1');

function tcp(client: number, virtual: string, clientPort: number, virtualPort = 80): Talk {
  return { protocol: 'TCP', client: clientAddress(client, 4), clientPort, virtual, virtualPort };
}

/** Whether a row is in one of two listings, or its time is between theirs. */
function isBetween(row: string, before: readonly string[], after: readonly string[]): boolean {
  const key = (text: string): string => text.replace(/ \d\d:\d\d /, ' ');
  const seconds = (rows: readonly string[]): number[] =>
    rows.filter((one) => key(one) === key(row)).map((one) => secondsOf(one));
  const own = secondsOf(row);
  return Math.max(...seconds(before)) >= own && Math.min(...seconds(after)) <= own;
}

function secondsOf(row: string): number {
  const [, minutes, rest] = / (\d\d):(\d\d) /.exec(row) ?? [];
  return Number(minutes ?? 0) * 60 + Number(rest ?? 0);
}
