import { describe, expect, it } from 'vitest';
import type { Provider } from './place.ts';
import { boxProblem, firstChoice, places, readChoice, startRequest } from './place.ts';

const providers = (namespaces: boolean, vagrant: boolean): Provider[] => [
  { name: 'namespaces', available: namespaces, reason: '' },
  { name: 'vagrant', available: vagrant, reason: '' },
];

describe('where a lab runs', () => {
  it('is namespaces at first, machines only where namespaces cannot be', () => {
    expect(firstChoice(providers(true, true))).toEqual({
      place: 'namespaces',
      stack: 'director',
      plane: 'auto',
      box: 'debian',
      internet: 'real',
    });
    expect(firstChoice(providers(false, true)).place).toBe('virtualbox');
    expect(firstChoice(providers(false, false)).place).toBe('namespaces');
    expect(firstChoice([]).place).toBe('namespaces');
  });

  it('is what was chosen last, unless that makes no sense', () => {
    const chosen = { place: 'libvirt', stack: 'classic', plane: 'packet', box: 'ubuntu', internet: 'stand-in' };
    expect(readChoice(JSON.stringify(chosen))).toEqual(chosen);
    expect(readChoice('{"place":"libvirt"}')).toEqual({
      place: 'libvirt',
      stack: 'director',
      plane: 'auto',
      box: 'debian',
      internet: 'real',
    });
    expect([null, '', '{', 'null', '{"place":"vmware"}', '{"place":"libvirt","stack":1}'].map(readChoice)).toEqual(
      Array(6).fill(undefined),
    );
  });

  it('is asked for in the words of the contract', () => {
    const choice = firstChoice(providers(true, true));
    expect(startRequest('tfg', 'my-lab', choice, { advertInterval: 0.5 })).toEqual({
      testbed: 'tfg',
      lab: 'my-lab',
      provider: 'namespaces',
      options: { advertInterval: 0.5 },
    });
    expect(startRequest('tfg', 'my-lab', { ...choice, place: 'libvirt', stack: 'classic' }, {})).toEqual({
      testbed: 'tfg',
      lab: 'my-lab',
      provider: 'vagrant',
      options: {
        machines: { hypervisor: 'libvirt', stack: 'classic', plane: 'auto', box: 'debian', internet: 'real' },
      },
    });
  });

  it('minds the box only where there is one', () => {
    const bad = { ...firstChoice([]), box: 'a b' };
    expect(places.map((place) => boxProblem({ ...bad, place }))).toEqual([undefined, 'invalid', 'invalid']);
    expect(boxProblem({ ...bad, place: 'libvirt', box: 'noa/mine' })).toBeUndefined();
  });
});
