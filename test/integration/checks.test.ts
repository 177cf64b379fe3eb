import { mkdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckLab, programPath, type What } from './support/checks/check-lab.ts';
import { negotiate, suite } from './support/checks/suite.ts';

/** Every kind of check against a real daemon: well, and not. A daemon that is not installed is skipped by name. */
const lab = new CheckLab();
const [four, six] = ['127.0.0.1', '::1'] as const;

beforeAll(() => lab.start());
afterAll(() => lab.stop());

const http = (
  kind: 'HTTP_GET' | 'SSL_GET',
  port: number,
  url: Partial<Extract<What, { kind: 'HTTP_GET' | 'SSL_GET' }>['urls'][number]>,
  changes: Partial<Extract<What, { kind: 'HTTP_GET' | 'SSL_GET' }>> = {},
): What => ({
  kind,
  address: four,
  port,
  version: '1.0',
  userAgent: 'KeepAliveClient',
  urls: [{ path: '/', method: 'GET', statusCodes: [{ from: 200, to: 299 }], ...url }],
  ...changes,
});

describe('without a daemon', () => {
  it('ping: an answer, none, and a route that says no', async () => {
    const ping = (address: string): What => ({ kind: 'PING_CHECK', address, port: 0, timeoutMs: 1500 });
    const results = await lab.look(ping(four), ping(six), ping('10.77.0.9'), ping('10.78.0.9'));
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false]);
    expect(results[0]?.reason).toMatch(/^echo reply in [\d.]+ ms$/);
    expect(results[2]?.reason).toBe('no answer');
    expect(results[3]?.reason).toBe('no route to the host, or it does not answer ARP');
  });

  it('scripts: exit codes, weights, a user, a program that is not there, and one that is killed with its children', async () => {
    const marker = lab.file('marker', '');
    const script = (...command: string[]): What => ({ kind: 'MISC_CHECK', command, dynamicWeight: true });
    const [well, failed, weighed, absent, killed] = await lab.look(
      { ...script('/usr/bin/id', '-un'), user: 'nobody' } as What,
      script('/bin/sh', '-c', 'exit 1'),
      script('/bin/sh', '-c', 'exit 12'),
      script('/no/such/program'),
      { ...script('/bin/sh', '-c', `sleep 2; echo late >> ${marker}`), timeoutMs: 300 },
    );
    expect(well).toEqual({ ok: true, reason: 'exit code 0: "nobody"', weight: { type: 'configured' } });
    expect(failed).toEqual({ ok: false, reason: 'exit code 1' });
    expect(weighed).toEqual({ ok: true, reason: 'exit code 12', weight: { type: 'set', weight: 10 } });
    expect(absent).toEqual({ ok: false, reason: '/no/such/program does not exist' });
    expect(killed).toEqual({ ok: false, reason: 'no answer' });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(readFileSync(marker, 'utf8')).toBe('');
  });

  it('a closed port: refused over TCP, an ICMP error over UDP, both families', async () => {
    const results = await lab.look(
      { kind: 'TCP_CHECK', address: four, port: 1 },
      { kind: 'TCP_CHECK', address: six, port: 1, bindInterface: 'lo' },
      { kind: 'UDP_CHECK', address: four, port: 1, payload: '', requireReply: false },
      { kind: 'UDP_CHECK', address: six, port: 1, payload: '', requireReply: false, bindInterface: 'lo' },
    );
    const [tcp, udp] = ['connection refused', 'port unreachable (ICMP)'];
    expect(results.map(({ reason }) => reason)).toEqual([tcp, tcp, udp, udp]);
  });
});

