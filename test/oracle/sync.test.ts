import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SyncConnection } from '../../director/engine/sync/connection.ts';
import { MessageReader } from '../../director/engine/sync/message-reader.ts';
import { generateScenario } from './cases/generate.ts';
import { execute, record } from './cases/kernel.ts';
import { lookFull, ownFull } from './cases/listings.ts';
import { encode, ethernet, udp, UDP } from './cases/packets.ts';
import { haveSameConnections } from './cases/compare.ts';
import type { FullListings, Recorded } from './cases/record.ts';
import { syncPort } from './guest/echo.ts';
import type { Guest } from './guest/guest.ts';
import { reasonToSkip, startGuest } from './guest/start.ts';
import { OurDirector } from './ours/director.ts';
import { startSync } from './ours/sync.ts';

const seed = Number(process.env.ORACLE_SEED ?? 1);
const syncId = 5;
const scenarios = Array.from({ length: 24 }, (_, index) => generateScenario(1000 + index, seed))
  .filter(({ steps }) => !JSON.stringify(steps).includes('set-sysctl'))
  .slice(0, 14);
const all = {
  virtuals: scenarios.flatMap(({ virtuals }) => virtuals),
  marks: scenarios.flatMap(({ marks }) => marks),
};
const commands = scenarios.flatMap(({ steps }) =>
  steps.flatMap((step) => (step.type === 'commands' ? step.commands : [])),
);

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** One of a director's messages as it comes from the cable. */
function frameOf(message: Uint8Array): Buffer {
  const datagram = encode({
    ...{ source: '172.16.0.9', destination: '224.0.0.81', protocol: UDP, timeToLive: 1 },
    ...{ serviceType: 0, identification: 1, doNotFragment: true, body: udp(40000, syncPort, message) },
  });
  return ethernet('01:00:5e:00:00:51', '02:00:00:00:01:09', datagram);
}

/** What the kernel's backup has after these messages, and the milliseconds in which they came and it told. */
async function kernelBackup(
  guest: Guest,
  messages: readonly Uint8Array[],
): Promise<{ listings: FullListings; took: number }> {
  await guest.must('sh /reset');
  await execute(guest, commands);
  await guest.must(`ipvsadm --start-daemon backup --mcast-interface eth1 --syncid ${syncId}`);
  await guest.settle();
  const begin = performance.now();
  for (const message of messages) {
    guest.send('eth1', frameOf(message));
    await guest.settle('eth1');
  }
  await pause(500);
  const listings = ownFull(await lookFull(guest), all);
  return { listings, took: performance.now() - begin };
}

async function ourBackup(messages: readonly Uint8Array[]): Promise<FullListings> {
  const director = new OurDirector(all, 0);
  for (const result of director.execute(commands, 0)) expect(result).toEqual({ ok: true });
  const sync = startSync(director, 'backup', syncId, 0);
  for (const message of messages) sync.receive('backup', message, 0);
  expect([...sync.problems]).toEqual([]);
  return director.lookFull(all, 500);
}

/** Our master's messages about the same commands and packets. */
function ourMessages(recorded: readonly Recorded[]): Uint8Array[] {
  const director = new OurDirector(all, 0);
  const sync = startSync(director, 'master', syncId, 0);
  const messages: Uint8Array[] = [];
  let now = 0;
  const run = (): void => {
    sync.run(now, (_role, message) => {
      messages.push(Uint8Array.from(message));
      return true;
    });
  };
  for (const event of recorded) {
    now = event.at;
    run();
    if (event.type === 'commands') director.execute(event.commands, now);
    if (event.type === 'packet') director.handle(event.port, event.mark, event.datagram, now);
  }
  now += 5000;
  run();
  return messages;
}

/** All connections of these messages, in their order. */
function connectionsOf(messages: readonly Uint8Array[]): string[] {
  const reader = new MessageReader(syncId);
  const found: string[] = [];
  const note = ({ addresses, ...connection }: SyncConnection): void => {
    found.push(JSON.stringify({ ...connection, addresses: [...addresses] }));
  };
  for (const message of messages) {
    const { problem } = reader.read(message, (connection) => {
      note(connection);
    });
    expect(problem).toBeUndefined();
  }
  return found;
}

const headerLength = 8;

/** All records as they are on the wire, without the headers: which of them share a message is a matter of time. */
function recordBytes(messages: readonly Uint8Array[]): string {
  return messages.map((message) => Buffer.from(message.subarray(headerLength)).toString('hex')).join('');
}

/** The headers without count and size, which `MessageReader` checks. */
const headers = (messages: readonly Uint8Array[]): Set<string> =>
  new Set(messages.map((message) => [message[0], message[1], ...message.subarray(5, headerLength)].join(' ')));

describe.skipIf(reasonToSkip() !== undefined)(`connection synchronisation (seed ${seed})`, () => {
  let guest: Guest;
  let recorded: Recorded[];
  let theirs: Uint8Array[];
  beforeAll(async () => {
    guest = await startGuest();
    await guest.must(`ipvsadm --start-daemon master --mcast-interface eth1 --syncid ${syncId}`);
    recorded = (await record(guest, scenarios)).flat().sort((left, right) => left.at - right.at);
    theirs = [...guest.syncMessages];
  }, 240_000);
  afterAll(() => guest.close());

  test('our master announces the same connections in the same order as the kernel', () => {
    const expected = connectionsOf(theirs);
    expect(expected.length).toBeGreaterThan(20);
    expect(connectionsOf(ourMessages(recorded))).toEqual(expected);
  });

  test('its messages are the kernel’s, byte by byte', () => {
    const ours = ourMessages(recorded);
    expect(headers(ours)).toEqual(headers(theirs));
    expect(recordBytes(ours)).toBe(recordBytes(theirs));
  });

  test.each(['the kernel', 'our director'])(
    'backups of both kinds take the same from a master of %s',
    async (master) => {
      const messages = master === 'the kernel' ? theirs : ourMessages(recorded);
      const { listings: kernel, took } = await kernelBackup(guest, messages);
      const ours = await ourBackup(messages);
      expect(kernel.connections).not.toBe('');
      expect(
        haveSameConnections(kernel.connections, ours.connections, took) ? kernel.connections : ours.connections,
      ).toBe(kernel.connections);
      expect(ours.list).toBe(kernel.list);
      expect(ours.persistent).toBe(kernel.persistent);
    },
  );
});
