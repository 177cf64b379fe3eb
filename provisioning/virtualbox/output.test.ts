import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { virtualBoxAdvice, virtualBoxSentence } from './advice.ts';
import { parseMachineInfo, parseMachineList, parseSnapshots, parseSshPlace, parseVersion, powerOf } from './output.ts';

/** Recorded by others on real ones; docs/virtualbox.md names where each comes from. */
const recorded = (name: string): string =>
  readFileSync(new URL(`../../test/fixtures/virtualbox/recorded/${name}`, import.meta.url), 'utf8');

test('VirtualBox 7.0: a machine that is off, as recorded', () => {
  const info = parseMachineInfo(recorded('7.0-showvminfo-poweroff.txt'));
  expect(powerOf(info)).toBe('off');
  expect(parseSshPlace(info)).toEqual({ host: '127.0.0.1', port: 2201 });
  expect(['cableconnected2', 'nic2', 'macaddress2'].map((name) => info.get(name))).toEqual([
    'on',
    'hostonly',
    '080027AE1F98',
  ]);
  expect(info.has('CurrentSnapshotName')).toBe(false);
});

test('a tree of snapshots, as recorded, is read branch by branch', () => {
  expect(parseSnapshots(recorded('snapshot-list.txt'))).toEqual(['N-01', 'N-02', 'N-02', 'N-04', 'N-02-01']);
});

test.each([
  ['7.0.20r163906\n', '7.0.20'],
  ['7.0.16_Debianr162802\r\n', '7.0.16'],
  [recorded('version-without-module.txt'), '5.2.16'],
  ['', undefined],
  ['The VirtualBox Linux kernel driver (5.4.0-26-generic) is not loaded\n', undefined],
])('the version is told apart from the kernel’s in a warning: %j', (output, version) => {
  expect(parseVersion(output)).toBe(version);
});

test('machines are listed by name and number, also with spaces and line ends of Windows', () => {
  const output =
    '"cut-nas" {1f2c3d4e-0000-4a4a-8b8b-0123456789ab}\r\n"My old PC" {aaaaaaaa-0000-4a4a-8b8b-0123456789ab}\r\n';
  expect(parseMachineList(output)).toEqual(['cut-nas', 'My old PC']);
});

test.each([
  ['running', 'on'],
  ['paused', 'paused'],
  ['gurumeditation', 'paused'],
  ['aborted', 'off'],
  ['aborted-saved', 'saved'],
  ['saved', 'saved'],
  ['starting', 'other'],
  ['onlinesnapshotting', 'other'],
])('a machine that is %s is %s', (word, power) => {
  expect(powerOf(parseMachineInfo(`VMState="${word}"\n`))).toBe(power);
});

test('what a user wrote does not pass for what VirtualBox says', () => {
  const info = parseMachineInfo('VMState="running"\nname="a \\"b\\""\ndescription:\nVMState="poweroff"\n');
  expect([powerOf(info), info.get('name')]).toEqual(['on', 'a "b"']);
});

test.each([
  ['ssh,tcp,,2200,,22', { host: '127.0.0.1', port: 2200 }],
  ['ssh,tcp,0.0.0.0,2200,,22', { host: '127.0.0.1', port: 2200 }],
  ['web,tcp,127.0.0.1,8080,,80', undefined],
  ['ssh,udp,127.0.0.1,2200,,22', undefined],
])('the way to SSH: %s', (rule, place) => {
  expect(parseSshPlace(parseMachineInfo(`Forwarding(0)="${rule}"\n`))).toEqual(place);
});

test.each([
  ['vt-x-missing.txt', 'VT-x is not available (VERR_VMX_NO_VMX)', /switched off or in use/],
  ['vt-x-in-use.txt', 'VT-x is being used by another hypervisor (VERR_VMX_IN_VMX_ROOT_MODE).', /Another hypervisor/],
  ['locked.txt', "The machine 'DC01' is already locked by a session (or being locked or unlocked)", /Another program/],
  ['not-found.txt', "Could not find a registered machine named 'xtec-4'", /removed by hand/],
  ['poweroff-of-off.txt', 'Invalid machine state: PoweredOff (must be Running, Paused or Stuck)', /by hand/],
])('what it says of a failure, and what to do: %s', (name, sentence, cause) => {
  const said = recorded(name);
  expect(virtualBoxSentence(said)).toBe(sentence);
  expect(virtualBoxAdvice(said)?.cause).toMatch(cause);
});