suite('nginx', ['nginx', 'openssl'], () => {
  const body = 'Servido por node-a\n'.repeat(3000);
  beforeAll(async () => {
    mkdirSync(join(lab.directory, 'www'));
    lab.file('www/index.html', body);
    const { key, certificate } = await lab.certificate();
    const configuration = lab.file(
      'nginx.conf',
      `daemon off; pid ${lab.directory}/nginx.pid; error_log ${lab.directory}/nginx.log; user root;
       events {}
       http { access_log off; root ${lab.directory}/www;
         server { listen 8080 default_server; listen [::]:8080;
           location /old { return 302 /; } location /down { return 503; } gzip off;
           location /chunked { alias ${lab.directory}/www/; index index.html; sub_filter 'nothing' 'nothing'; } }
         server { listen 8080; server_name other.example; location / { return 200 'other $http_connection $server_protocol'; } }
         server { listen 8443 ssl; ssl_certificate ${certificate}; ssl_certificate_key ${key}; location / { return 200 $ssl_server_name; } } }`,
    );
    await lab.daemon(8443, 'nginx', '-c', configuration);
  });

  const md5 = createHash('md5').update(body).digest('hex');

  it('status, ranges, several URLs, both families', async () => {
    const two = [
      { path: '/', method: 'GET', statusCodes: [{ from: 200, to: 299 }] },
      { path: '/down', method: 'HEAD', statusCodes: [{ from: 503, to: 503 }] },
    ] as const;
    const results = await lab.look(
      http('HTTP_GET', 8080, {}),
      http('HTTP_GET', 8080, {}, { address: six }),
      http('HTTP_GET', 8080, {}, { urls: two }),
      http('HTTP_GET', 8080, { path: '/down' }),
      http('HTTP_GET', 8080, { path: '/old' }),
      http('HTTP_GET', 8081, {}),
      http('HTTP_GET', 8443, {}),
    );
    expect(results.map(({ reason }) => reason)).toEqual([
      '/: 200 OK',
      '/: 200 OK',
      '/: 200 OK, /down: 503 Service Temporarily Unavailable',
      '/down: 503 Service Temporarily Unavailable, where 200-299 is well',
      '/old: 302 Moved Temporarily, where 200-299 is well',
      'connection refused',
      '/: 400 Bad Request, where 200-299 is well',
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, false, false, false, false]);
  });

  it('digest, regular expression, virtual host, versions', async () => {
    const regex = (source: string, changes = {}): object => ({
      regex: { source, flags: '', negated: false, ...changes },
    });
    const other = { virtualHost: 'other.example' };
    const results = await lab.look(
      http('HTTP_GET', 8080, { digest: md5 }),
      http('HTTP_GET', 8080, { digest: md5.replace(/./, 'x') }),
      http('HTTP_GET', 8080, { digest: md5 }, { version: '1.1' }),
      http('HTTP_GET', 8080, regex('por NODE-[a-c]', { flags: 'i' })),
      http('HTTP_GET', 8080, regex('node-z')),
      http('HTTP_GET', 8080, regex('node-z', { negated: true })),
      http('HTTP_GET', 8080, regex('Servido', { minimumOffset: 1, maximumOffset: 18 })),
      http('HTTP_GET', 8080, { ...other, ...regex('^other close HTTP/1.1$') }, { version: '1.1' }),
      http('HTTP_GET', 8080, { ...other, ...regex('^other close HTTP/1.0$') }, { version: '1.0C' }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true, true, false, true, false, true, true]);
    expect(results[1]?.reason).toContain(`the digest of the body is ${md5}`);
  });

  it('https, with the name for SNI', async () => {
    const name = { regex: { source: '^web\\.example$', flags: '', negated: false } };
    const results = await lab.look(
      http('SSL_GET', 8443, name, { serverName: 'web.example' }),
      http('SSL_GET', 8443, name),
      http('SSL_GET', 8080, {}),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false]);
  });

  it.skipIf(programPath('genhash') === undefined)("the digest is the one of keepalived's genhash", async () => {
    const printed = await lab.inside('genhash', '-s', four, '-p', '8080', '-u', '/');
    expect(printed).toContain(md5);
  });

  it('send and expect, simpletcp, proxy', async () => {
    const request = 'HEAD / HTTP/1.0\r\n\r\n';
    const place = { kind: 'SEND_EXPECT', address: four, port: 8080, send: request } as const;
    const results = await lab.look(
      { ...place, expect: 'HTTP', useRegex: false },
      { ...place, expect: 'FTP', useRegex: false },
      { ...place, expect: 'Server: n[gh]inx', useRegex: true },
      { ...place, expect: '*', useRegex: false },
      negotiate('simpletcp', 8080, { request: '/GET / HTTP/1.0\\n\\n', receive: 'node-a' }),
      negotiate('simpletcp', 8080, { request: '/GET / HTTP/1.0\\n\\n', receive: 'node-b' }),
      negotiate('http_proxy', 8080, { request: 'http://other.example/x', receive: 'other' }),
      negotiate('http_proxy', 8080, { request: 'http://other.example/x', receive: 'node' }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true, true, true, false, true, false]);
  });
});

