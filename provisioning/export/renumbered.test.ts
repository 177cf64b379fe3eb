import { describe, expect, test } from 'vitest';
import { exportOptionsSchema } from '../../testbeds/exporters/vagrant/options.ts';
import { forMachines } from '../../testbeds/exporters/vagrant/machines.ts';
import { parseCidr } from '../../testbeds/ipv4.ts';
import { renumber } from '../../testbeds/renumber/renumber.ts';
import { resolvedTestbedSchema } from '../../testbeds/resolved.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { checksFor } from '../checks/index.ts';
import { context, testbedNamed } from '../recipes/fixtures/recipes-of.ts';
import { recipesFor } from '../recipes/index.ts';
import { exportFolder } from './folder.ts';

// Everything that a lab is made from, in one text: whatever part of it names an address without asking the testbed, and whatever
// field of the testbed renumbering leaves behind, shows here.

const keys = { ...context.keys };

function everything(testbed: ResolvedTestbed): string[] {
  const stacks = ['director', 'classic'] as const;
  const folders = stacks.flatMap((stack) =>
    (['real', 'stand-in'] as const).flatMap((internet) => {
      const options = exportOptionsSchema.parse({ stack, internet: testbed.id === 'tfg' ? internet : 'stand-in' });
      const result = exportFolder({ testbed, options, keys, version: '0' });
      if (!result.ok) throw new Error(JSON.stringify(result.problems));
      return result.files.flatMap((file) =>
        file.kind === 'text' ? [`${stack} ${internet} ${file.path}\n${file.content}`] : [],
      );
    }),
  );
  const inNamespaces = [
    recipesFor(testbed, context),
    checksFor(testbed, { provider: 'namespaces', stack: 'director', internet: 'stand-in' }),
    checksFor(forMachines(testbed, 'real'), { provider: 'vagrant', stack: 'classic', internet: 'real' }),
  ];
  return [...folders, ...inNamespaces.map((part) => JSON.stringify(part, null, 1)), JSON.stringify(testbed, null, 1)];
}

/** Digests of files that hold addresses differ, of course. */
const withoutDigests = (text: string): string => text.replaceAll(/"sha256": "[0-9a-f]{64}"/g, '"sha256": ""');

/** As many digits as before, so that no table is laid out anew. */
const places: Record<'tfg' | 'small' | 'direct', Record<string, string>> = {
  tfg: { nat: '192.161.4.0/24', internal: '10.7.188.0/24' },
  small: await placesOf('small', ['172.31.9.0/24', '10.7.0.0/16']),
  direct: await placesOf('direct', ['172.31.9.0/24', '10.77.0.0/16']),
};

async function placesOf(id: 'small' | 'direct', cidrs: readonly string[]): Promise<Record<string, string>> {
  const { networks } = await testbedNamed(id);
  return Object.fromEntries(networks.map(({ name }, index) => [name, cidrs[index] ?? '']));
}

describe.each(['tfg', 'small', 'direct'] as const)('The testbed %s, renumbered', (id) => {
  test('has no old address left, in no field, recipe, check or exported file', async () => {
    const testbed = resolvedTestbedSchema.parse(await testbedNamed(id));
    const result = renumber(testbed, places[id]);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const there = everything(result.testbed);
    const old = testbed.networks.flatMap(({ cidr }) => oldForms(cidr));
    expect(old.length).toBeGreaterThan(3);
    const here = everything(testbed).join('\n');
    expect(old.filter((form) => form.test(here)).length).toBeGreaterThanOrEqual(testbed.networks.length);
    for (const text of there) for (const form of old) expect(text).not.toMatch(form);
  });

  test('is otherwise what it was: moved back, every text is the same', async () => {
    const testbed = resolvedTestbedSchema.parse(await testbedNamed(id));
    const result = renumber(testbed, places[id]);
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const back = (text: string): string =>
      testbed.networks.reduce((done, { name, cidr }) => movedBack(done, places[id][name] ?? '', cidr), text);
    const texts = everything(result.testbed).map((text) => withoutDigests(back(text)));
    expect(texts).toEqual(everything(testbed).map(withoutDigests));
  });
});

/** As an editor replaces text, which knows nothing of how renumbering works. */
function movedBack(text: string, from: string, to: string): string {
  const [there, here] = [wholeOctets(from), wholeOctets(to)];
  return text
    .replaceAll(`${there.join('.')}.`, `${here.join('.')}.`)
    .replaceAll(`${there.reverse().join('.')}.in-addr`, `${here.reverse().join('.')}.in-addr`);
}

function wholeOctets(cidr: string): string[] {
  return (cidr.split('/')[0] ?? '').split('.').slice(0, Math.floor(parseCidr(cidr).prefixLength / 8));
}

/** What an address of a network begins with, as text, as a reverse name and in hexadecimal. */
function oldForms(cidr: string): RegExp[] {
  const octets = wholeOctets(cidr);
  const hex = octets.map((octet) => Number(octet).toString(16).padStart(2, '0')).join('');
  return [
    new RegExp(`(?<![\\d.])${octets.join('\\.')}\\.\\d`),
    new RegExp(`(?<![\\d.])(\\d+\\.)*${[...octets].reverse().join('\\.')}\\.in-addr`),
    new RegExp(`(?<![0-9a-f])${hex}[0-9a-f]{${String(8 - hex.length)}}(?![0-9a-f])`, 'i'),
  ];
}
