import { describe, expect, it } from 'vitest';
import { explain } from './explain.ts';
import { TableBench } from './table-bench.ts';

const WEB = 'tcp 10.0.0.100:80';
const VIRTUAL = '10.0.0.100:80';
const SERVERS = ['172.16.1.2:80', '172.16.2.2:80'];

function bench(service = WEB, mask = '255.255.255.255', servers = SERVERS): TableBench {
  const made = new TableBench();
  made.addService(service, { scheduler: 'rr', persistence: { timeoutSeconds: 100, mask } });
  for (const server of servers) made.addServer(service, server);
  return made;
}

/** The templates as `ipvsadm -Lcn` shows them. */
function templates(made: TableBench): string[] {
  return made
    .entries()
    .filter(({ clientPort, state }) => clientPort === 0 || state === 'ASSURED')
    .map(
      (one) =>
        `${one.protocol} ${one.state} ${String(one.expiresInSeconds)} ${one.clientAddress}:${String(one.clientPort)} ` +
        `${one.virtualAddress}:${String(one.virtualPort)} ${one.serverAddress}:${String(one.serverPort)}`,
    );
}

describe('a persistent service', () => {
  it('sends a client to one server, and another client to another', () => {
    const made = bench();
    const picks = ['10.0.0.2:1', '10.0.0.2:2', '10.0.0.3:1', '10.0.0.2:3'].map((from) =>
      made.send('tcp', from, VIRTUAL),
    );
    expect(picks).toEqual(['172.16.2.2:80', '172.16.2.2:80', '172.16.1.2:80', '172.16.2.2:80']);
    expect(made.servers().map((one) => one.persistentConnections)).toEqual([1, 1]);
  });

  it('has templates by port, assured once a connection is established', () => {
    const made = bench();
    made.send('tcp', '10.0.0.2:1', VIRTUAL);
    expect(templates(made)).toEqual(['TCP NONE 100 10.0.0.2:0 10.0.0.100:80 172.16.2.2:80']);
    made.send('tcp', '10.0.0.2:1', VIRTUAL, 'ACK');
    expect(templates(made)).toEqual(['TCP ASSURED 100 10.0.0.2:0 10.0.0.100:80 172.16.2.2:80']);
  });

  it('on all ports has templates by client, of the port 0', () => {
    const made = bench('tcp 10.0.0.100:0', '255.255.255.255', ['172.16.1.2:0', '172.16.2.2:0']);
    expect(made.send('tcp', '10.0.0.2:1', VIRTUAL)).toBe('172.16.2.2:80');
    expect(made.send('tcp', '10.0.0.2:1', '10.0.0.100:443')).toBe('172.16.2.2:443');
    expect(templates(made)).toEqual(['TCP NONE 100 10.0.0.2:0 10.0.0.100:0 172.16.2.2:0']);
  });

  it('of FTP has templates by client too, and takes data connections', () => {
    const made = bench('tcp 10.0.0.100:21', '255.255.255.255', ['172.16.1.2:21', '172.16.2.2:21']);
    expect(made.send('tcp', '10.0.0.2:1', '10.0.0.100:21')).toBe('172.16.2.2:21');
    expect(made.send('tcp', '10.0.0.2:2', '10.0.0.100:40000')).toBe('172.16.2.2:40000');
    expect(templates(made)).toEqual(['TCP NONE 100 10.0.0.2:0 10.0.0.100:0 172.16.2.2:0']);
  });

  it('by mark has templates of protocol IP that name the mark, and joins ports and protocols', () => {
    const made = bench('fwm 258', '255.255.255.255', ['172.16.1.2:0', '172.16.2.2:0']);
    expect(made.send('tcp', '10.0.0.2:1', VIRTUAL, 'SYN', 258)).toBe('172.16.2.2:80');
    expect(made.send('udp', '10.0.0.2:1', '10.0.0.200:53', '', 258)).toBe('172.16.2.2:53');
    expect(templates(made)).toEqual(['IP NONE 100 10.0.0.2:0 0.0.1.2:0 172.16.2.2:0']);
  });

  it.each([
    {
      made: bench(WEB, '255.255.255.0'),
      clients: ['10.0.0.2:1', '10.0.0.77:1', '10.0.1.2:1'],
      to: VIRTUAL,
    },
    {
      made: bench('tcp [2001:db8::100]:80', '33', ['[2001:db8:1::2]:80', '[2001:db8:2::2]:80']),
      clients: ['[2001:db8:0:9::1]:1', '[2001:db8:7fff::1]:1', '[2001:db8:8000::1]:1'],
      to: '[2001:db8::100]:80',
    },
  ])('takes clients of one network together: $to', ({ made, clients, to }) => {
    const [one, neighbour, stranger] = clients.map((client) => made.send('tcp', client, to));
    expect(neighbour).toBe(one);
    expect(stranger).not.toBe(one);
  });

  it('keeps a template by 60 s more while it controls connections, then lets it go', () => {
    const made = bench();
    made.send('tcp', '10.0.0.2:1', VIRTUAL);
    made.send('tcp', '10.0.0.2:1', VIRTUAL, 'ACK');
    made.pass(100_250);
    expect(templates(made)).toEqual(['TCP ASSURED 59 10.0.0.2:0 10.0.0.100:80 172.16.2.2:80']);
    made.pass(800_000);
    expect(made.entries().map(({ state }) => state)).toEqual(['ASSURED']);
    made.pass(61_000);
    expect(made.entries()).toEqual([]);
    expect(made.servers().map((one) => one.persistentConnections)).toEqual([0, 0]);
  });

  it('puts the end of a template off with every new connection', () => {
    const made = bench('udp 10.0.0.100:53', '255.255.255.255', ['172.16.1.2:53', '172.16.2.2:53']);
    made.run({ type: 'set-timeouts', timeouts: { tcpSeconds: 0, tcpFinSeconds: 0, udpSeconds: 5 } });
    for (let port = 1; port < 5; port++) {
      expect(made.send('udp', `10.0.0.2:${String(port)}`, '10.0.0.100:53')).toBe('172.16.2.2:53');
      made.pass(90_000);
    }
    made.answer('udp', '172.16.2.2:53', '10.0.0.2:4');
    expect(templates(made)).toEqual(['UDP NONE 10 10.0.0.2:0 10.0.0.100:53 172.16.2.2:53']);
  });

  it('honours templates to a server of weight 0, unless expire_quiescent_template says otherwise', () => {
    const made = bench();
    made.send('tcp', '10.0.0.2:1', VIRTUAL);
    made.editServer(WEB, SERVERS[1]!, { weight: 0 });
    expect(made.send('tcp', '10.0.0.2:2', VIRTUAL)).toBe('172.16.2.2:80');
    made.sysctl('expire_quiescent_template', 1);
    expect(made.send('tcp', '10.0.0.2:3', VIRTUAL)).toBe('172.16.1.2:80');
  });

  it('makes a template to a removed server invalid: it shows ports 65535 until it goes', () => {
    const made = bench();
    made.send('tcp', '10.0.0.2:1', VIRTUAL);
    made.deleteServer(WEB, SERVERS[1]!);
    expect(made.send('tcp', '10.0.0.2:2', VIRTUAL)).toBe('172.16.1.2:80');
    expect(templates(made)).toEqual([
      'TCP NONE 100 10.0.0.2:0 10.0.0.100:65535 172.16.2.2:65535',
      'TCP NONE 100 10.0.0.2:0 10.0.0.100:80 172.16.1.2:80',
    ]);
  });

  it('does not reuse a connection in TIME_WAIT for another server', () => {
    const made = bench();
    for (const flags of ['SYN', 'ACK', 'RST']) made.send('tcp', '10.0.0.2:1', VIRTUAL, flags);
    expect(made.entries().map(({ state }) => state)).toContain('CLOSE');
    made.send('tcp', '10.0.0.2:1', VIRTUAL);
    expect(made.entries()).toHaveLength(2);
  });
});

