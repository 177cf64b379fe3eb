import type { ForwardingMethod } from '../../api/table.ts';
import type {
  CheckConfiguration,
  RealServerConfiguration,
  VirtualServerConfiguration,
} from '../../engine/checks/configuration.ts';
import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import { BlockText } from '../block-text.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { endpoint } from '../describe.ts';
import { hostMask } from '../persistence-mask.ts';
import { loadCommands } from './checks.ts';

const networks: Readonly<Record<ForwardingMethod, string>> = {
  gate: 'direct',
  masq: 'nat',
  ipip: 'tunnel',
  local: 'direct',
};

/** An lvs.cf as near to the model as its words allow; `convert` finds what it leaves out by reading it again. */
export function writeLvsCf(configuration: DirectorConfiguration): string {
  const out = new BlockText();
  const { instances } = configuration;
  // Piranha knows nothing of IPv6.
  const virtualServers = configuration.virtualServers.filter(({ address }) => !address.includes(':'));
  const addresses = new Addresses({ ...configuration, virtualServers });
  const pairs: (readonly [string, string | number])[] = [
    ['serial_no', 1],
    ['service', 'lvs'],
    ['network', networks[virtualServers[0]?.realServers[0]?.forwarding ?? 'masq']],
    ['backup_active', instances.length > 0 ? 1 : 0],
    ...(instances[0] ? ([['keepalive', Math.max(1, Math.round(instances[0].advertIntervalMs / 1000))]] as const) : []),
    ...routerPairs(addresses.router),
    ...globalPairs(configuration),
  ];
  for (const [key, value] of pairs) out.line(key, '=', value);
  for (const [index, service] of virtualServers.entries())
    out.block(`virtual V${index + 1}`, () => writeVirtual(out, service, addresses.of(service)));
  return out.toString();
}

function routerPairs(router: VirtualAddress | undefined): (readonly [string, string])[] {
  if (!router) return [];
  return [
    ['nat_router', `${router.address} ${router.interface}`],
    ['nat_nmask', maskOf(router.prefixLength)],
  ];
}

function globalPairs({ sync, timeouts }: DirectorConfiguration): (readonly [string, string | number])[] {
  return [
    ...(sync
      ? ([
          ['syncdaemon', 1],
          ['syncd_iface', sync.interface],
          ['syncd_id', sync.syncId],
        ] as const)
      : []),
    ...(timeouts
      ? ([
          ['tcp_timeout', timeouts.tcpSeconds],
          ['tcpfin_timeout', timeouts.tcpFinSeconds],
          ['udp_timeout', timeouts.udpSeconds],
        ] as const)
      : []),
  ];
}

/** Which address of the instances belongs to which service, as each service names its own. */
class Addresses {
  readonly #byAddress = new Map<string, VirtualAddress>();
  readonly #spare: VirtualAddress[];
  readonly #any: VirtualAddress | undefined;
  readonly router: VirtualAddress | undefined;

  constructor({ instances, virtualServers }: DirectorConfiguration) {
    const all = instances.flatMap(({ virtualAddresses }) =>
      virtualAddresses.filter(({ address }) => !address.includes(':')),
    );
    for (const one of all) this.#byAddress.set(one.address, one);
    const used = new Set(virtualServers.map(({ address }) => address));
    const spare = all.filter(({ address }) => !used.has(address));
    const marks = virtualServers.filter(({ mark }) => mark !== undefined).length;
    this.#spare = spare.slice(0, marks);
    this.#any = all[0];
    this.router = spare[marks] ?? (marks > 0 && all.length > used.size ? undefined : spare[marks]);
  }

  of({ address, mark }: VirtualServerConfiguration): VirtualAddress {
    const fallback = { address: mark === undefined ? address : '0.0.0.0', prefixLength: 32, interface: 'eth0' };
    if (mark === undefined) return this.#byAddress.get(address) ?? fallback;
    return this.#spare.shift() ?? this.#any ?? fallback;
  }
}

