import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ForwardingMethod } from '../../director/api/table.ts';
import type { SyncConnection } from '../../director/engine/sync/connection.ts';
import { MessageReader } from '../../director/engine/sync/message-reader.ts';
import { SERVERS, serviceOf, VIRTUAL } from './plane-lab.ts';
import type { TestService } from './plane-lab.ts';
import { otherOf, SyncLab } from './sync-lab.ts';

const lab = new SyncLab();
/** 50 for the figure of the specification; a few in every run. */
const KILLS = Number(process.env['RELEVO_SYNC_KILLS'] ?? 4);
const RATE = 400_000;
const SECONDS_A_KILL = 3;

function web(forwarding: ForwardingMethod): TestService[] {
  return [serviceOf({ protocol: 'TCP', address: VIRTUAL, port: 80 }, SERVERS, forwarding)];
}

/** One connection, a request now and then: `requests answered`, or what ended it. */
const SESSION = `
import socket, sys, time
s = socket.create_connection((sys.argv[1], 80), 5)
s.settimeout(20)
answered = 0
end = time.time() + float(sys.argv[2])
while time.time() < end:
    s.sendall(b"GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
    data = b""
    while b"\\r\\n0\\r\\n" not in data and not data.endswith(b"10\\n"):
        part = s.recv(65536)
        if not part: sys.exit("closed after %d" % answered)
        data += part
    answered += 1
    time.sleep(0.2)
print(answered)
`;

function client(line: string): Promise<string> {
  return lab.exec('client', 'bash', '--norc', '-c', line);
}

function digestOf(address: string, bytes: number, options = ''): string {
  return `set -o pipefail; curl -sS ${options} http://${address}/bytes/${String(bytes)} | sha256sum`;
}

/** On a busy machine a client takes its time to begin. */
async function masterHas(count: number): Promise<void> {
  const look = async (): Promise<void> => {
    const entries = await lab.host(lab.master).connections();
    expect(entries.filter(({ state }) => state === 'ESTABLISHED').length).toBeGreaterThanOrEqual(count);
  };
  await vi.waitFor(look, { timeout: 20_000, interval: 50 });
}

/** Kills the master so many times while downloads and a session go on. */
async function killUnderLoad(kills: number): Promise<{ download: string; answered: number; expected: string }> {
  const bytes = Math.round(RATE * SECONDS_A_KILL * (kills + 1));
  const expected = await lab.exec('web1', 'bash', '--norc', '-c', digestOf('127.0.0.1', bytes));
  const download = client(digestOf(VIRTUAL, bytes, `--limit-rate ${String(RATE)}`));
  const seconds = SECONDS_A_KILL * (kills + 0.5);
  const session = lab.exec('client', 'python3', '-c', SESSION, VIRTUAL, String(seconds));
  await masterHas(2);
  for (let kill = 0; kill < kills; kill++) {
    // The first one a moment after the connections were set up.
    await new Promise((resolve) => setTimeout(resolve, kill === 0 ? 300 : 1000));
    await lab.killMaster();
    await lab.revive();
  }
  return { download: await download, answered: Number(await session), expected };
}

beforeAll(async () => {
  await lab.create();
  await lab.startServers();
  await lab.prepareRealServers();
  lab.routeAnswers('director');
  await lab.startDirectors(web('masq'));
});

afterAll(() => {
  lab.destroy();
});

describe('two directors that synchronise', () => {
  it('have the same entries moments after they were made', async () => {
    const slow = client(digestOf(VIRTUAL, RATE * 5, `--limit-rate ${String(RATE)}`));
    await vi.waitFor(
      async () => {
        const [entry] = await lab.host(otherOf(lab.master)).connections();
        expect(entry).toMatchObject({ state: 'ESTABLISHED', virtualPort: 80, origin: 'sync' });
      },
      { timeout: 3000, interval: 100 },
    );
    await slow;
    const [service] = await lab.host(otherOf(lab.master)).services();
    const counted = service?.realServers.map((one) => one.activeConnections + one.inactiveConnections);
    expect(counted?.reduce((sum, count) => sum + count)).toBe(1);
  });

  it('keep a download and a session through one kill after the other, under NAT', async () => {
    const { download, answered, expected } = await killUnderLoad(KILLS);
    expect(download).toBe(expected);
    expect(answered).toBeGreaterThan(KILLS * 4);
  }, 600_000);

  it.each(['gate', 'ipip'] as const)(
    'and under %s',
    async (forwarding) => {
      lab.routeAnswers('direct');
      lab.services = web(forwarding);
      for (const name of ['one', 'two'] as const) await lab.host(name).apply([]);
      for (const name of ['one', 'two'] as const) await lab.host(name).apply(lab.services);
      const { download, answered, expected } = await killUnderLoad(KILLS);
      expect(download).toBe(expected);
      expect(answered).toBeGreaterThan(KILLS * 4);
    },
    600_000,
  );

  it('speak messages that our reader takes whole, on the wire', async () => {
    const capture = lab.exec(otherOf(lab.master), 'python3', '-c', CAPTURE);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await client(`curl -sS http://${VIRTUAL}/`);
    const message = Buffer.from((await capture).trim(), 'hex');
    const seen: { state: number; virtualPort: number }[] = [];
    const visit = ({ state, virtualPort }: SyncConnection): unknown => seen.push({ state, virtualPort });
    expect(new MessageReader(7).read(message, visit)).toMatchObject({ skipped: [], announced: seen.length });
    expect(message.length).toBe(8 + 36 * seen.length);
    expect(seen).toContainEqual({ state: 1, virtualPort: 80 });
  });
});

/** The first message with connections, in hexadecimal. */
const CAPTURE = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("224.0.0.81", 8848))
i = socket.if_nametoindex("eth1")
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4si", socket.inet_aton("224.0.0.81"), bytes(4), i))
s.settimeout(10)
while True:
    data = s.recv(65536)
    if len(data) > 8: break
print(data.hex())
`;
