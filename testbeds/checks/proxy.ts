import { suggestion } from '../nearest-word.ts';
import type { Problems } from '../problem.ts';
import type { Proxy } from '../proxy.ts';
import type { RawTestbed } from '../schema.ts';
import { addressOn, checkKnownNode, checkUnique } from './names.ts';

/** Every name in the proxy's part leads somewhere, and nobody else listens where it does. */
export function checkProxy(raw: RawTestbed, problems: Problems): void {
  if (raw.proxy === undefined) return;
  checkFrontends(raw, raw.proxy, problems);
  checkBackends(raw, raw.proxy, problems);
  for (const node of Object.keys(raw.proxy.statistics?.descriptions ?? {})) {
    checkKnownNode(raw, node, ['proxy', 'statistics', 'descriptions', node], problems);
  }
}

function checkFrontends(raw: RawTestbed, { frontends, backends }: Proxy, problems: Problems): void {
  const virtual = raw.vrrp.instances.flatMap(({ virtualAddresses }) => virtualAddresses);
  const names = backends.map(({ name }) => name);
  frontends.forEach(({ address, backend }, index) => {
    const path = ['proxy', 'frontends', index];
    if (!virtual.includes(address)) {
      const expected = `Expected a virtual address of a VRRP instance (${virtual.join(', ')})`;
      problems.add([...path, 'address'], `${expected}, found ${address}.`);
    }
    if (names.includes(backend)) return;
    const hint = suggestion(backend, names) || ` This testbed has: ${names.join(', ')}.`;
    problems.add([...path, 'backend'], `Expected the name of a backend, found "${backend}", which is none.${hint}`);
  });
  const places = frontends.map(({ address, port }, index) => ({
    key: `TCP ${address}:${port}`,
    path: ['proxy', 'frontends', index],
    owner: 'a frontend above',
  }));
  const services = raw.virtualServices.map(({ protocol, address, port }, index) => ({
    key: `${protocol} ${address}:${port}`,
    path: ['virtualServices', index],
    owner: 'a virtual service',
  }));
  checkUnique([...services, ...places], 'a service', problems);
}

function checkBackends(raw: RawTestbed, { backends }: Proxy, problems: Problems): void {
  backends.forEach(({ servers }, index) => {
    servers.forEach((server, position) => {
      const path = ['proxy', 'backends', index, 'servers', position];
      if (!checkKnownNode(raw, server, path, problems)) return;
      if (addressOn(raw, server, raw.dhcp.network) !== undefined) return;
      const network = `Expected a node on the network "${raw.dhcp.network}"`;
      problems.add(path, `${network}, found "${server}", which is not.`);
    });
  });
  const named = backends.map(({ name }, index) => ({
    key: name,
    path: ['proxy', 'backends', index, 'name'],
    owner: 'a backend above',
  }));
  checkUnique(named, 'a backend', problems);
}
