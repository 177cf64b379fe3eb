import type { Proxy } from '../../testbeds/proxy.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { interfaceOn } from '../recipes/testbed-facts.ts';
import type { LabCheck } from './check.ts';
import { askingNode, everyoneSeen, inWords, roundsFor } from './facts.ts';

const HTTPS = 443;

/** What a client gets through the proxies. */
export function proxyChecks(testbed: ResolvedTestbed): LabCheck[] {
  const client = askingNode(testbed);
  const { proxy } = testbed;
  if (client === undefined || proxy === undefined) return [];
  return [
    ...proxy.frontends.flatMap((frontend) => {
      const backend = proxy.backends.find(({ name }) => name === frontend.backend);
      return backend === undefined ? [] : frontendChecks(testbed, client.name, frontend, backend);
    }),
    ...statisticsChecks(testbed, client.name, proxy),
  ];
}

type Frontend = Proxy['frontends'][number];
type Backend = Proxy['backends'][number];

function frontendChecks(testbed: ResolvedTestbed, node: string, frontend: Frontend, backend: Backend): LabCheck[] {
  const { address, port, forwardFor } = frontend;
  const secure = backend.port === HTTPS;
  const url = `${secure ? 'https' : 'http'}://${address}:${port}/`;
  // The certificate is signed by nobody.
  const ask = `curl -s${secure ? 'k' : ''} --max-time 5`;
  return [
    turnCheck(testbed, node, backend, { url, ask }),
    ...(backend.cookie === undefined ? [] : [cookieCheck(testbed, node, backend, { url, ask })]),
    ...(forwardFor ? forwardedChecks(testbed, node, { url, ask }) : []),
  ];
}

interface Request {
  readonly url: string;
  readonly ask: string;
}

const hint = 'Look at HAProxy on the master: "systemctl status haproxy", and its page of statistics.';

function turnCheck(testbed: ResolvedTestbed, node: string, { servers }: Backend, { url, ask }: Request): LabCheck {
  return {
    node,
    title: `${url} is answered by ${inWords(servers)} in turn`,
    run: `seen=$(for _ in $(seq ${roundsFor(servers.length)}); do ${ask} ${url}; echo; done)
${everyoneSeen(addressesOf(testbed, servers))}`,
    hint,
  };
}

function cookieCheck(testbed: ResolvedTestbed, node: string, backend: Backend, { url, ask }: Request): LabCheck {
  const patterns = addressesOf(testbed, backend.servers).map((address) => `-e ${address}`);
  return {
    node,
    title: `${url} keeps a client with one server, by the cookie ${backend.cookie ?? ''}`,
    run: `jar=$(mktemp)
servers=$(for _ in 1 2 3 4 5 6; do ${ask} -c "$jar" -b "$jar" ${url} | grep -owF ${patterns.join(' ')} | head -n 1; done | sort -u)
rm "$jar"
echo "$servers"
[ "$(echo "$servers" | grep -c .)" = 1 ]`,
    hint,
  };
}

function forwardedChecks(testbed: ResolvedTestbed, node: string, { url, ask }: Request): LabCheck[] {
  const [own] = testbed.nodes.find(({ name }) => name === node)?.interfaces ?? [];
  if (own === undefined) return [];
  return [
    {
      node,
      title: `The servers behind ${url} are told who the client is`,
      run: `answer=$(${ask} ${url}) && echo "$answer" && echo "$answer" | grep -qF 'Forwarded-For: ${own.address}'`,
      hint,
    },
  ];
}

function statisticsChecks({ vrrp }: ResolvedTestbed, node: string, { statistics, frontends }: Proxy): LabCheck[] {
  const [first] = frontends;
  if (statistics === undefined || first === undefined) return [];
  const { port, path, user, password, descriptions } = statistics;
  const master = vrrp.routers.find(({ state }) => state === 'MASTER')?.node ?? '';
  return [
    {
      node,
      title: `The statistics of HAProxy are shown at port ${port}, by the director that is master`,
      run: `curl -s --max-time 5 -u '${user}:${password}' 'http://${first.address}:${port}${path}' | grep -qF '${descriptions[master] ?? 'HAProxy'}'`,
      hint,
    },
  ];
}

function addressesOf({ nodes, dhcp }: ResolvedTestbed, servers: readonly string[]): string[] {
  return servers.flatMap((server) => {
    const node = nodes.find(({ name }) => name === server);
    const entry = node && interfaceOn(node, dhcp.network);
    return entry === undefined ? [] : [entry.address];
  });
}
