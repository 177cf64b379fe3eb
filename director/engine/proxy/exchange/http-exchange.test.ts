import { describe, expect, it } from 'vitest';
import { ProxyBed } from '../testing/proxy-bed.ts';
import { backSide, frontSide, listenSettings, proxySettings } from '../testing/settings.ts';

const bed = (...differing: Parameters<typeof listenSettings>): ProxyBed =>
  new ProxyBed(proxySettings(listenSettings(...differing)));
const GET = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

describe('a request and its answer', () => {
  it('go to a server and come back, and both connections stay', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(GET, world.now);
    const server = world.arrive();
    expect(server.takeSent()).toBe('GET /a HTTP/1.1\r\nhost: x\r\n\r\n');
    server.deliver(OK, world.now);
    expect(client.takeSent()).toBe('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    expect([client.state, server.state]).toEqual(['open', 'open']);
    expect([client.rests, server.rests]).toEqual([1, 1]);
    expect(world.ended.map(({ status, termination }) => [status, termination.cause])).toEqual([[200, '-']]);
  });

  it('of a client’s second request may use a connection again, of its first one not', () => {
    const world = bed({ back: backSide({ servers: backSide().servers.slice(0, 1) }) });
    const clients = [world.connect(), world.connect()];
    for (const client of clients) {
      client.deliver(GET, world.now);
      world.arrive().deliver(OK, world.now);
    }
    expect(world.opened).toHaveLength(2);
    clients[0]!.takeSent();
    clients[0]!.deliver(GET, world.now);
    expect(world.opened).toHaveLength(2);
    const used = world.opened.find(({ wire }) => wire.takeSent().split('GET').length === 3)!.wire;
    used.deliver(OK, world.now);
    expect(clients[0]!.takeSent()).toContain('200 OK');
  });

  it('in pieces of an octet', () => {
    const world = bed();
    const client = world.connect();
    for (const octet of 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n') {
      client.deliver(octet, world.now);
      if (world.opened.length === 1 && world.ended.length === 0) world.arrive();
    }
    const server = world.opened[0]!.wire;
    expect(server.takeSent()).toBe(
      'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n',
    );
    for (const octet of 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n')
      server.deliver(octet, world.now);
    expect(client.takeSent()).toBe(
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n',
    );
    expect(client.state).toBe('open');
  });

  it('one after the other when many requests come at once', () => {
    const world = bed({ back: backSide({ servers: backSide().servers.slice(0, 1) }) });
    const client = world.connect();
    client.deliver(GET.repeat(500), world.now);
    const server = world.arrive();
    for (let answered = 0; answered < 500; answered++) server.deliver(OK, world.now);
    expect(world.opened).toHaveLength(1);
    expect(client.takeSent().split('200 OK')).toHaveLength(501);
    expect(world.ended).toHaveLength(500);
  });

  it('without a body for HEAD, and with the end of the connection as the answer’s end', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(GET.replace('GET', 'HEAD'), world.now);
    world.arrive().deliver('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n', world.now);
    expect(client.takeSent()).toBe('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n');
    client.deliver(GET, world.now);
    const server = world.arrive();
    server.deliver('HTTP/1.1 200 OK\r\n\r\nsome', world.now);
    server.deliver('thing', world.now);
    server.end(world.now);
    expect(client.takeSent()).toBe('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nsomething');
    expect(client.state).toBe('finished');
  });

  it('a tunnel after 101, each direction ending by itself', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n',
      world.now,
    );
    const server = world.arrive();
    server.takeSent();
    server.deliver(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\nhello',
      world.now,
    );
    expect(client.takeSent()).toMatch(/^HTTP\/1.1 101 .*\r\n\r\nhello$/s);
    client.deliver('you', world.now);
    expect(server.takeSent()).toBe('you');
    client.end(world.now);
    expect(server.state).toBe('finished');
    server.deliver('bye', world.now);
    expect(client.takeSent()).toBe('bye');
    server.end(world.now);
    expect([client.state, server.state]).toEqual(['closed', 'closed']);
  });

  it('no faster than the client takes it', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(GET, world.now);
    const server = world.arrive();
    client.stuck = true;
    server.deliver('HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n', world.now);
    server.deliver('x'.repeat(20_000), world.now);
    server.deliver('x'.repeat(20_000), world.now);
    expect(server.inbox.length).toBe(20_000);
    client.drain(world.now);
    expect(server.inbox.length).toBe(0);
    expect(world.ended).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  it('a request that is none is refused, logged and counted', () => {
    const world = bed();
    const client = world.connect();
    client.deliver('GET / HTTP/1.1\r\nHost x\r\n\r\n', world.now);
    expect(client.takeSent()).toContain(' 400 ');
    expect(client.state).toBe('finished');
    expect(world.ended[0]!.termination).toMatchObject({ cause: 'P', phase: 'R' });
    client.end(world.now);
    expect(client.state).toBe('closed');
    expect(world.engine.clients.size).toBe(0);
  });

  it('a server that cannot be reached is tried again after a pause, then the client gets 503', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(GET, world.now);
    for (let attempt = 1; attempt <= 4; attempt++) {
      expect(world.opened).toHaveLength(attempt);
      world.refuse();
      if (attempt < 4) expect(client.takeSent()).toBe('');
      world.pass(1000);
    }
    expect(client.takeSent()).toContain(' 503 ');
    expect(world.ended[0]!.termination).toMatchObject({ cause: 'S', phase: 'C' });
    expect(world.opened.every(({ server }) => server.current === 0)).toBe(true);
  });

  it.each([
    ['ends before its answer', 'SH', 502, (world: ProxyBed) => world.arrive().end(world.now)],
    ['talks nonsense', 'PH', 502, (world: ProxyBed) => world.arrive().deliver('nonsense\r\n\r\n', world.now)],
    ['is silent', 'sH', 504, (world: ProxyBed) => world.pass(world.arrive().pending + 50_000)],
    ['cannot be reached in time', 'sC', 503, (world: ProxyBed) => world.pass(4 * 6000)],
  ])('a server that %s: %s, and the client gets %i', (_what, letters, status, happens) => {
    const world = bed();
    const client = world.connect();
    client.deliver(GET, world.now);
    happens(world);
    expect(client.takeSent()).toContain(` ${status} `);
    const { cause, phase } = world.ended[0]!.termination;
    expect(cause + phase).toBe(letters);
    expect(client.state).toBe('open');
  });

  it('an answer that breaks off ends the client’s connection by a reset', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(GET, world.now);
    const server = world.arrive();
    server.deliver('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', world.now);
    server.end(world.now);
    expect(client.state).toBe('aborted');
    expect(world.ended[0]!.termination).toMatchObject({ cause: 'S', phase: 'D' });
  });

  it('a client that does not finish its head gets 408, one that begins none between requests nothing', () => {
    const world = bed({ timeouts: { httpRequestMs: 5000, httpKeepAliveMs: 2000 } });
    const slow = world.connect();
    slow.deliver('GET / HT', world.now);
    world.pass(5000);
    expect(slow.takeSent()).toContain(' 408 ');
    const idle = world.connect();
    idle.deliver(GET, world.now);
    world.arrive().deliver(OK, world.now);
    idle.takeSent();
    world.pass(2000);
    expect([idle.takeSent(), idle.state]).toEqual(['', 'closed']);
  });

  it('a client that leaves frees its server', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(GET, world.now);
    const server = world.arrive();
    client.user.failed({ code: 'ECONNRESET' }, world.now);
    expect(server.state).toBe('aborted');
    expect(world.ended[0]!.termination).toMatchObject({ cause: 'C', phase: 'H' });
    expect(world.opened[0]!.server.current).toBe(0);
    expect(world.engine.clients.size).toBe(0);
  });

  it('a client without a backend gets 503', () => {
    const world = new ProxyBed(proxySettings({ ...listenSettings(), kind: 'frontend', front: frontSide() }));
    const client = world.connect();
    client.deliver(GET, world.now);
    expect(client.takeSent()).toContain(' 503 ');
  });

  it('a client whose octets never end the head is refused when there are too many', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(`GET /${'a'.repeat(17_000)}`, world.now);
    expect(client.takeSent()).toContain(' 400 ');
  });
});

describe('connections', () => {
  it('to servers are closed when nobody has used them for a while', () => {
    const world = bed();
    const client = world.connect();
    client.deliver(GET, world.now);
    const server = world.arrive();
    server.deliver(OK, world.now);
    world.pass(4999);
    expect(server.state).toBe('open');
    world.pass(1);
    expect(server.state).toBe('closed');
    expect(world.opened[0]!.server.idle).toBe(0);
  });

  it('are closed on both sides, and the client is told, as option httpclose says', () => {
    const world = bed({ connectionMode: 'close' });
    const client = world.connect();
    client.deliver(GET, world.now);
    const server = world.arrive();
    expect(server.takeSent()).toContain('\r\nconnection: close\r\n');
    server.deliver(OK, world.now);
    expect(client.takeSent()).toContain('\r\nconnection: close\r\n');
    expect([client.state, server.state]).toEqual(['finished', 'closed']);
  });
});