/** 24 is `255.255.255.0`. */
function maskOf(prefixLength: number): string {
  return [0, 8, 16, 24].map((offset) => 256 - 2 ** (8 - Math.min(8, Math.max(0, prefixLength - offset)))).join('.');
}

function writeVirtual(out: BlockText, service: VirtualServerConfiguration, address: VirtualAddress): void {
  const { mark, protocol, port, scheduler, persistence, realServers, sorryServer } = service;
  const set = (key: string, value: string | number): void => out.line(key, '=', value);
  const target = realServers[0]?.checks.find((check) => 'port' in check);
  set('active', 1);
  set('address', `${address.address} ${address.interface}`);
  if (address.prefixLength !== 32) set('vip_nmask', maskOf(address.prefixLength));
  if (mark !== undefined) set('fwmark', mark);
  if (protocol === 'UDP') set('protocol', 'udp');
  set('port', mark === undefined ? port : target && 'port' in target ? target.port : 0);
  set('scheduler', scheduler);
  writePersistence(set, persistence);
  if (realServers[0]?.inhibitOnFailure === true) set('quiesce_server', 1);
  writeSorryServer(set, sorryServer);
  writeChecks(set, realServers[0]);
  const servers = realServers.filter(({ address: own }) => !own.includes(':'));
  for (const [index, server] of servers.entries())
    out.block(`server S${index + 1}`, () => writeServer(out, service, server));
}

function writeServer(out: BlockText, service: VirtualServerConfiguration, server: RealServerConfiguration): void {
  out.line('address', '=', server.address);
  out.line('active', '=', 1);
  out.line('weight', '=', server.weight);
  if (service.mark === undefined ? server.port !== service.port : server.port !== 0) out.line('port', '=', server.port);
}

function writeSorryServer(set: Set, server: VirtualServerConfiguration['sorryServer']): void {
  if (server && !server.address.includes(':')) set('sorry_server', endpoint(server.address, server.port));
}

function writePersistence(set: Set, persistence: VirtualServerConfiguration['persistence']): void {
  if (!persistence) return;
  set('persistent', persistence.timeoutSeconds);
  if (persistence.mask !== hostMask(4)) set('pmask', persistence.mask);
}

type Set = (key: string, value: string | number) => void;

function writeChecks(set: Set, server: RealServerConfiguration | undefined): void {
  const first = server?.checks[0];
  if (!server || !first) return;
  set('timeout', Math.max(1, Math.round(first.timeoutMs / 1000)));
  const reentry = Math.max(1, Math.round((first.reentryMs ?? 0) / 1000));
  if (reentry !== 180) set('reentry', reentry);
  for (const check of server.checks) {
    if (check.kind === 'SEND_EXPECT') writeSendExpect(set, check, server.address);
    if (check.kind === 'LOAD') set('load_monitor', loadMonitor(check.command, server.address));
  }
}

function writeSendExpect(set: Set, check: CheckConfiguration & { kind: 'SEND_EXPECT' }, host: string): void {
  if (check.send !== '') set('send', quoted(check.send));
  if (check.expect !== '') set('expect', quoted(check.expect));
  if (check.useRegex) set('use_regex', 1);
  if (check.program) set('send_program', quoted(programText(check.program, host)));
}

function programText(command: readonly string[], host: string): string {
  return command
    .map((text) => text.replaceAll(host, '%h'))
    .map((text) => (text === '' || /\s/.test(text) ? `'${text}'` : text))
    .join(' ');
}

function loadMonitor(command: readonly string[], host: string): string {
  const text = programText(command, host);
  const known = Object.entries(loadCommands).find(([, words]) => words.join(' ') === text);
  return known?.[0] ?? quoted(text);
}

const escapes: Readonly<Record<string, string>> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\\n\r\t]/g, (character) => escapes[character] ?? `\\${character}`)}"`;
}
