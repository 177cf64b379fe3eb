import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseLdirectord } from '../../director/config/ldirectord/parse.ts';
import { CheckLab, type What } from './support/checks/check-lab.ts';
import { suite } from './support/checks/suite.ts';

/** One real server each: what is in the file besides, and what the real ldirectord was seen to say. */
type Case = readonly [port: number, lines: readonly string[], verdict: 'up' | 'down'];

const web = (path: string, receive: string, verdict: 'up' | 'down', ...more: string[]): Case => [
  8099,
  ['service=http', `request="${path}"`, ...(receive === '' ? [] : [`receive="${receive}"`]), ...more],
  verdict,
];
const service = (name: string, port: number, verdict: 'up' | 'down', ...more: string[]): Case => [
  port,
  [`service=${name}`, ...more],
  verdict,
];
const account = ['login="a"', 'passwd="b"'];

const redirects: Case[] = [
  ...[301, 302, 303, 307, 308].map((status) => web(`moved/${status}/1`, 'well', 'up')),
  web('moved/300/1', '', 'down'),
  web('moved/305/1', '', 'down'),
  web('moved/302/7', 'well', 'up'),
  web('moved/302/8', 'well', 'down'),
  web('moved/302/1', '', 'up', 'httpmethod=HEAD'),
  ...['dir/up', 'query?x', 'absolute', 'named', 'slashes', 'fragment', 'blank'].map((path) => web(path, 'well', 'up')),
  ...['dead', 'nobody', 'mail', 'file', 'nowhere', 'closed'].map((path) => web(path, '', 'down')),
  web('refresh', '', 'up'),
  web('to-host', '\\(127.0.0.1:8099\\)', 'up', 'virtualhost=web.example'),
  web('to-host', 'web.example', 'down', 'virtualhost=web.example'),
  [8099, ['service=http_proxy', 'request="http://127.0.0.1:8099/moved/302/1"', 'receive="well"'], 'up'],
  [8099, ['service=http_proxy', 'request="http://127.0.0.1:8099/nowhere"'], 'down'],
];

const answers: Case[] = [
  web('ok', 'well$', 'up'),
  web('ok', '^well\\z', 'down'),
  web('ok', '^w.ll\\n\\z', 'up'),
  web('ok', 'ill', 'down'),
  web('crlf', 'a.b', 'down'),
  web('crlf', 'a.\\nb', 'up'),
  web('short', 'well', 'up'),
  web('chunk', 'we', 'up'),
  web('host', '\\(web.example\\)', 'up', 'virtualhost=web.example'),
  web('host', '\\(127.0.0.1\\)', 'up'),
  web('none', '', 'down'),
];

const services: Case[] = [
  service('pop', 8110, 'up', ...account),
  service('pop', 8111, 'down', ...account),
  service('pop', 1, 'down', ...account),
  // Nobody asks whether it got there.
  service('pop', 1, 'up'),
  service('pops', 1, 'up'),
  service('ftp', 1, 'up'),
  service('ftp', 1, 'up', 'request="f"', 'receive=".*"'),
  service('ftp', 1, 'down', 'request="f"', 'receive="x"'),
  service('nntp', 8119, 'up'),
  service('nntp', 8120, 'down'),
  service('nntp', 1, 'down'),
  service('simpletcp', 8001, 'up', 'request="hi"'),
  service('simpletcp', 8001, 'up', 'request="hi"', 'receive="one$"'),
  service('simpletcp', 8001, 'up', 'request="hi"', 'receive="one\\n"'),
  service('simpletcp', 8001, 'up', 'request="hi"', 'receive="^last$"'),
  service('simpletcp', 8001, 'down', 'request="hi"', 'receive="three"'),
  service('simpletcp', 8002, 'down', 'request="hi"'),
  service('smtp', 1, 'down'),
  service('imap', 1, 'down'),
  service('ldap', 1, 'down'),
  service('none', 1, 'up'),
];

const fetched: Case[] = [
  service('ftp', 2121, 'up', 'request="status"', 'receive="is well$"'),
  service('ftp', 2121, 'down', 'request="status"', 'receive="is ill"'),
  service('ftp', 2121, 'down', 'request="none"', 'receive="is well"'),
  service('ftp', 2121, 'down', 'receive="is well"'),
  service('ftp', 2121, 'down', 'login="root"', 'passwd="no"', 'request="status"', 'receive="is well"'),
];

