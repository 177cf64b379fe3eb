import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { undeclaredDifferences } from './differences.ts';
import { forMachines } from './exporters/vagrant/machines.ts';
import { boxFor } from './exporters/vagrant/boxes.ts';
import { loadTestbed } from './load.ts';
import { parseTestbed } from './parse.ts';
import { resolvedTestbedSchema } from './resolved.ts';

const loaded = await loadTestbed('tfg');
if (loaded.kind !== 'loaded') throw new Error('The TFG cannot be loaded.');
const tfg = loaded.testbed;
const file = join(import.meta.dirname, 'tfg', 'testbed.yaml');
const yaml = readFileSync(file, 'utf8');

const problemsOf = (text: string): string[] => {
  const result = parseTestbed(file, text);
  return result.ok ? [] : result.problems.map(({ line, message }) => `${String(line)}: ${message}`);
};

describe('What differs between namespaces and machines', () => {
  test('is declared in the testbed, which cannot promise NFS where there is none', () => {
    expect(problemsOf(yaml)).toEqual([]);
    const at = yaml.slice(0, yaml.indexOf('kind: sshfs')).split('\n').length;
    expect(problemsOf(yaml.replace('kind: sshfs', 'kind: nfs'))).toEqual([
      `${String(at)}: differences.namespaces.sharing.kind: expected "sshfs", found "nfs".`,
    ]);
    expect(problemsOf(yaml.slice(0, yaml.indexOf('\ndifferences:') + 1)).join()).toMatch(/differences is missing/);
  });

  test('the other names of interfaces, the way out and the memory, as the code makes them', () => {
    const machines = forMachines(tfg, 'real');
    const shifted = machines.nodes.every(({ interfaces }) => interfaces.every(({ name }) => name !== 'eth0'));
    expect({ interfaces: 'interfaces' in tfg.differences.vagrant.others, internet: true }).toEqual({
      interfaces: shifted,
      internet: machines.nodes.length < tfg.nodes.length && 'internet' in tfg.differences.namespaces.others,
    });
    const raised = tfg.nodes.some(({ machine }) => machine.memory < boxFor('debian').minimumMemory);
    expect('memory' in tfg.differences.vagrant.others).toBe(raised);
    for (const box of ['debian', 'ubuntu'])
      expect(tfg.differences.vagrant.others.memory?.why.en).toContain(String(boxFor(box).minimumMemory));
  });

  test('of labs that were saved before it was declared is what it was then', () => {
    const { differences: _, ...earlier } = tfg;
    expect(resolvedTestbedSchema.parse(earlier).differences).toEqual(undeclaredDifferences);
    expect(undeclaredDifferences.namespaces.sharing.kind).toBe('sshfs');
  });
});
