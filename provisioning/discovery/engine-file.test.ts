import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findEngine, removeEngineRecord, writeEngineRecord } from './engine-file.ts';
import type { EngineRecord } from './engine-file.ts';
import { isSameProcess, processStartTime } from './process-identity.ts';

let state: string;
beforeEach(() => void (state = mkdtempSync(join(tmpdir(), 'relevo-test-'))));
afterEach(() => rmSync(state, { recursive: true, force: true }));

const startTime = processStartTime(process.pid) ?? '';
const record: EngineRecord = { pid: process.pid, startTime, port: 4711, token: 'secret', version: '1' };

test("a record is found while its process lives, is its owner's only, and comes without drafts", () => {
  writeEngineRecord(state, record);
  writeEngineRecord(state, record);
  expect(findEngine(state)).toEqual(record);
  expect(readdirSync(state)).toEqual(['engine.json']);
  expect(statSync(join(state, 'engine.json')).mode & 0o777).toBe(0o600);
});

test('a record of another process that had the same number is none', () => {
  writeEngineRecord(state, { ...record, startTime: '1' });
  expect(findEngine(state)).toBeUndefined();
});

test('a record of no process is none', () => {
  // Above the greatest number that a kernel gives out.
  writeEngineRecord(state, { ...record, pid: 4_194_305 });
  expect(findEngine(state)).toBeUndefined();
});

test.each(['', '{', '[]', 'null', '{"pid":"1"}', JSON.stringify({ ...record, token: 7 })])(
  '%j is no record',
  (text) => {
    writeFileSync(join(state, 'engine.json'), text);
    expect(findEngine(state)).toBeUndefined();
  },
);

test('only the one who wrote a record removes it', () => {
  writeEngineRecord(state, record);
  removeEngineRecord(state, 'of somebody else');
  expect(findEngine(state)).toEqual(record);
  removeEngineRecord(state, record.token);
  expect(readdirSync(state)).toEqual([]);
});

test('a process is told apart by number and start time', () => {
  expect(isSameProcess(process.pid, startTime)).toBe(true);
  expect(isSameProcess(process.pid, '1')).toBe(false);
  expect(isSameProcess(4_194_305, startTime)).toBe(false);
});
