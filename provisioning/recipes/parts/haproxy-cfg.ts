import type { Proxy } from '../../../testbeds/proxy.ts';
import type { ResolvedNode, ResolvedTestbed } from '../../../testbeds/resolved.ts';
import { nodeNamed } from '../testbed-facts.ts';

type Frontend = Proxy['frontends'][number];
type Backend = Proxy['backends'][number];

/** What haproxy tells a browser instead of an answer; Debian's package brings the files. */
const ERROR_CODES = [400, 403, 408, 500, 502, 503, 504];

/** The document's haproxy.cfg (section 3.7.1 of the TFG) for one of the directors. */
export function haproxyCfg(testbed: ResolvedTestbed, proxy: Proxy, node: ResolvedNode): string {
  const sections = [
    GLOBAL,
    defaultsSection(proxy),
    ...proxy.frontends.map(frontendSection),
    ...proxy.backends.map((backend) => backendSection(testbed, backend)),
    ...statisticsSection(proxy, node),
  ];
  return sections
    .map(([head = '', ...body]) => `${[head, ...body.map((line) => `    ${line}`)].join('\n')}\n`)
    .join('\n');
}

const GLOBAL = [
  'global',
  'log /dev/log local0',
  'log /dev/log local1 notice',
  'chroot /var/lib/haproxy',
  'user haproxy',
  'group haproxy',
  'daemon',
];

function defaultsSection({ timeouts }: Proxy): string[] {
  return [
    'defaults',
    'log global',
    'option dontlognull',
    ...Object.entries(timeouts).map(([name, seconds]) => `timeout ${name} ${Math.round(seconds * 1000)}`),
    ...ERROR_CODES.map((code) => `errorfile ${code} /etc/haproxy/errors/${code}.http`),
  ];
}

function frontendSection({ name, mode, log, forwardFor, address, port, backend }: Frontend): string[] {
  return [
    `frontend ${name}`,
    `mode ${mode}`,
    ...(log === undefined ? [] : [`option ${log}log`]),
    ...(forwardFor ? ['option forwardfor'] : []),
    `bind ${address}:${port}`,
    `default_backend ${backend}`,
  ];
}

function backendSection(testbed: ResolvedTestbed, backend: Backend): string[] {
  const { name, mode, balance, redispatch, cookie, httpCheck, servers, port } = backend;
  return [
    `backend ${name}`,
    `mode ${mode}`,
    `balance ${balance}`,
    ...(redispatch ? ['option redispatch'] : []),
    ...(cookie === undefined ? [] : [`cookie ${cookie} insert`]),
    ...(httpCheck ? ['option httpchk'] : []),
    ...servers.map((server) => {
      const host = nodeNamed(testbed, server).hostNames[0] ?? server;
      return `server ${host} ${host}:${port}${cookie === undefined ? '' : ` cookie ${host}`} check`;
    }),
  ];
}

function statisticsSection({ statistics }: Proxy, node: ResolvedNode): string[][] {
  if (statistics === undefined) return [];
  const { port, path, realm, refresh, user, password, descriptions } = statistics;
  const description = descriptions[node.name];
  return [
    [
      'listen stats',
      `bind 0.0.0.0:${port}`,
      'mode http',
      ...(description === undefined ? [] : [`stats show-desc ${description}`]),
      `stats refresh ${refresh}s`,
      `stats uri ${path}`,
      // One word: spaces in it are escaped.
      `stats realm ${realm.replaceAll(' ', String.raw`\ `)}`,
      `stats auth ${user}:${password}`,
      'stats admin if TRUE',
    ],
  ];
}
