import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseTestbed } from '../parse.ts';
import { Problems } from '../problem.ts';
import type { Problem } from '../problem.ts';
import type { Proxy } from '../proxy.ts';
import type { RawTestbed } from '../schema.ts';
import { checkProxy } from './proxy.ts';

const text = readFileSync(new URL('../tfg/testbed.yaml', import.meta.url), 'utf8');

function parsed(source: string): RawTestbed {
  const result = parseTestbed('testbed.yaml', source);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.parsed.raw;
}

function problemsAfter(change: (proxy: Proxy) => void): readonly Problem[] {
  const raw = structuredClone(parsed(text));
  if (raw.proxy === undefined) throw new Error('The TFG has a proxy.');
  change(raw.proxy);
  const problems = new Problems();
  checkProxy(raw, problems);
  return problems.found;
}

test('The proxies of the TFG are sound', () => {
  expect(problemsAfter(() => undefined)).toEqual([]);
});

test('A testbed need not have any', () => {
  const problems = new Problems();
  checkProxy({ ...parsed(text), proxy: undefined }, problems);
  expect(problems.found).toEqual([]);
});

describe('What leads nowhere is told with its place', () => {
  test.each<[string, (proxy: Proxy) => void, Problem]>([
    [
      'a backend that is none',
      ({ frontends }) => void (frontends[1]!.backend = 'tcp-server'),
      {
        path: ['proxy', 'frontends', 1, 'backend'],
        message: 'Expected the name of a backend, found "tcp-server", which is none. Did you mean "tcp-servers"?',
      },
    ],
    [
      'an address that nobody takes over',
      ({ frontends }) => void (frontends[0]!.address = '192.168.1.203'),
      {
        path: ['proxy', 'frontends', 0, 'address'],
        message:
          'Expected a virtual address of a VRRP instance (192.168.1.200, 192.168.1.202, 10.0.100.200), found 192.168.1.203.',
      },
    ],
    [
      'a place that IPVS has',
      ({ frontends }) => void (frontends[1]!.address = '192.168.1.202'),
      {
        path: ['proxy', 'frontends', 1],
        message:
          'Expected a service that is used once, found TCP 192.168.1.202:80, which a virtual service has already.',
      },
    ],
    [
      'a server that is none',
      ({ backends }) => void (backends[2]!.servers[0] = 'web4'),
      {
        path: ['proxy', 'backends', 2, 'servers', 0],
        message: 'Expected the name of a node, found "web4", which is none. Did you mean "web1"?',
      },
    ],
    [
      'a server outside',
      ({ backends }) => void (backends[2]!.servers[0] = 'client'),
      {
        path: ['proxy', 'backends', 2, 'servers', 0],
        message: 'Expected a node on the network "internal", found "client", which is not.',
      },
    ],
    [
      'two backends of one name',
      ({ backends }) => void (backends[0]!.name = 'tcp-servers'),
      {
        path: ['proxy', 'backends', 1, 'name'],
        message: 'Expected a backend that is used once, found tcp-servers, which a backend above has already.',
      },
    ],
    [
      'a description of nobody',
      ({ statistics }) => void (statistics!.descriptions['mastr'] = 'x'),
      {
        path: ['proxy', 'statistics', 'descriptions', 'mastr'],
        message: 'Expected the name of a node, found "mastr", which is none. Did you mean "master"?',
      },
    ],
  ])('%s', (_, change, problem) => {
    expect(problemsAfter(change)).toContainEqual(problem);
  });
});

test('Text that would end its line in haproxy.cfg is refused', () => {
  const broken = text.replace('realm: HAProxy Statistics', 'realm: "HAProxy\\nstats auth a:b"');
  const result = parseTestbed('testbed.yaml', broken);
  expect(result.ok ? [] : result.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('one line without quotation marks'),
  ]);
});
