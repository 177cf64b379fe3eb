import type { ResolvedTestbed, ResolvedVirtualService } from '../../testbeds/resolved.ts';
import type { LabCheck } from './check.ts';
import { askingNode, everyoneSeen, inWords, masterName, roundsFor } from './facts.ts';

const HTTP = 80;

/** The table on the master, and what a client gets through it. */
export function serviceChecks(testbed: ResolvedTestbed): LabCheck[] {
  const master = masterName(testbed);
  const client = askingNode(testbed)?.name;
  return testbed.virtualServices.flatMap((service) => [
    ...(master === undefined ? [] : [tableCheck(master, service)]),
    ...(client === undefined || service.protocol !== 'TCP' || service.port !== HTTP
      ? []
      : [turnCheck(client, service)]),
  ]);
}

function tableCheck(node: string, { protocol, address, port, realServers }: ResolvedVirtualService): LabCheck {
  const servers = realServers.map((server) => `${server.address}:${server.port}`);
  return {
    node,
    title: `The table on ${node} has ${inWords(realServers.map((server) => server.node))} behind ${protocol} ${address}:${port}`,
    run: `table=$(ipvsadm -L -n)
entry=$(echo "$table" | sed -n '/^${protocol}  *${address}:${port} /,/^[A-Z]/p')
for server in ${servers.join(' ')}; do
  echo "$entry" | grep -qF -- "-> $server " || { echo "$server is missing:"; echo "$table"; exit 1; }
done`,
    hint: 'A server that does not answer its health check is taken out: look whether its daemon runs.',
  };
}

function turnCheck(node: string, { address, port, realServers }: ResolvedVirtualService): LabCheck {
  const names = inWords(realServers.map((server) => server.node));
  return {
    node,
    title: `http://${address}/ is answered by ${names} in turn`,
    run: `seen=$(for _ in $(seq ${roundsFor(realServers.length)}); do curl -s --max-time 5 http://${address}:${port}/; echo; done)
${everyoneSeen(realServers.map((server) => server.address))}`,
    hint: 'Look at "ipvsadm -L -n" on the master, and whether the servers send their answers through it.',
  };
}
