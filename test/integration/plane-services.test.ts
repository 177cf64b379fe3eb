import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CLIENT, PlaneLab, SERVERS, SERVERS6, serviceOf, VIRTUAL, VIRTUAL6 } from './plane-lab.ts';
import type { ServiceDefinition } from '../../director/api/table.ts';
import type { PlaneHost } from './plane-lab.ts';

const lab = new PlaneLab();
let director: PlaneHost;
const client = (line: string): Promise<string> => lab.exec('client', 'bash', '--norc', '-c', line);
const [one = '', two = ''] = SERVERS;

beforeAll(async () => {
  await lab.create();
  lab.ip('director', `addr add ${VIRTUAL}/32 dev eth0`);
  lab.ip('director', `addr add ${VIRTUAL6}/128 dev eth0 nodad`);
  await lab.startServers();
  director = await lab.startDirector();
  await director.ask('local', [VIRTUAL, VIRTUAL6]);
});

afterEach(() => director.apply([]));

afterAll(() => {
  lab.destroy();
});

describe('FTP by network address translation', () => {
  const content = 'x'.repeat(300_000);

  beforeAll(async () => {
    writeFileSync(join(lab.directory, 'file.txt'), content);
    const configuration = join(lab.directory, 'vsftpd.conf');
    writeFileSync(
      configuration,
      `listen=NO\nlisten_ipv6=YES\nbackground=NO\nanonymous_enable=YES\nanon_root=${lab.directory}\nno_anon_password=YES
run_as_launching_user=YES\nconnect_from_port_20=YES\nseccomp_sandbox=NO\nsecure_chroot_dir=${lab.directory}\nftp_username=root\n`,
    );
    for (const node of ['web1', 'web2']) {
      lab.spawn(node, ['/usr/sbin/vsftpd', configuration]);
      await vi.waitFor(() => lab.exec(node, 'bash', '--norc', '-c', 'exec 3<>/dev/tcp/127.0.0.1/21'), 5000);
    }
  });

  const download = (options: string, host = VIRTUAL): Promise<string> =>
    client(`curl -sS -m 10 ${options} ftp://${host}/file.txt | wc -c`);

  it.each([
    ['passive, PASV with the address of the server in it', '--disable-epsv', VIRTUAL],
    ['passive, EPSV', '', VIRTUAL],
    ['active, PORT', '--disable-eprt -P -', VIRTUAL],
    ['active, EPRT', '--eprt -P -', VIRTUAL],
    ['passive over IPv6', '', `[${VIRTUAL6}]`],
    ['active over IPv6', '-P -', `[${VIRTUAL6}]`],
  ])('works: %s', async (_, options, host) => {
    await director.apply([
      serviceOf({ protocol: 'TCP', address: VIRTUAL, port: 21 }, [one, two]),
      serviceOf({ protocol: 'TCP', address: VIRTUAL6, port: 21 }, SERVERS6.slice(0, 2)),
    ]);
    for (let round = 0; round < 4; round++) expect(Number(await download(options, host))).toBe(content.length);
  });

  it('keeps other high ports of the address reachable', async () => {
    await director.apply([serviceOf({ protocol: 'TCP', address: VIRTUAL, port: 21 }, [one])]);
    const listener = lab.spawn('director', ['python3', '-m', 'http.server', '8080', '--bind', VIRTUAL]);
    await vi.waitFor(() => lab.exec('director', 'curl', '-sS', '-m', '1', `http://${VIRTUAL}:8080/`), 5000);
    expect(await client(`curl -sS -m 5 -o /dev/null -w '%{http_code}' http://${VIRTUAL}:8080/`)).toBe('200');
    listener.kill('SIGKILL');
  });
});

