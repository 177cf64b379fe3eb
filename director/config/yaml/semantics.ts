import type { VirtualServerConfiguration } from '../../engine/checks/configuration.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { describeServer, describeService } from '../describe.ts';
import { persistenceMask } from '../persistence-mask.ts';
import { familyOf } from '../values.ts';

export type Path = readonly (string | number)[];
/** What a schema of single values cannot see. */
export type Report = (path: Path, message: string, expected?: string) => void;

export function checkSemantics({ virtualServers, instances }: DirectorConfiguration, report: Report): void {
  unique(virtualServers, describeService, (index, what) => report(['virtualServers', index], `${what} is there twice`));
  unique(
    instances,
    ({ name }) => name,
    (index, name) => report(['instances', index], `instance "${name}" is there twice`),
  );
  unique(
    instances,
    ({ vrid, interface: device, virtualAddresses: [first] }) =>
      `${vrid} ${device} ${first?.address.includes(':') === true}`,
    (index) => report(['instances', index, 'vrid'], 'another instance on this interface has the same vrid'),
  );
  for (const [index, service] of virtualServers.entries()) checkService(service, ['virtualServers', index], report);
}

function checkService(service: VirtualServerConfiguration, path: Path, report: Report): void {
  const { address, persistence, quorum, hysteresis, realServers, schedulerFlags, scheduler } = service;
  const family = familyOf(address);
  checkIdentity(service, path, report);
  if (persistence && persistenceMask(persistence.mask, family) === undefined)
    report([...path, 'persistence', 'mask'], `"${persistence.mask}" is no mask for IPv${family}`);
  if (hysteresis >= quorum && hysteresis > 0) report([...path, 'hysteresis'], 'hysteresis has to be below the quorum');
  for (const flag of schedulerFlags)
    if (!flag.startsWith('flag-') && flag.slice(0, 2) !== scheduler)
      report([...path, 'schedulerFlags'], `${flag} is not a flag of ${scheduler}`);
  unique(realServers, describeServer, (index, what) =>
    report([...path, 'realServers', index], `${what} is there twice`),
  );
  for (const [index, server] of realServers.entries())
    if (server.forwarding !== 'ipip' && familyOf(server.address) !== family)
      report([...path, 'realServers', index, 'address'], `not an address of the service's family, IPv${family}`);
}

function checkIdentity(
  { protocol, mark, address, port, persistence }: VirtualServerConfiguration,
  path: Path,
  report: Report,
): void {
  if (protocol === 'FWM' && (mark === undefined || port !== 0 || !['0.0.0.0', '::'].includes(address)))
    report(path, 'a service of a mark has no address of its own', "mark: NUMBER, address: '0.0.0.0' or '::', port: 0");
  if (protocol !== 'FWM' && mark !== undefined) report([...path, 'mark'], 'only services of protocol FWM have a mark');
  if (protocol !== 'FWM' && port === 0 && !persistence) report(path, 'port 0 is only for persistent services');
}

function unique<T>(
  values: readonly T[],
  nameOf: (value: T) => string,
  twice: (index: number, name: string) => void,
): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    const name = nameOf(value);
    if (seen.has(name)) twice(index, name);
    seen.add(name);
  }
}
