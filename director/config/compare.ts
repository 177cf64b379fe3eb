import type { RealServerConfiguration, VirtualServerConfiguration } from '../engine/checks/configuration.ts';
import type { DirectorConfiguration } from './configuration.ts';
import { describeServer, describeService } from './describe.ts';
import { describeCheck } from './losses.ts';
import type { Loss } from './result.ts';

/** What of a model is missing or different after a format has been through: by this no writer can forget to tell. */
export function differences(before: DirectorConfiguration, after: DirectorConfiguration): Loss[] {
  const losses: Loss[] = [];
  const add = (what: string, why: string, part?: object): void => {
    losses.push(part === undefined ? { what, why } : { what, why, part });
  };
  for (const field of ['vrrp', 'marks', 'sync', 'timeouts', 'sysctls', 'admin', 'plane'] as const)
    if (!same(before[field], after[field])) add(field, changed(before[field], after[field]));
  pair(before.instances, after.instances, ({ name }) => name, {
    missing: (instance) => add(`vrrp_instance ${instance.name}`, 'cannot be said', instance),
    both: (instance, other) => fields(`vrrp_instance ${instance.name}`, instance, other, [], add),
    added: (instance) => add(`vrrp_instance ${instance.name}`, 'appears', instance),
  });
  pair(before.virtualServers, after.virtualServers, describeService, {
    missing: (service) => add(describeService(service), 'cannot be said', service),
    both: (service, other) => compareServices(service, other, add),
    added: (service) => add(describeService(service), 'appears', service),
  });
  return losses;
}

type Add = (what: string, why: string, part?: object) => void;

function compareServices(before: VirtualServerConfiguration, after: VirtualServerConfiguration, add: Add): void {
  const what = describeService(before);
  fields(what, before, after, ['realServers'], add);
  pair(before.realServers, after.realServers, describeServer, {
    missing: (server) => add(`${describeServer(server)} of ${what}`, 'cannot be said', server),
    both: (server, other) => compareServers(`${describeServer(server)} of ${what}`, server, other, add),
    added: (server) => add(`${describeServer(server)} of ${what}`, 'appears', server),
  });
}

function compareServers(what: string, before: RealServerConfiguration, after: RealServerConfiguration, add: Add): void {
  fields(what, before, after, ['checks'], add);
  for (const [index, check] of before.checks.entries()) {
    const other = after.checks[index];
    if (other?.kind !== check.kind)
      add(`${describeCheck(check)} of ${what}`, other ? `becomes ${other.kind}` : 'cannot be said', check);
    else fields(`${describeCheck(check)} of ${what}`, check, other, [], add);
  }
  for (const check of after.checks.slice(before.checks.length))
    add(`${describeCheck(check)} of ${what}`, 'appears', before);
}

function fields(what: string, before: object, after: object, without: readonly string[], add: Add): void {
  const left = new Map<string, unknown>(Object.entries(before));
  const right = new Map<string, unknown>(Object.entries(after));
  for (const name of new Set([...left.keys(), ...right.keys()]))
    if (!without.includes(name) && !same(left.get(name), right.get(name)))
      add(`${name} of ${what}`, changed(left.get(name), right.get(name)), before);
}

function pair<T extends object>(
  before: readonly T[],
  after: readonly T[],
  nameOf: (value: T) => string,
  found: { missing: (value: T) => void; both: (value: T, other: T) => void; added: (value: T) => void },
): void {
  const others = new Map(after.map((value) => [nameOf(value), value]));
  const names = new Set(before.map(nameOf));
  for (const value of before) {
    const other = others.get(nameOf(value));
    if (other) found.both(value, other);
    else found.missing(value);
  }
  for (const value of after) if (!names.has(nameOf(value))) found.added(value);
}

function changed(before: unknown, after: unknown): string {
  if (after === undefined || (Array.isArray(after) && after.length === 0)) return `${text(before)} cannot be said`;
  return before === undefined ? `becomes ${text(after)}` : `${text(before)} becomes ${text(after)}`;
}

function text(value: unknown): string {
  const written = value === undefined ? 'nothing' : JSON.stringify(value);
  return written.length > 120 ? `${written.slice(0, 120)}…` : written;
}

/** Deep equality of plain values; a field that is not there is one that is undefined. */
export function same(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => same(Reflect.get(left, key), Reflect.get(right, key)));
}
