import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import packet from 'dns-packet';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeSample } from '../contract/drill.ts';
import { askName } from './dns-request.ts';

/* The real program, bundled as it is shipped, against real servers on the loopback interface. */

let directory: string;
let program: string;
const cleanups: (() => void)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'relevo-probe-'));
  program = join(directory, 'probe.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
  });
});
afterAll(() => rm(directory, { recursive: true }));
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function listenForPages(answer: (sequence: number) => string | undefined): Promise<string> {
  let sequence = 0;
  const server = createServer((_, response) => {
    const page = answer(sequence++);
    if (page !== undefined) response.end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

interface RunningProbe {
  readonly process: ChildProcess;
  readonly samples: ProbeSample[];
  waitForSamples(count: number): Promise<ProbeSample[]>;
  readonly exited: Promise<number | null>;
}

function startProgram(configuration: unknown): RunningProbe {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  cleanups.push(() => child.kill('SIGKILL'));
  child.stdin.write(`${JSON.stringify(configuration)}\n`);
  const samples: ProbeSample[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => samples.push(JSON.parse(line) as ProbeSample));
  const waitForSamples = async (count: number): Promise<ProbeSample[]> => {
    while (samples.length < count) await once(lines, 'line');
    return samples;
  };
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  return { process: child, samples, waitForSamples, exited };
}

const http = (url: string): unknown => ({ kind: 'http', name: 'web', url });

describe('the probe program', () => {
  it('makes a new connection for each request and names the answering server', async () => {
    const url = await listenForPages((sequence) => `Soy el servidor IP: 10.0.100.${2 + (sequence % 3)}<br>`);
    const probe = startProgram({ targets: [http(url)], rate: 50 });
    const samples = await probe.waitForSamples(6);
    expect(samples.slice(0, 6).map((sample) => sample.server)).toEqual(
      ['2', '3', '4', '2', '3', '4'].map((last) => `10.0.100.${last}`),
    );
    for (const sample of samples) {
      expect(sample.ok).toBe(true);
      expect(sample.endedAt).toBeGreaterThan(sample.sentAt);
      expect(Math.abs(sample.sentAt - Date.now())).toBeLessThan(60_000);
    }
  });

  it('gives up a request after its time-out and keeps asking meanwhile', async () => {
    const url = await listenForPages((sequence) => (sequence < 3 ? undefined : 'x'));
    const probe = startProgram({ targets: [http(url)], rate: 20, timeoutMs: 300 });
    const samples = await probe.waitForSamples(9);
    const failed = samples.filter((sample) => !sample.ok);
    expect(failed.map((sample) => sample.sequence)).toEqual([0, 1, 2]);
    expect(failed[0]?.error).toBe('no answer within 300 ms');
    expect(failed[0]!.endedAt - failed[0]!.sentAt).toBeGreaterThan(295);
    const answeredMeanwhile = samples.filter((sample) => sample.ok && sample.endedAt < failed[0]!.endedAt);
    expect(answeredMeanwhile.length).toBeGreaterThan(0);
  });

  it('says that a connection was refused', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const probe = startProgram({ targets: [http(`http://127.0.0.1:${port}/`)], rate: 50 });
    expect((await probe.waitForSamples(1))[0]).toMatchObject({ ok: false, error: 'ECONNREFUSED' });
  });

  it('stops when its standard input closes, without waiting for open requests', async () => {
    const url = await listenForPages(() => undefined);
    const probe = startProgram({ targets: [http(url)], rate: 20, timeoutMs: 10_000 });
    const before = Date.now();
    probe.process.stdin!.end();
    expect(await probe.exited).toBe(0);
    expect(Date.now() - before).toBeLessThan(5000);
  });

  it('stops on SIGTERM', async () => {
    const url = await listenForPages(() => 'x');
    const probe = startProgram({ targets: [http(url)], rate: 50 });
    await probe.waitForSamples(1);
    probe.process.kill('SIGTERM');
    expect(await probe.exited).toBe(0);
  });

  it('refuses a wrong configuration with exit status 2', async () => {
    const probe = startProgram({ targets: [], rate: 20 });
    expect(await probe.exited).toBe(2);
  });
});

describe('a DNS request', () => {
  async function listenForQueries(answer: (query: packet.DecodedPacket) => Partial<packet.Packet>): Promise<number> {
    const socket = createSocket('udp4');
    socket.on('message', (datagram, peer) => {
      const query = packet.decode(datagram);
      const reply = packet.encode({ type: 'response', id: query.id!, questions: query.questions!, ...answer(query) });
      socket.send(reply, peer.port, peer.address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    cleanups.push(() => socket.close());
    return socket.address().port;
  }
  const address = { type: 'A', name: 'www.example', ttl: 1, data: '10.0.100.2' } as const;

  it('succeeds with an address and names the server that named itself', async () => {
    const port = await listenForQueries((query) => {
      expect(query.questions).toMatchObject([{ type: 'A', name: 'www.example' }]);
      const option = { code: 3, data: Buffer.from('dns1') };
      const opt = { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [option] };
      return { answers: [address], additionals: [opt as never] };
    });
    expect(await askName('127.0.0.1', 'www.example.', 2000, port)).toEqual({ ok: true, server: 'dns1' });
  });

  it('fails with the response code', async () => {
    const port = await listenForQueries(() => ({ flags: 2 }));
    expect(await askName('127.0.0.1', 'www.example', 2000, port)).toEqual({ ok: false, error: 'SERVFAIL' });
  });

  it('fails when the answer has no address', async () => {
    const port = await listenForQueries(() => ({}));
    expect(await askName('127.0.0.1', 'www.example', 2000, port)).toMatchObject({ error: 'no address in the answer' });
  });

  it('ignores an answer to another question', async () => {
    const port = await listenForQueries((query) => ({ id: (query.id! + 1) & 0xffff, answers: [address] }));
    expect(await askName('127.0.0.1', 'www.example', 100, port)).toMatchObject({ error: 'no answer within 100 ms' });
  });

  it('hears at once that nobody listens', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    expect(await askName('127.0.0.1', 'www.example', 5000, port)).toEqual({ ok: false, error: 'ECONNREFUSED' });
  });
});
