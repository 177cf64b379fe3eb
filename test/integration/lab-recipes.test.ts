import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './support/relevo.ts';
import { TfgLab } from './support/lab.ts';

let lab: TfgLab;
beforeAll(async () => {
  lab = await TfgLab.up();
});
afterAll(() => lab.relevo.dispose());

const servers = ['web1', 'web2', 'web3', 'dns1', 'dns2', 'dns3'];

describe('the pages', () => {
  it('say what the document’s say, letter by letter', async () => {
    const page = await lab.on('web1', 'curl -s localhost');
    expect(page).toMatch(
      /^Servidor Web pruebas cluster<br>Hoy es \d\d\/\d\d\/\d{4}\.Son las \d\d:\d\d:\d\d<br>Soy el servidor IP: (127\.0\.0\.1|::1)<br>Cliente IP: \1<br>Forwarded-For: Desconocido<br><br>Cookies:<br>Array\n\(\n\)\n$/,
    );
    const pi = await lab.on('web1', "curl -s 'localhost/pi.php?n=1000000'");
    expect(pi).toMatch(
      /^<html>\n<body>\n<br>Calculo de PI<br><br>La cte\. PI con n= 1000000 es igual a 3\.141593<br>Tiempo de ejecucion= \d+\.\d{5} segundos<br><br>El servidor es \S+<br><\/body>\n<\/html>\n$/,
    );
  });

  it('show cookies and the forwarded address, and never as markup', async () => {
    const page = await lab.on(
      'web1',
      `curl -s -b 'SERVERID=cluster2; x=<script>' -H 'X-Forwarded-For: 192.168.1.10<b>' localhost`,
    );
    expect(page).toContain('Forwarded-For: 192.168.1.10&lt;b&gt;<br>');
    expect(page).toContain('[SERVERID] =&gt; cluster2');
    expect(page).not.toContain('<script>');
    const refresh = await lab.on('web1', 'curl -s -o /dev/null -D - localhost');
    expect(refresh).toMatch(/^Refresh: 10\r?$/m);
  });

  it.each(['', '?n=', '?n=0', '?n=-5', '?n=abc', '?n=1e9', '?n=99999999999999999999', '?n[]=3', '?n=1.5'])(
    'refuse to reckon pi for "%s"',
    async (query) => {
      const answer = await lab.on('web2', `curl -g -s -w '%{http_code}' 'localhost/pi.php${query}'`);
      expect(answer).toMatch(/^Falta n, o no es un número entero entre 1 y \d+\..*\n400$/);
    },
  );
});

describe('the certificates', () => {
  it('are RSA of 2048 bits, for 365 days, signed by themselves, and name their server', async () => {
    for (const node of ['web1', 'web3']) {
      const text = await lab.on(
        'master',
        `openssl s_client -connect ${node}:443 < /dev/null 2> /dev/null | openssl x509 -noout -text`,
      );
      expect(text).toContain('Public-Key: (2048 bit)');
      expect(text).toContain(`DNS:${node}.lab.local`);
      const days = await lab.on(node, 'openssl x509 -in /etc/apache2/ssl/apache.crt -noout -dates -issuer -subject');
      const [, from = '', to = '', issuer, subject] =
        /notBefore=(.+)\nnotAfter=(.+)\nissuer=(.+)\nsubject=(.+)\n/.exec(days) ?? [];
      expect((Date.parse(to) - Date.parse(from)) / 86_400_000).toBe(365);
      expect(issuer).toBe(subject);
    }
  });
});

describe('DHCP', () => {
  it('gave each server its options: MTU 26, router 3, name server 6', async () => {
    const lease = await lab.on('web1', 'cat /var/lib/dhcp/dhclient.eth0.leases');
    expect(lease).toContain('fixed-address 10.0.100.2;');
    expect(lease).toContain('option interface-mtu 9000;');
    expect(lease).toContain('option routers 10.0.100.200;');
    expect(lease).toContain('option domain-name-servers 10.0.100.200;');
    for (const node of servers) expect(await lab.on(node, 'cat /etc/resolv.conf')).toBe('nameserver 10.0.100.200\n');
  });

  it('refuses no server anything, although two directors answer', async () => {
    const logs = await Promise.all(['master', 'standby'].map((node) => lab.on(node, 'cat /var/log/dnsmasq.log')));
    expect(logs.join('')).toContain('DHCPACK');
    expect(logs.join('')).not.toMatch(/DHCPNAK|no address available|failed/);
  });

  it('lets 9000 bytes through between servers', async () => {
    expect(await lab.on('dns1', 'ping -M do -s 8972 -c 1 -W 2 nas')).toContain(' 0% packet loss');
  });
});

