import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SshPlaces } from './ssh-places.ts';

let folder = '';
let asked: string[][] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'places-'));
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const places = (port = 22) =>
  new SshPlaces(join(folder, 'places.json'), (machines) => {
    asked.push([...machines]);
    return Promise.resolve(new Map(machines.map((machine) => [machine, { host: `${machine}.test`, port }])));
  });

describe('Places', () => {
  it('that were learned are known to the next engine, which asks nothing', async () => {
    await places().learn(['web1', 'web2']);
    const next = places(2222);
    await next.read();
    await next.complete(['web1', 'web2']);
    expect(next.get('web1')).toEqual({ host: 'web1.test', port: 22 });
    expect(asked).toEqual([['web1', 'web2']]);
  });

  it('that are not known are asked for, and only they', async () => {
    await places().learn(['web1']);
    const next = places(2222);
    await next.read();
    await next.complete(['web1', 'web2']);
    expect(asked).toEqual([['web1'], ['web2']]);
    expect(JSON.parse(readFileSync(join(folder, 'places.json'), 'utf8'))).toEqual({
      web1: { host: 'web1.test', port: 22 },
      web2: { host: 'web2.test', port: 2222 },
    });
  });

  it('are learned anew when the machine was started anew', async () => {
    await places().learn(['web1']);
    const next = places(2222);
    await next.learn(['web1']);
    expect(next.get('web1')?.port).toBe(2222);
  });

  it.each(['', '{', '{"web1": 5}', 'null'])('in a file that says %j are asked for', async (text) => {
    writeFileSync(join(folder, 'places.json'), text);
    const next = places();
    await next.read();
    await next.complete(['web1']);
    expect(next.get('web1')?.port).toBe(22);
  });
});
