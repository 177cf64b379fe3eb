import type { Finding, LabOptions, ProviderName } from '../../provisioning/contract/index.ts';
import { freeNetworksFor } from '../../testbeds/renumber/taken-networks.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';

/** A computer at a home whose network is the testbed's first one: machines with a real Internet have to give way to it. */
export function fakeFindings(
  testbed: ResolvedTestbed,
  provider: ProviderName = 'namespaces',
  { machines, renumber = {} }: LabOptions = {},
): Finding[] {
  if (provider === 'namespaces') return [{ id: 'namespaces', level: 'ok', message: 'Namespaces can be made here.' }];
  const [first] = testbed.networks;
  const vagrant: Finding = { id: 'vagrant', level: 'ok', message: 'Vagrant 2.4.1' };
  if (first === undefined || machines?.internet === 'stand-in' || renumber[first.name] !== undefined) return [vagrant];
  const place = freeNetworksFor(testbed, [first.name], [first.cidr])[first.name] ?? '';
  return [
    vagrant,
    {
      id: 'addresses',
      level: 'error',
      message: `The lab's network ${first.name} (${first.cidr}) is this computer's own ${first.cidr} at eth0.`,
      fix: `relevo up ${testbed.id} --provider libvirt --renumber ${first.name}=${place}`,
      offer: { kind: 'renumber', network: first.name, cidr: place },
    },
  ];
}
