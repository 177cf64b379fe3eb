import { describe, expect, test } from 'vitest';
import { all, blockOf, codes, every, exported, importOf, inBlock, nodeOf, replaced, tfg } from './testing/edited.ts';
import type { Edit } from './testing/edited.ts';

/** What an import cannot take over, and what it says of it. */

describe('Named, with the line', () => {
  const line = (text: string, part: string): number => text.split('\n').findIndex((each) => each.includes(part)) + 1;
  const text = exported(tfg, { provider: 'libvirt' });

  test.each<[string, string, string, string]>([
    ['a computed value', 'lv.memory = 1024', 'lv.memory = 1024 * 2', 'expression'],
    ['a text that Ruby makes', 'ip: "10.0.100.2"', 'ip: "10.0.100.#{1 + 1}"', 'interpolation'],
    ['a condition', 'lv.memory = 1024', 'lv.memory = 2048 if ENV["BIG"]', 'condition'],
    [
      'a gem',
      'ENV["VAGRANT_NO_PARALLEL"] = "yes"',
      'ENV["VAGRANT_NO_PARALLEL"] = "yes"; require "yaml"',
      'unknown-line',
    ],
    ['a shared folder', 'config.vm.boot_timeout = 600', 'config.vm.synced_folder "a", "/b"', 'unknown-line'],
    ['a longer wait', 'config.vm.boot_timeout = 600', 'config.vm.boot_timeout = 900', 'unknown-line'],
    ['a loop', 'config.vm.boot_timeout = 600', '(1..3).each do |i| config.vm.define "x#{i}" do |n| end end', 'loop'],
    ['a function', 'ENV["VAGRANT_NO_PARALLEL"] = "yes"', 'def f; end', 'definition'],
    ['a word that is not ours', 'disabled: true', 'disabled: false', 'unknown-line'],
    ['another name in libvirt', 'lv.default_prefix = "tfg-"', 'lv.default_prefix = "x-"', 'unknown-line'],
    ['another script', 'path: "provision/nas.sh"', 'path: "provision/mine.sh"', 'unknown-line'],
  ])('%s', (_, from, to, code) => {
    const result = importOf(replaced(from, to));
    expect(result.testbed).toBeDefined();
    const found = result.findings.find((each) => each.code === code);
    expect(found).toMatchObject({ file: 'Vagrantfile', severity: 'left-out', line: line(text, from) });
    expect(found?.hint).not.toBe('');
  });

  test('what is missing', () => {
    const result = importOf(replaced('  config.vm.box_check_update = false\n', ''));
    expect(result.findings).toMatchObject([{ code: 'missing-line', text: 'config.vm.box_check_update = false' }]);
  });

  test('two providers that do not say the same', () => {
    const result = importOf(inBlock('web1', replaced('vb.memory = 512', 'vb.memory = 2048')), { provider: 'both' });
    expect(nodeOf(result, 'web1')?.machine.memory).toBe(2048);
    expect(result.findings).toMatchObject([
      { code: 'disagrees', subject: 'web1, libvirt, memory', text: '512', instead: '2048' },
    ]);
  });

  test('a network that is renumbered by half', () => {
    const result = importOf(
      all(inBlock('web1', every('10.0.100.', '10.0.55.')), inBlock('web2', every('10.0.100.', '10.0.55.'))),
    );
    expect(codes(result)).toEqual(expect.arrayContaining(['invalid', 'network-disagrees']) as string[]);
    expect(result.testbed).toBeUndefined();
  });

  test('storage that would not start first', () => {
    const result = importOf((whole) => {
      const nas = blockOf(whole, 'nas');
      return whole.replace(nas, '').replace(blockOf(whole, 'client'), (found) => `${found}\n${nas}`);
    });
    expect(codes(result)).toEqual(['order-kept']);
  });

  test.each<[string, Edit]>([
    ['an end too few', replaced(/end\n$/, '')],
    ['an end too many', (whole) => `${whole}end\n`],
    ['a text that does not end', replaced('"tfg-nat"', '"tfg-nat')],
    ['a bracket too many', replaced('600', '(600')],
  ])('%s, and nothing is imported', (_, edit) => {
    const result = importOf(edit);
    expect(result).toMatchObject({ changes: [], findings: [{ code: 'malformed', severity: 'error' }] });
    expect(result.testbed).toBeUndefined();
  });
});