const names: Case[] = [
  service('dns', 5353, 'up', 'request="www.example.test"', 'receive="^10\\.0\\.0\\.80$"'),
  service('dns', 5353, 'up', 'request="other.example.test"', 'receive="0.80"'),
  // The name that another name stands for is no address.
  service('dns', 5353, 'down', 'request="other.example.test"', 'receive="www"'),
  service('dns', 5353, 'down', 'request="www.example.test"', 'receive="10.0.0.81"'),
  service('dns', 5353, 'down', 'request="www.example.test"'),
  service('dns', 5353, 'up', 'request="10.0.0.80"', 'receive="www.example.test"'),
  service('dns', 5353, 'down', 'request="none.example.test"', 'receive="10"'),
  service('dns', 5353, 'up', 'protocol=udp', 'request="www.example.test"', 'receive="0.80"'),
];

suite('the check functions of ldirectord', ['ldirectord', 'perl'], () => {
  const lab = new CheckLab();
  beforeAll(async () => {
    await lab.start();
    await lab.daemon(8001, process.execPath, join(import.meta.dirname, 'support/checks/peers.mjs'));
  });
  afterAll(() => lab.stop());

  /** The same file for both. */
  const compare = async (cases: readonly Case[]): Promise<void> => {
    const blocks = cases.map(([port, lines], index) =>
      [`virtual=10.9.0.${index + 1}:80`, `real=127.0.0.1:${port} gate`, 'checktype=negotiate', ...lines]
        .map((line) => (line.startsWith('virtual=') ? line : `    ${line}`))
        .join('\n'),
    );
    const text = `checktimeout=4\nnegotiatetimeout=4\n${blocks.join('\n')}\n`;
    const file = lab.file('ldirectord.cf', text);
    const oracle = join(import.meta.dirname, 'support/checks/ldirectord-verdicts.pl');
    const theirs = (await lab.inside('perl', oracle, '/usr/sbin/ldirectord', file)).trim().split('\n');
    const { configuration, problems } = parseLdirectord(text, file);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const checks = (configuration?.virtualServers ?? []).map(({ realServers }) => realServers[0]?.checks[0] as What);
    const ours = (await lab.look(...checks)).map(({ ok, reason }) => `${ok ? 'up' : 'down'}; ${reason}`);
    const told = cases.map(([port, lines], index) => `${port} ${lines.join(' ')}: ${theirs[index] ?? 'nothing'}`);
    expect(told).toEqual(cases.map(([port, lines, verdict]) => `${port} ${lines.join(' ')}: ${verdict}`));
    for (const [index, [port, lines, verdict]] of cases.entries())
      expect(ours[index], `${port} ${lines.join(' ')}`).toMatch(new RegExp(`^${verdict};`));
  };

  it('redirects', { timeout: 120_000 }, () => compare(redirects));
  it('answers of web servers', { timeout: 120_000 }, () => compare(answers));
  it('what services are asked, and what is made of it', { timeout: 120_000 }, () => compare(services));

  suite('with vsftpd', ['vsftpd'], () => {
    it('files', { timeout: 120_000 }, async () => {
      const { mkdirSync } = await import('node:fs');
      for (const name of ['ftp', 'empty']) mkdirSync(join(lab.directory, name));
      lab.file('ftp/status', 'all is well\n');
      const settings = ['listen=YES', 'listen_port=2121', 'anonymous_enable=YES', 'local_enable=NO', 'background=NO'];
      const places = [`anon_root=${lab.directory}/ftp`, `secure_chroot_dir=${lab.directory}/empty`, 'ftp_username=bin'];
      const file = lab.file('vsftpd.conf', [...settings, ...places, 'seccomp_sandbox=NO', ''].join('\n'));
      await lab.daemon(2121, 'vsftpd', file);
      await compare(fetched);
    });
  });

  suite('with named', ['named'], () => {
    it('names and addresses', { timeout: 120_000 }, async () => {
      lab.file(
        'zone',
        '$TTL 60\n@ SOA ns admin 1 60 60 60 60\n@ NS ns\nns A 10.0.0.1\nwww A 10.0.0.80\nother CNAME www\n',
      );
      lab.file('reverse', '$TTL 60\n@ SOA ns admin 1 60 60 60 60\n@ NS ns.example.test.\n80 PTR www.example.test.\n');
      const options = `directory "${lab.directory}"; listen-on port 5353 { any; }; listen-on-v6 { none; }; pid-file none`;
      const zones = [
        ['example.test', 'zone'],
        ['0.0.10.in-addr.arpa', 'reverse'],
      ].map(([name, file]) => `zone "${name}" { type primary; file "${lab.directory}/${file}"; };`);
      const text = `options { ${options}; session-keyfile none; recursion no; };\ncontrols { };\n${zones.join('\n')}\n`;
      await lab.daemon(5353, 'named', '-f', '-c', lab.file('named.conf', text));
      await compare(names);
    });
  });
});