suite('exim', ['exim4'], () => {
  beforeAll(async () => {
    mkdirSync(join(lab.directory, 'exim'));
    const configuration = lab.file(
      'exim.conf',
      `primary_hostname = mail.example
spool_directory = ${lab.directory}/exim
log_file_path = ${lab.directory}/exim/%slog
exim_user = root
never_users =
acl_smtp_helo = helo
begin acl
helo:
  deny condition = \${if eq{$sender_helo_name}{unwanted}}
  accept
`,
    );
    await lab.daemon(2525, 'exim4', '-C', configuration, '-bdf', '-oX', '2525', '-oP', join(lab.directory, 'exim.pid'));
  });

  it('SMTP_CHECK and ldirectord smtp', async () => {
    const smtp = (heloName: string, port = 2525): What => ({ kind: 'SMTP_CHECK', address: four, port, heloName });
    const results = await lab.look(
      smtp('director.example'),
      smtp('unwanted'),
      smtp('director.example', 2526),
      negotiate('smtp', 2525),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, true]);
    expect(results[1]?.reason).toMatch(/^"550 .*" came for HELO$/);
  });
});

suite('dovecot', ['dovecot', 'openssl'], () => {
  beforeAll(async () => {
    const { key, certificate } = await lab.certificate();
    const configuration = lab.file(
      'dovecot.conf',
      `protocols = imap pop3
base_dir = ${lab.directory}/dovecot
log_path = ${lab.directory}/dovecot.log
ssl = yes
ssl_cert = <${certificate}
ssl_key = <${key}
disable_plaintext_auth = no
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
auth_mechanisms = plain login
mail_location = maildir:${lab.directory}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=${lab.directory}/home
}
service imap-login {
  inet_listener imap {
    port = 1143
  }
  inet_listener imaps {
    port = 1993
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = 1110
  }
  inet_listener pop3s {
    port = 1995
    ssl = yes
  }
}
`,
    );
    await lab.daemon(1143, 'dovecot', '-F', '-c', configuration);
  });

  it('POP3 and IMAP: greeting, login, wrong password', async () => {
    const [good, bad] = [
      { login: 'ana', password: 'secret' },
      { login: 'ana', password: 'wrong "\\' },
    ];
    const results = await lab.look(
      negotiate('pop', 1110),
      negotiate('pop', 1110, good),
      negotiate('pop', 1110, bad),
      negotiate('imap', 1143),
      negotiate('imap', 1143, good),
      negotiate('imap', 1143, bad),
      negotiate('imap', 1110),
      negotiate('imaps', 1143),
      negotiate('imaps', 1993, good),
      negotiate('imaps', 1993, bad),
      negotiate('pops', 1995, good),
      negotiate('pops', 1995, bad),
    );
    const plain = [true, true, false, true, true, false, false, false];
    expect(results.map(({ ok }) => ok)).toEqual([...plain, true, false, true, false]);
    expect(results[1]?.reason).toBe('logged in as ana');
    expect(results[5]?.reason).toMatch(/AUTHENTICATIONFAILED/);
  });
});

suite('vsftpd', ['vsftpd'], () => {
  beforeAll(async () => {
    mkdirSync(join(lab.directory, 'ftp'));
    lab.file('ftp/status', 'all is well\n');
    const configuration = lab.file(
      'vsftpd.conf',
      `listen_ipv6=YES
listen_port=2121
anonymous_enable=YES
local_enable=NO
anon_root=${lab.directory}/ftp
ftp_username=bin
secure_chroot_dir=${lab.directory}/www
background=NO
seccomp_sandbox=NO
`,
    );
    mkdirSync(join(lab.directory, 'www'), { recursive: true });
    await lab.daemon(2121, 'vsftpd', configuration);
  });

  it('logs in and fetches a file', async () => {
    const file = { request: '/status', login: 'anonymous', password: 'a@b' };
    const results = await lab.look(
      negotiate('ftp', 2121, { ...file, receive: 'is well' }),
      negotiate('ftp', 2121, { ...file, receive: 'is well', address: six }),
      negotiate('ftp', 2121, { ...file, receive: 'is ill' }),
      negotiate('ftp', 2121, { ...file, request: '/none' }),
      negotiate('ftp', 2121, { login: 'anonymous', password: 'a@b' }),
      negotiate('ftp', 2121, { login: 'root', password: 'no' }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false, true, false]);
    expect(results[0]?.reason).toBe('/status has "all is well"');
  });
});
