import { describe, expect, it } from 'vitest';
import type { TableCommand } from '../../api/table.ts';
import { EngineTable, ipvsadm, ShownTable } from './testing.ts';

async function commandsOf(line: string, input = ''): Promise<TableCommand[]> {
  const table = new ShownTable([]);
  expect(await ipvsadm(line, table, input)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  return table.executed;
}

const web = { protocol: 'TCP', address: '10.0.0.1', port: 80 } as const;
const plainService = { ...web, scheduler: 'wlc', schedulerFlags: [], onePacket: false };
const plainServer = {
  address: '10.0.1.1',
  port: 80,
  forwarding: 'gate',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
};

describe('what becomes of a command line', () => {
  it.each<[string, Partial<TableCommand>]>([
    ['-A -t 10.0.0.1:80', { type: 'add-service', service: plainService }],
    ['-A -t10.0.0.1:http -s rr', { type: 'add-service', service: { ...plainService, scheduler: 'rr' } }],
    ['--add-service --tcp-service=10.0.0.1:80 --scheduler=wlc', { type: 'add-service', service: plainService }],
    ['-At 10.0.0.1:80', { type: 'add-service', service: plainService }],
    [
      '-E -t 10.0.0.1:80 -p -s sh -b sh-port,sh-fallback',
      {
        type: 'edit-service',
        service: {
          ...plainService,
          scheduler: 'sh',
          schedulerFlags: ['sh-fallback', 'sh-port'],
          persistence: { timeoutSeconds: 360, mask: '255.255.255.255' },
        },
      },
    ],
    [
      '-A -u [2001:0db8::1]:domain -o -p60 -M 64 --pe sip',
      {
        type: 'add-service',
        service: {
          protocol: 'UDP',
          address: '2001:db8::1',
          port: 53,
          scheduler: 'wlc',
          schedulerFlags: [],
          onePacket: true,
          persistence: { timeoutSeconds: 60, mask: '64', engine: 'sip' },
        },
      },
    ],
    [
      '-A -f 4294967295 -6 -s mh -b flag-1',
      {
        type: 'add-service',
        service: {
          protocol: 'FWM',
          address: '::',
          port: 0,
          mark: 4294967295,
          scheduler: 'mh',
          schedulerFlags: ['mh-fallback'],
          onePacket: false,
        },
      },
    ],
    ['-D -f 7', { type: 'delete-service', service: { protocol: 'FWM', address: '0.0.0.0', port: 0, mark: 7 } }],
    ['-a -t 10.0.0.1:80 -r 10.0.1.1:8080', { type: 'add-server', service: web, server: plainServer } as TableCommand],
    [
      '-a -t 10.0.0.1:80 -r 10.0.1.1:8080 -m -w 0 -x 10 -y 5',
      {
        type: 'add-server',
        service: web,
        server: { ...plainServer, port: 8080, forwarding: 'masq', weight: 0, upperThreshold: 10, lowerThreshold: 5 },
      },
    ],
    [
      '-e -f 7 -r 10.0.1.1:8080',
      {
        type: 'edit-server',
        service: { protocol: 'FWM', address: '0.0.0.0', port: 0, mark: 7 },
        server: { ...plainServer, port: 8080 } as never,
      },
    ],
    [
      '-a -t 10.0.0.1:80 -r [2001:db8::9]:80 -i --tun-type gue --tun-port 6080 --tun-remcsum',
      {
        type: 'add-server',
        service: web,
        server: {
          ...plainServer,
          address: '2001:db8::9',
          forwarding: 'ipip',
          tunnel: { type: 'gue', port: 6080, checksum: 'remote-checksum' },
        },
      },
    ],
    [
      '-d -t 10.0.0.1:80 -r 10.0.1.1',
      { type: 'delete-server', service: web, server: { address: '10.0.1.1', port: 80 } },
    ],
    ['-C', { type: 'flush' }],
    ['-Z', { type: 'zero' }],
    ['-Z -t 10.0.0.1:80', { type: 'zero', service: web }],
    ['-Z -t 0.0.0.0:0', { type: 'zero' }],
    ['--set 900 0 +300', { type: 'set-timeouts', timeouts: { tcpSeconds: 900, tcpFinSeconds: 0, udpSeconds: 300 } }],
    [
      '--start-daemon master --syncid 5 --mcast-group ff02:0::81 --mcast-port 9 --mcast-ttl 3 --sync-maxlen 1000',
      {
        type: 'start-sync',
        daemon: {
          role: 'master',
          interface: 'eth0',
          syncId: 5,
          group: 'ff02::81',
          port: 9,
          ttl: 3,
          maximumLength: 1000,
        },
      },
    ],
    [
      '--start-daemon=backup --mcast-interface eth1',
      {
        type: 'start-sync',
        daemon: {
          role: 'backup',
          interface: 'eth1',
          syncId: 0,
          group: '224.0.0.81',
          port: 8848,
          ttl: 1,
          maximumLength: 0,
        },
      },
    ],
    ['--stop-daemon backup', { type: 'stop-sync', role: 'backup' }],
  ])('%s', async (line, command) => {
    expect(await commandsOf(line)).toEqual([command]);
  });

  it('takes hosts by name, loose IPv4 addresses and octal numbers', async () => {
    const lines = ['-D -t www.example.org:80', '-D -t 10.1:80', '-D -t 0x0a.0.0.012:80', '-D -t [10.0.0.1]:80'];
    const addresses = (await Promise.all(lines.map((line) => commandsOf(line)))).map(([command]) =>
      command?.type === 'delete-service' ? `${command.service.address}:${command.service.port}` : '',
    );
    expect(addresses).toEqual(['192.168.1.202:80', '10.0.0.1:80', '10.0.0.10:80', '10.0.0.1:0']);
  });
});

describe('-R', () => {
  const rules = '-A -t 10.0.0.1:80 -s rr\n\nipvsadm -a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 3\n';

  it('obeys every line, empty ones and the word ipvsadm apart', async () => {
    expect((await commandsOf('-R', rules)).map(({ type }) => type)).toEqual(['add-service', 'add-server']);
  });

  it('goes on after what the table refuses, and ends with the last line', async () => {
    const twice = await ipvsadm('-R', new EngineTable(), `${rules}-A -t 10.0.0.1:80\n-Z\n`);
    expect(twice).toEqual({ exitCode: 0, stdout: '', stderr: 'Service already exists\n' });
    const last = await ipvsadm('-R', new EngineTable(), `${rules}-A -t 10.0.0.1:80\n`);
    expect(last).toEqual({ exitCode: 255, stdout: '', stderr: 'Service already exists\n' });
  });

  it('ends at a line that means nothing, after those before it', async () => {
    const table = new ShownTable([]);
    const outcome = await ipvsadm('-R', table, `${rules}-A\n-C\n`);
    expect(outcome).toMatchObject({
      exitCode: 2,
      stderr: "You need to supply the 'service-address' option for the 'add-service' command\n",
    });
    expect(table.executed).toHaveLength(2);
  });

  it('goes on after a line with an unknown option, and ends at a comment', async () => {
    const table = new ShownTable([]);
    const outcome = await ipvsadm('-R', table, '-Lz\n-C\n# end\n-Z\n');
    expect(outcome.exitCode).toBe(255);
    expect(outcome.stderr).toMatch(/^-Lz: unknown option\nTry `ipvsadm -h'/);
    expect(table.executed.map(({ type }) => type)).toEqual(['flush']);
  });

  it('lists between commands, as the table is then', async () => {
    const { stdout } = await ipvsadm('-R', new EngineTable(), `${rules}-S -n\n-C\n-S -n\n`);
    expect(stdout).toBe('-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 3\n');
  });

  it('reads back what -S has written', async () => {
    const table = new EngineTable();
    const made = [
      '-A -t 10.0.0.1:80 -s sh -p 60 -M 255.255.255.0 -b sh-port',
      '-a -t 10.0.0.1:80 -r 10.0.1.1:80 -m -w 3',
      '-a -t 10.0.0.1:80 -r 10.0.1.2:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum',
      '-A -u [2001:db8::1]:53 -s rr -o',
      '-a -u [2001:db8::1]:53 -r [2001:db8::2]:53 -g -w 0',
      '-A -f 9 -6 -s wrr',
    ];
    expect(await ipvsadm('-R', table, `${made.join('\n')}\n`)).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const saved = (await ipvsadm('-S -n', table)).stdout;
    expect(saved.trim().split('\n')).toHaveLength(made.length);
    const copy = new EngineTable();
    await ipvsadm('-R', copy, saved);
    expect((await ipvsadm('-S -n', copy)).stdout).toBe(saved);
    expect((await ipvsadm('-Ln', copy)).stdout).toBe((await ipvsadm('-Ln', table)).stdout);
  });
});

describe('what the table refuses', () => {
  it('is said in the words of libipvs, with 255', async () => {
    const table = new EngineTable();
    const said = async (line: string): Promise<string> => {
      const { exitCode, stderr } = await ipvsadm(line, table);
      return `${exitCode} ${stderr}`.trim();
    };
    expect(await said('-A -t 10.0.0.1:80')).toBe('0');
    expect(await said('-A -t 10.0.0.1:80')).toBe('255 Service already exists');
    expect(await said('-A -t 10.0.0.1:81 -s nosuch')).toBe('255 Scheduler or persistence engine not found');
    expect(await said('-A -t 10.0.0.1:81 --pe none')).toBe('255 Scheduler or persistence engine not found');
    expect(await said('-A -t 10.0.0.1:81 --pe none -p')).toBe('255 Scheduler or persistence engine not found');
    expect(await said('-A -t 10.0.0.1:80 --pe none')).toBe('255 Service already exists');
    expect(await said('-E -t 10.0.0.1:82 --pe none')).toBe('255 No such service');
    expect(await said('-E -t 10.0.0.1:82')).toBe('255 No such service');
    expect(await said('-D -t 10.0.0.1:82')).toBe('255 No such service');
    expect(await said('-Z -t 10.0.0.1:82')).toBe('255 No such service');
    expect(await said('-a -t 10.0.0.1:82 -r 10.0.1.1')).toBe('255 Service not defined');
    expect(await said('-a -t 10.0.0.1:80 -r 10.0.1.1')).toBe('0');
    expect(await said('-a -t 10.0.0.1:80 -r 10.0.1.1')).toBe('255 Destination already exists');
    expect(await said('-e -t 10.0.0.1:80 -r 10.0.1.2')).toBe('255 No such destination');
    expect(await said('-d -t 10.0.0.1:80 -r 10.0.1.2')).toBe('255 No such destination');
    expect(await said('-a -t 10.0.0.1:80 -r 10.0.1.3 -x 5 -y 6')).toBe('255 Numerical result out of range');
    expect(await said('--stop-daemon master')).toBe('255 No daemon is running');
    expect(await said('-A --sctp-service 10.0.0.1:80')).toBe('255 Protocol not supported');
  });
});