describe('root', () => {
  it('goes from node to node by any name, without a password or a question', async () => {
    const names = await lab.on(
      'master',
      'for host in nas web1 cluster3 cluster4.cluster 10.0.100.5 dns2 cluster7 standby.cluster; do ssh -o BatchMode=yes $host hostname; done',
    );
    expect(names.trim().split('\n')).toEqual(['nas', 'web1', 'web2', 'web3', 'dns1', 'dns2', 'dns3', 'standby']);
  });

  it('does not get in from outside', async () => {
    const outcome = await lab.relevo.run(
      'exec',
      'client',
      '--',
      'ssh -o BatchMode=yes -o StrictHostKeyChecking=no 192.168.1.101 hostname',
    );
    expect(outcome.exitCode).toBe(255);
    expect(outcome.stderr).toContain('Permission denied');
  });
});

describe('names', () => {
  it('are answered to the servers by the directors, from inside and from outside', async () => {
    expect(await lab.on('web1', 'getent hosts www.upv.es')).toContain('158.42.4.23');
    expect(await lab.on('web1', 'dig +short dns3')).toBe('10.0.100.7\n');
  });

  it('that do not exist are refused at once', async () => {
    const answer = await lab.on('client', 'dig @192.168.1.200 no.such.name');
    expect(answer).toContain('status: NXDOMAIN');
    expect(Number(/Query time: (\d+) msec/.exec(answer)?.[1])).toBeLessThan(200);
  });

  it('come with the authority and the addresses that the document’s test shows', async () => {
    const answer = await lab.on('dns2', 'dig @127.0.0.1 web1.lab.local');
    expect(answer).toMatch(/flags: qr aa rd ra; QUERY: 1, ANSWER: 1, AUTHORITY: 3, ADDITIONAL: 4/);
    expect(answer).toMatch(/^web1\.lab\.local\.\s+38400\s+IN\s+A\s+10\.0\.100\.2$/m);
  });

  it('lie in zones that bind’s own checker finds sound', async () => {
    await lab.on('dns1', 'named-checkconf');
    for (const [zone, file] of [
      ['lab.local', 'rd'],
      ['100.0.10.in-addr.arpa', 'ri'],
    ]) {
      expect(await lab.on('dns1', `named-checkzone ${zone} /etc/bind/${file}.lab.local`)).toMatch(
        /loaded serial 2014092900\nOK\n$/,
      );
    }
  });
});

describe('a node’s scripts', () => {
  it.each(['master', 'web2', 'dns3', 'nas', 'internet'])(
    'may run again on %s, and start nothing twice',
    async (node) => {
      // Whoever listens, with its process id.
      const listening = 'ss -Hltnp | sed "s/.*users:((//" | sort';
      const before = await lab.on(node, listening);
      const output = await lab.on(node, '/etc/relevo/boot 2>&1');
      expect(output).not.toMatch(/failed|already in use/i);
      expect(await lab.on(node, listening)).toBe(before);
    },
  );
});

describe('the shared files', () => {
  it('come back by themselves after the storage node was gone', async () => {
    await lab.relevo.succeed('kill', 'nas');
    await lab.relevo.succeed('start', 'nas');
    await eventually('web3 shows the page again', async () =>
      (await lab.on('web3', 'curl -s -m 3 localhost || true')).includes('Servidor Web'),
    );
  });

  it('reach a web server that booted before the storage node did', async () => {
    await lab.relevo.succeed('kill', 'nas');
    await lab.relevo.succeed('kill', 'web1');
    const start = lab.relevo.run('start', 'web1');
    await lab.relevo.succeed('start', 'nas');
    expect(await start).toMatchObject({ exitCode: 0 });
    expect(await lab.on('web1', 'curl -s localhost')).toContain('Servidor Web');
  });
});

describe('a server that starts while only the standby is there', () => {
  it('gets the same address from the standby', async () => {
    await lab.relevo.succeed('kill', 'master');
    await lab.relevo.succeed('kill', 'web2');
    await lab.relevo.succeed('start', 'web2');
    expect(await lab.on('web2', 'ip -4 -o addr show eth0')).toContain(' 10.0.100.3/24 ');
    expect(await lab.on('standby', 'cat /var/log/dnsmasq.log')).toMatch(/DHCPACK\(eth1\) 10\.0\.100\.3 /);
    await lab.relevo.succeed('start', 'master');
  });
});