describe('other services', () => {
  it('by firewall mark take several ports, and persistence keeps a client at its server', async () => {
    await director.ask('marks', [
      { mark: 7, protocol: 'TCP', destination: VIRTUAL, ports: { from: 80, to: 81 } },
      { mark: 7, protocol: 'UDP', destination: VIRTUAL, ports: { from: 53, to: 53 } },
    ]);
    await director.apply([serviceOf({ protocol: 'FWM', address: '0.0.0.0', port: 0, mark: 7 }, SERVERS)]);
    const answers = [1, 2, 3].map(() => client(`curl -sS -m 5 http://${VIRTUAL}/`));
    expect(new Set((await Promise.all(answers)).map((answer) => answer.split(' ')[0]))).toEqual(new Set(SERVERS));
    await expect(client(`curl -sS -m 5 http://${VIRTUAL}:81/`)).rejects.toThrow(/\(7\)/);
    await director.ask('marks', []);
  });

  it('on all ports take any of them', async () => {
    const persistence = { timeoutSeconds: 60, mask: '255.255.255.255' };
    await director.apply([serviceOf({ protocol: 'TCP', address: VIRTUAL, port: 0 }, [one], 'masq', { persistence })]);
    expect(await client(`curl -sS -m 5 http://${VIRTUAL}/`)).toContain(`${one} ${CLIENT}`);
    expect(await director.connections()).toContainEqual(expect.objectContaining({ clientPort: 0, virtualPort: 0 }));
  });

  it('with one-packet scheduling give every datagram another server and leave no entry', async () => {
    await director.apply([
      serviceOf({ protocol: 'UDP', address: VIRTUAL, port: 53 }, SERVERS, 'masq', { onePacket: true }),
    ]);
    const script = `import socket; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.connect(("${VIRTUAL}",53))\nfor i in range(6): s.send(b"x")`;
    await lab.exec('client', 'python3', '-c', script);
    const [dns] = await director.services();
    expect(dns?.realServers.map(({ counters }) => counters.connections)).toEqual([2, 2, 2]);
    const entries = await director.connections();
    expect(entries.filter(({ protocol, virtualPort }) => protocol === 'UDP' && virtualPort === 53)).toEqual([]);
  });

  it('with one-packet scheduling let answers through as they are, with the address of the server', async () => {
    const dns = (options: Partial<ServiceDefinition>): Promise<void> =>
      director.apply([serviceOf({ protocol: 'UDP', address: VIRTUAL, port: 53 }, SERVERS, 'masq', options)]);
    const script = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
for i in range(3):
    s.sendto(b"x", ("${VIRTUAL}", 53))
    print(*s.recvfrom(100)[1])`;
    const answers = async (): Promise<string[]> =>
      (await lab.exec('client', 'python3', '-c', script)).trim().split('\n');
    await dns({ onePacket: true });
    expect((await answers()).sort()).toEqual(SERVERS.map((address) => `${address} 53`));
    await director.apply([]);
    await dns({});
    expect(new Set(await answers())).toEqual(new Set([`${VIRTUAL} 53`]));
  });

  it('served by the director itself reach its own sockets', async () => {
    const listener = lab.spawn('director', ['python3', '-m', 'http.server', '80', '--bind', '0.0.0.0']);
    await vi.waitFor(() => lab.exec('director', 'curl', '-sS', '-m', '1', 'http://127.0.0.1/'), 5000);
    await director.apply([serviceOf({ protocol: 'TCP', address: VIRTUAL, port: 80 }, ['127.0.0.1'], 'gate')]);
    expect(await client(`curl -sS -m 5 -o /dev/null -w '%{http_code}' http://${VIRTUAL}/`)).toBe('200');
    const [web] = await director.services();
    expect(web?.realServers[0]?.counters).toMatchObject({ connections: 1 });
    listener.kill('SIGKILL');
  });
});

describe('under attack', () => {
  it('a flood of SYNs with changing senders leaves an established connection alive and new ones possible', async () => {
    await director.apply([serviceOf({ protocol: 'TCP', address: VIRTUAL, port: 80 }, SERVERS)]);
    const download = client(`curl -sS -m 30 --limit-rate 3M http://${VIRTUAL}/bytes/12000000 | wc -c`);
    const flood = `
import socket, struct, random, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); s.bind(("eth0", 0))
mac = open("/sys/class/net/eth0/address").read().strip().replace(":", "")
peer = "${(await lab.exec('director', 'cat', '/sys/class/net/eth0/address')).trim()}".replace(":", "")
head = bytes.fromhex(peer + mac + "0800")
def total(b):
    n = sum(struct.unpack("!%dH" % (len(b) // 2), b))
    n = (n >> 16) + (n & 65535)
    return ~(n + (n >> 16)) & 65535
end = time.time() + 3; sent = 0
destination = socket.inet_aton("${VIRTUAL}")
while time.time() < end:
    source = struct.pack("!I", 0x0b000000 | random.getrandbits(24))
    tcp = struct.pack("!HHIIBBHHH", random.randint(1024, 65535), 80, sent, 0, 0x50, 2, 1024, 0, 0)
    check = total(source + destination + struct.pack("!BBH", 0, 6, 20) + tcp)
    tcp = tcp[:16] + struct.pack("!H", check) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40, 1, 0x4000, 64, 6, 0) + source + destination
    ip = ip[:10] + struct.pack("!H", total(ip)) + ip[12:]
    s.send(head + ip + tcp); sent += 1
print(sent)`;
    const sent = Number(await lab.exec('client', 'python3', '-c', flood));
    expect(sent).toBeGreaterThan(10_000);
    expect((await client(`curl -sS -m 10 --retry 3 --retry-all-errors http://${VIRTUAL}/`)).trim()).toContain(CLIENT);
    expect(Number(await download)).toBe(12_000_000);
    const [web] = await director.services();
    expect(web?.counters.connections).toBeGreaterThan(5000);
  });
});
