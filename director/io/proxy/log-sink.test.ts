import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemLogSink } from './log-sink.ts';

const line = Buffer.from('a line\n');

describe('sending log lines', () => {
  const sink = new SystemLogSink();
  afterEach(() => sink.close());

  it('sends datagrams to addresses and to names that were looked up', async () => {
    const server = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address();
    const named = { kind: 'udp', host: 'localhost', port } as const;
    const target = { kind: 'udp', host: '127.0.0.1', port } as const;
    const before = sink.dropped;
    sink.send(named, line);
    expect(sink.dropped).toBe(before + 1);
    sink.send(target, line);
    const [octets] = (await once(server, 'message')) as [Buffer];
    expect(octets.toString()).toBe('a line\n');
    expect(sink.dropped).toBe(before + 1);
    server.close();
  });

  it('counts what nobody takes', () => {
    const before = sink.dropped;
    sink.send({ kind: 'unix', path: '/nonexistent/log' }, line);
    expect(sink.dropped).toBe(before + 1);
  });
});