describe('explain', () => {
  const ask = (made: TableBench, more: { clientPort?: number; virtualPort?: number; mark?: number } = {}) =>
    explain(
      made.balancer,
      {
        protocol: 'TCP',
        clientAddress: '10.0.0.2',
        clientPort: 1,
        virtualAddress: '10.0.0.100',
        virtualPort: 80,
        ...more,
      },
      made.now,
    );

  it('tells of scheduler, entry, template and nobody, with the numbers', () => {
    const made = bench();
    made.editService(WEB, { scheduler: 'wlc', persistence: { timeoutSeconds: 100, mask: '255.255.255.255' } });
    made.editServer(WEB, SERVERS[0]!, { weight: 3 });
    const asked = ask(made);
    expect(asked).toMatchObject({
      by: 'scheduler',
      scheduler: 'wlc',
      server: { address: '172.16.2.2', port: 80 },
      candidates: [
        { server: { address: '172.16.2.2' }, eligible: true, numbers: { overhead: 0, weight: 1 } },
        { server: { address: '172.16.1.2' }, eligible: true, numbers: { overhead: 0, weight: 3 } },
      ],
    });
    expect(ask(made)).toEqual(asked);
    made.send('tcp', '10.0.0.2:1', VIRTUAL);
    expect(ask(made)).toMatchObject({ by: 'entry', server: { address: '172.16.2.2', port: 80 } });
    expect(ask(made).steps).toEqual([
      'Connection table: an entry in state SYN_RECV, 60 s left, leads to 172.16.2.2:80.',
    ]);
    expect(ask(made, { clientPort: 2 })).toMatchObject({ by: 'template', server: { address: '172.16.2.2' } });
    made.deleteServer(WEB, SERVERS[1]!);
    expect(ask(made)).toMatchObject({ by: 'no-server' });
    expect(ask(made, { clientPort: 2 })).toMatchObject({ by: 'scheduler', server: { address: '172.16.1.2' } });
    made.editServer(WEB, SERVERS[0]!, { weight: 0 });
    expect(ask(made, { clientPort: 2 })).toMatchObject({
      by: 'no-server',
      candidates: [{ eligible: false, why: 'weight 0: no new connections' }],
    });
    expect(ask(made, { virtualPort: 81 })).toMatchObject({ by: 'no-service', candidates: [] });
  });
});
