import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CheckLab, programPath, type What } from './support/checks/check-lab.ts';
import { negotiate, suite } from './support/checks/suite.ts';

/** Checks of directories, names and databases against real daemons: well, and not. */
const lab = new CheckLab();
const [four, six] = ['127.0.0.1', '::1'] as const;

beforeAll(() => lab.start());
afterAll(() => lab.stop());

suite('slapd', ['slapd', 'slapadd'], () => {
  const root = { login: 'cn=admin,dc=example', password: 'secret' };
  beforeAll(async () => {
    mkdirSync(join(lab.directory, 'ldap'));
    const configuration = lab.file(
      'slapd.conf',
      `include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix dc=example
directory ${lab.directory}/ldap
rootdn ${root.login}
rootpw ${root.password}
`,
    );
    const entry = lab.file(
      'base.ldif',
      'dn: dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n',
    );
    await lab.inside('slapadd', '-f', configuration, '-l', entry);
    await lab.daemon(3389, 'slapd', '-d', '0', '-f', configuration, '-h', 'ldap://127.0.0.1:3389 ldap://[::1]:3389');
  });

  it('binds and finds the base', async () => {
    const results = await lab.look(
      negotiate('ldap', 3389, { ...root, request: '/dc=example', receive: '^dc=ex' }),
      negotiate('ldap', 3389, { request: '/dc=example', address: six }),
      negotiate('ldap', 3389, { ...root, request: '/dc=example', receive: '^dc=other' }),
      negotiate('ldap', 3389, { ...root, request: '/dc=nothing' }),
      negotiate('ldap', 3389, { ...root, password: 'wrong', request: '/dc=example' }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false, false]);
    expect(results[3]?.reason).toMatch(/noSuchObject|result 32/);
    expect(results[4]?.reason).toContain('invalidCredentials');
  });
});

suite('named', ['named'], () => {
  beforeAll(async () => {
    lab.file('zone', '$TTL 60\n@ SOA ns admin 1 60 60 60 60\n@ NS ns\nns A 10.0.0.1\nwww A 10.0.0.80\n@ TXT "hola"\n');
    const configuration = lab.file(
      'named.conf',
      `options { directory "${lab.directory}"; listen-on port 5353 { any; }; listen-on-v6 port 5353 { any; };
         pid-file none; session-keyfile none; recursion no; allow-query { any; }; };
       controls { };
       zone "example" { type primary; file "${lab.directory}/zone"; };
       zone "broken" { type secondary; primaries { 127.0.0.2; }; };`,
    );
    await lab.daemon(5353, 'named', '-f', '-c', configuration);
  });

  it('DNS_CHECK: answers, codes, what must be in them', async () => {
    const dns = (name: string, type: string, changes = {}): What => ({
      kind: 'DNS_CHECK',
      address: four,
      port: 5353,
      name,
      type,
      timeoutMs: 2000,
      ...changes,
    });
    const results = await lab.look(
      dns('example', 'SOA'),
      dns('www.example', 'A', { address: six, expect: '^10\\.0\\.0\\.80$' }),
      dns('www.example', 'A', { expect: '10.0.0.81' }),
      dns('example', 'TXT', { expect: 'hola' }),
      dns('none.example', 'A'),
      dns('broken', 'A'),
      dns('other', 'A'),
      dns('example', 'SOA', { port: 5354 }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, true, false, false, false, false]);
    expect(results.slice(4).map(({ reason }) => reason)).toEqual([
      'A of none.example: NXDOMAIN',
      'A of broken: SERVFAIL',
      'A of other: REFUSED',
      'port unreachable (ICMP)',
    ]);
  });

  it('UDP_CHECK with a reply that must fit', async () => {
    const query = '1234010000010000000000000377777707' + '6578616d706c650000010001';
    const udp = (expectation: object): What => ({
      kind: 'UDP_CHECK',
      address: four,
      port: 5353,
      payload: query,
      requireReply: true,
      ...expectation,
    });
    const results = await lab.look(
      udp({ expect: '1234xxxx0001' }),
      udp({ expect: '1235xxxx' }),
      udp({ maximumReplyLength: 20 }),
      udp({ payload: '00', timeoutMs: 500 }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, false, false, false]);
    expect(results[1]?.reason).toContain('is not 1235xxxx from byte 1 on');
    expect(results[3]?.reason).toBe('no answer');
  });
});

