import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseLdirectord } from '../../director/config/ldirectord/parse.ts';
import { VirtualNetwork } from '../../director/engine/checks/testing.ts';
import { suite } from './support/checks/suite.ts';

/** The same file, the same servers coming and going: the fallbackcommand is run at the same moments, with the same words. */
suite('the fallbackcommand of ldirectord', ['ldirectord', 'perl'], () => {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-fallback-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const steps = ['1-', '2-', '1+', '2+', '1-', '2-', '2+', '2-', '1+'];
  const servers = '\treal=10.0.100.1:80 gate 0\n\treal=10.0.100.2:80 gate\n\tservice=http\n\tchecktype=connect\n';

  it.each([
    ['by itself', `virtual=10.9.0.1:80\n${servers}\tfallbackcommand=/bin/tell\n`],
    ['of the whole file', `fallbackcommand=/bin/tell\nvirtual=10.9.0.1:80\n${servers}`],
    ['with a fallback', `virtual=10.9.0.1:80\n${servers}\tfallback=127.0.0.1:80\n\tfallbackcommand="/bin/tell"\n`],
    ['of a mark', `virtual=7\n${servers}\tprotocol=fwm\n\tfallbackcommand=/bin/tell\n`],
  ])('%s', (_, text) => {
    const file = join(directory, 'ldirectord.cf');
    writeFileSync(file, text);
    const oracle = join(import.meta.dirname, 'support/checks/ldirectord-fallback.pl');
    const printed = execFileSync('perl', [oracle, '/usr/sbin/ldirectord', file, ...steps], { encoding: 'utf8' });
    const theirs = printed.replace(/\n$/, '').split('\n');

    const { configuration } = parseLdirectord(text, file);
    const network = new VirtualNetwork();
    const heard = (): string => {
      const commands = network.notified.splice(0).filter((line) => line.startsWith('/bin/tell '));
      return commands.map((line) => line.replace('/bin/tell ', '')).join(', ');
    };
    for (const address of ['10.0.100.1', '10.0.100.2']) network.refusing.add(address);
    network.configure(...(configuration?.virtualServers ?? []));
    const ours = [heard()];
    for (const step of steps) {
      const address = `10.0.100.${step.slice(0, 1)}`;
      if (step.endsWith('+')) network.refusing.delete(address);
      else network.refusing.add(address);
      network.advance(10_000);
      ours.push(heard());
    }
    expect(theirs.filter((line) => line !== '')).toHaveLength(6);
    expect(ours).toEqual(theirs);
  });
});
