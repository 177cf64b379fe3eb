import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { numbersOnly, ruleReader } from '../../director/cli/rule-reader.ts';
import { convert } from '../../director/config/formats.ts';
import { Dice, randomModel } from '../../director/config/random-model.ts';
import { parseFile } from '../../director/io/load-configuration.ts';

/** The programs themselves, from the Debian packages of the same names (scripts/lib/host-packages.mjs). */
const samples = '/usr/share/doc/keepalived/samples';
const example = '/usr/share/doc/ldirectord/examples/ldirectord.cf';
const work = mkdtempSync(join(tmpdir(), 'relevo-oracle-'));

afterAll(() => rmSync(work, { recursive: true, force: true }));

function hasProgram(name: string): boolean {
  const found = ['/usr/sbin', '/usr/bin', '/sbin'].some((folder) => existsSync(join(folder, name)));
  if (!found) console.warn(`config-oracle: skipped, there is no ${name} on this machine (Debian package ${name})`);
  return found;
}

/** `keepalived -t`: 0 when it finds nothing at all to say. */
function accepts(file: string): boolean {
  return spawnSync('keepalived', ['-t', '-f', file], { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

function severities(file: string): string[] {
  return parseFile(file).problems.map(({ severity }) => severity);
}

describe.skipIf(!hasProgram('keepalived'))('beside keepalived -t', () => {
  const files = existsSync(samples) ? readdirSync(samples).filter((name) => name.startsWith('keepalived.conf')) : [];

  it.each(files)('its sample %s: what it accepts, we accept', (name) => {
    const file = join(samples, name);
    if (accepts(file)) expect(severities(file)).not.toContain('error');
  });

  const server = (lines: string) => `real_server 10.0.0.2 80 {\n${lines}\n}`;
  const service = (lines: string) =>
    `virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n${lines}\n}\n`;
  it.each([
    service(server('')),
    service(`persistence_timeout 3000000\n${server('')}`),
    service(`lb_algo wlcc\n${server('')}`),
    service(server('weight 7x')),
    service(server('weight 70000')),
    service(server('retri 4')),
    service(server('TCP_CHECK {\nconnect_timeout 0\n}')),
    service(server('TCP_CHECK {\nconnect_timeout 5000\n}')),
    service(server('HTTP_GET {\nurl {\npath /\nstatus_code 200-100\n}\n}')),
    service(server('HTTP_GET {\nurl {\npath /\nstatus_code 200-299 404\n}\n}')),
    service(server('MISC_CHECK {\nmisc_timeout 5\n}')),
    service(server('UDP_CHECK {\npayload\n}')),
    service(server('DNS_CHECK {\ntype MX\nname www.example.org\n}')),
    service(`${server('')}\n${server('')}`),
    service(`quorum 2\nhysteresis 2\n${server('')}`),
    service(`ops\n${server('')}`),
    service(''),
    `virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\n${server('')}\n}\n`,
    `virtual_server fwmark 3 {\nlb_algo mh\nmh-port\nlb_kind NAT\n${server('')}\n}\n`,
    `~SEQ(N, 1, 3) virtual_server 10.0.0.$N 80 { \n`,
  ])('%j: both find something to say, or both nothing', (text) => {
    const file = join(work, 'keepalived.conf');
    writeFileSync(file, text);
    expect(severities(file).length === 0).toBe(accepts(file));
  });

  it('accepts what we write', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { text } = convert(randomModel(new Dice(seed), 'keepalived'), 'keepalived', ruleReader(numbersOnly));
      const file = join(work, 'keepalived.conf');
      writeFileSync(file, text);
      const { stdout, stderr } = spawnSync('keepalived', ['-t', '-f', file], { encoding: 'utf8', timeout: 20_000 });
      // That programs, users and interfaces do not exist here is no matter of the file's grammar.
      const grammar = /Unknown keyword|Unexpected|invalid|outside range|missing '}'|unknown \[/i;
      expect(
        `${stdout}${stderr}`.split('\n').filter((line) => grammar.test(line)),
        `seed ${seed}\n${text}`,
      ).toEqual([]);
    }
  });
});

describe.skipIf(!hasProgram('ldirectord'))('beside ldirectord', () => {
  /** `status` reads the file and touches nothing; 2 is "Configuration Error" (its sub config_error). */
  const refuses = (file: string): boolean =>
    /Error \[\d+\] reading file/.test(
      spawnSync('ldirectord', ['-d', file, 'status'], { encoding: 'utf8', timeout: 20_000 }).stderr,
    );

  it.skipIf(!existsSync(example))('accepts its example', () => {
    expect(severities(example)).not.toContain('error');
  });

  const virtual = (lines: string) => `virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gate\n${lines}`;
  it.each([
    virtual('\tservice=http\n'),
    virtual('\tservic=http\n'),
    virtual('    scheduler=rr\n'),
    virtual('  scheduler=rr\n'),
    virtual('\tnetmask=24\n'),
    virtual('\tprotocol=fwm\n'),
    virtual('\tchecktype=3\n'),
    virtual('\tchecktype=maybe\n'),
    virtual('\tops=perhaps\n'),
    'virtual=10.0.0.1:80\n\treal=10.0.0.2:80 gat\n',
    'virtual=10.0.0.1:80\n\treal=10.0.0.2->10.0.0.4:80 masq 5 "a","b"\n',
    'virtual6=[2001:db8::1]:80\n\treal6=[2001:db8::2]:80 gate\n',
    'virtual=7\n\treal=10.0.0.2 gate\n\tprotocol=fwm\n',
    'quiescent=maybe\n',
    'checktimeout=0\n',
  ])('%j: both refuse it, or neither', (text) => {
    const file = join(work, 'ldirectord.cf');
    writeFileSync(file, text);
    expect(severities(file).includes('error')).toBe(refuses(file));
  });

  it('is the version that the reader was written after', () => {
    expect(execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'ldirectord'], { encoding: 'utf8' })).toContain(
      '4.12',
    );
  });
});
