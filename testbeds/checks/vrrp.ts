import type { Problems } from '../problem.ts';
import type { RawTestbed } from '../schema.ts';
import { addressOn, checkKnownNetwork, checkKnownNode, checkUnique } from './names.ts';
import { checkInside } from './networks.ts';

export function checkVrrp(raw: RawTestbed, problems: Problems): void {
  checkRouters(raw, problems);
  raw.vrrp.instances.forEach((instance, index) => {
    const path = ['vrrp', 'instances', index];
    if (!checkKnownNetwork(raw, instance.network, [...path, 'network'], problems)) return;
    const cidr = raw.networks[instance.network]?.cidr ?? '';
    instance.virtualAddresses.forEach((address, position) => {
      checkInside(cidr, address, [...path, 'virtualAddresses', position], problems);
    });
    for (const node of Object.keys(raw.vrrp.routers)) {
      if (!(node in raw.nodes) || addressOn(raw, node, instance.network) !== undefined) continue;
      problems.add(
        [...path, 'network'],
        `Expected a network that every router is on, found "${instance.network}", where "${node}" has no interface.`,
      );
    }
  });
  checkConnectionSync(raw, problems);
  const named = (key: 'vrid' | 'name') =>
    raw.vrrp.instances.map((instance, index) => ({
      key: String(instance[key]),
      path: ['vrrp', 'instances', index, key],
      owner: 'an instance above',
    }));
  checkUnique(named('vrid'), 'a VRID', problems);
  checkUnique(named('name'), "an instance's name", problems);
}

function checkConnectionSync(raw: RawTestbed, problems: Problems): void {
  const { connectionSync, instances } = raw.vrrp;
  if (connectionSync === undefined || instances.some(({ name }) => name === connectionSync)) return;
  const known = instances.map(({ name }) => name).join(', ');
  problems.add(['vrrp', 'connectionSync'], `Expected the name of an instance (${known}), found "${connectionSync}".`);
}

function checkRouters(raw: RawTestbed, problems: Problems): void {
  const routers = Object.entries(raw.vrrp.routers);
  for (const [node] of routers) {
    const path = ['vrrp', 'routers', node];
    if (!checkKnownNode(raw, node, path, problems)) continue;
    const role = raw.nodes[node]?.role ?? '';
    if (role !== 'director') problems.add(path, `Expected a node with the role director, found "${node}": ${role}.`);
  }
  const masters = routers.filter(([, router]) => router.state === 'MASTER').map(([node]) => node);
  if (masters.length !== 1) {
    const found = masters.length === 0 ? 'none' : masters.join(', ');
    problems.add(['vrrp', 'routers'], `Expected exactly one router with the state MASTER, found ${found}.`);
  }
}

/** VRRP 3 counts in hundredths of a second (RFC 9568 section 5.2.7). */
export function checkAdvertInterval(seconds: number, problems: Problems): void {
  const hundredths = seconds * 100;
  const whole = Math.abs(hundredths - Math.round(hundredths)) < 1e-6;
  if (seconds >= 0.01 && seconds <= 40 && whole) return;
  problems.add(
    ['vrrp', 'advertInterval'],
    `Expected whole hundredths of a second between 0.01 and 40, found ${seconds}.`,
  );
}