suite('mariadb', ['mariadbd', 'mariadb-install-db', 'mariadb'], () => {
  beforeAll(async () => {
    const data = join(lab.directory, 'mysql');
    await lab.inside('mariadb-install-db', '--no-defaults', `--datadir=${data}`, '--user=mysql', '--skip-test-db');
    const socket = `--socket=${data}/socket`;
    const words = [
      '--no-defaults',
      `--datadir=${data}`,
      socket,
      '--user=mysql',
      '--port=3307',
      `--pid-file=${data}/pid`,
    ];
    await lab.daemon(3307, 'mariadbd', ...words);
    const statements =
      "CREATE DATABASE director; CREATE USER 'check'@'%' IDENTIFIED BY 'sécret'; GRANT ALL ON director.* TO 'check'@'%';" +
      'CREATE TABLE director.slave (enabled INT); INSERT INTO director.slave VALUES (1), (0);';
    await lab.inside('mariadb', '--no-defaults', socket, '--default-character-set=utf8mb4', '-e', statements);
  });

  it('logs in and wants a row', async () => {
    const query = (request: string, changes = {}): What =>
      negotiate('mysql', 3307, { login: 'check', password: 'sécret', database: 'director', request, ...changes });
    const results = await lab.look(
      query('/select * from slave where enabled=1'),
      query('select * from slave'),
      query('select * from slave where enabled=7'),
      query('select * from nothing'),
      query('select 1', { password: 'wrong' }),
      query('select 1', { login: '' }),
      query('select 1', { port: 3308 }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false, false, false, false, false]);
    expect(results[1]?.reason).toMatch(/^the query gives 2 rows/);
    expect(results[3]?.reason).toContain('error 1146');
    expect(results[4]?.reason).toContain('error 1045');
  });
});

suite('postgresql', ['postgres', 'initdb', 'psql', 'setpriv'], () => {
  const asPostgres = ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'];
  beforeAll(async () => {
    const data = join(lab.directory, 'postgres');
    mkdirSync(data);
    await lab.inside('chown', 'postgres:', data);
    const binary = (name: string): string => programPath(name) ?? name;
    await lab.inside('setpriv', ...asPostgres, binary('initdb'), '-D', data, '-A', 'trust');
    await lab.inside('setpriv', ...asPostgres, 'cp', lab.file('pg_hba.conf', hostRules), `${data}/pg_hba.conf`);
    await lab.daemon(
      5433,
      'setpriv',
      ...asPostgres,
      binary('postgres'),
      '-D',
      data,
      '-h',
      '*',
      '-p',
      '5433',
      '-k',
      data,
    );
    const psql = (statement: string): Promise<string> =>
      lab.inside('psql', '-h', data, '-p', '5433', '-U', 'postgres', '-c', statement);
    await psql("CREATE USER scram PASSWORD 'secret'");
    await psql("SET password_encryption = 'md5'; CREATE USER old PASSWORD 'secret'");
    await psql('CREATE DATABASE director');
  });
  const hostRules = `local all all trust
host all scram all scram-sha-256
host all old all md5
host all plain all password
`;

  it('logs in with SCRAM and MD5 and wants a row', async () => {
    const query = (request: string, changes = {}): What =>
      negotiate('pgsql', 5433, { login: 'scram', password: 'secret', database: 'director', request, ...changes });
    const results = await lab.look(
      query('/select 1'),
      query('select generate_series(1, 3)', { login: 'old' }),
      query('select 1', { address: six }),
      query('select 1 where false'),
      query('select nothing'),
      query('select 1', { password: 'wrong' }),
      query('select 1', { login: 'old', password: 'wrong' }),
      query('select 1', { database: 'none' }),
      query('select 1', { port: 5434 }),
    );
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, false, false, false, false, false, false]);
    expect(results[1]?.reason).toBe('the query gives 3 rows');
    expect(results[5]?.reason).toContain('28P01');
    expect(results[7]?.reason).toContain('3D000');
  });
});
