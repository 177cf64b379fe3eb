import { installedProgram } from '../../../director/index.ts';
import type { ResolvedNode, ResolvedTestbed, ResolvedVirtualService } from '../../../testbeds/resolved.ts';
import type { PartInput, RecipeContext, RecipePart, RecipeStep } from '../recipe.ts';
import { interfaceOn, known, networkNamed } from '../testbed-facts.ts';
import { programSteps, programUploads } from './director-program.ts';

/** Routing table of what the virtual addresses send; the number means nothing, it only has to be free. */
const returnTable = 100;
const decapsulator = `${installedProgram} decap`;
const decapsulatorPid = '/run/director/decap.pid';
const decapsulatorLog = '/var/log/director-decap.log';
const unitPath = '/etc/systemd/system/relevo-decap.service';
const kernelHasTunnel = 'ip -d link show tunl0 2> /dev/null | grep -qw ipip';

/**
 * What a server needs so that its answers go straight to clients (direct routing and tunnelling): it holds the virtual
 * addresses, without telling anybody on the link (that is the director's part), and knows the way to the clients.
 */
export function realServer({ testbed, node, context }: PartInput): RecipePart {
  const services = testbed.virtualServices.filter(
    ({ forwarding, realServers }) => forwarding !== 'NAT' && realServers.some((server) => server.node === node.name),
  );
  if (services.length === 0) return {};
  const direct = addressesOf(services, 'DR');
  const tunnelled = addressesOf(services, 'TUN');
  return {
    packages: ['iproute2', 'procps'],
    uploads: tunnelled.length === 0 ? [] : programUploads(context.init),
    install: tunnelled.length === 0 ? [] : decapsulatorFiles(context),
    boot: [
      { kind: 'command', title: 'Keep quiet about the virtual addresses', run: quietArp },
      ...(direct.length === 0
        ? []
        : [
            {
              kind: 'command' as const,
              title: `Hold ${direct.join(', ')}`,
              run: direct.map((address) => `ip address replace ${address}/32 dev lo`).join('\n'),
            },
          ]),
      ...(tunnelled.length === 0 ? [] : tunnelSteps(tunnelled)),
      {
        kind: 'command',
        title: 'Answer clients without the director',
        run: returnRoutes(testbed, node, services),
      },
    ],
    ready: [
      ...[...direct, ...tunnelled].map((address) => ({
        title: `The server holds ${address}`,
        command: `ip -4 -o address show | grep -qF ' ${address}/32 '`,
      })),
      ...(tunnelled.length === 0 ? [] : [{ title: 'The server takes tunnels apart', command: tunnelsAreTakenApart }]),
    ],
  };
}

function addressesOf(services: readonly ResolvedVirtualService[], forwarding: 'DR' | 'TUN'): string[] {
  return [...new Set(services.filter((service) => service.forwarding === forwarding).map(({ address }) => address))];
}

/**
 * arp_ignore 1: answer only for addresses of the interface that was asked; arp_announce 2: never ask with a virtual address as
 * sender (ip-sysctl). Requests arrive where no answer goes out, which strict reverse path filtering would take for forgery.
 */
const quietArp = `for key in all default lo; do
  echo 1 > /proc/sys/net/ipv4/conf/$key/arp_ignore
  echo 2 > /proc/sys/net/ipv4/conf/$key/arp_announce
done
for file in /proc/sys/net/ipv4/conf/*/rp_filter; do
  echo 0 > "$file"
done`;

/** The kernel's ipip where there is one; otherwise our director takes the tunnel's packets out in user space. */
function tunnelSteps(addresses: readonly string[]): RecipeStep[] {
  const hold = `if modprobe ipip 2> /dev/null || ${kernelHasTunnel}; then
  ip link set tunl0 up
  echo 0 > /proc/sys/net/ipv4/conf/tunl0/rp_filter
  device=tunl0
else
  device=lo
fi
${addresses.map((address) => `ip address replace ${address}/32 dev $device`).join('\n')}`;
  return [
    { kind: 'command', title: `Hold ${addresses.join(', ')} for the tunnel`, run: hold },
    {
      kind: 'service',
      title: "Take tunnels apart where the kernel can't",
      name: 'director-decap',
      unit: 'relevo-decap',
      start: `${kernelHasTunnel} || setsid ${decapsulator} < /dev/null >> ${decapsulatorLog} 2>&1 &`,
      pidFile: decapsulatorPid,
    },
  ];
}

/** `director status` tells whether one runs. */
function decapsulatorFiles({ init }: RecipeContext): RecipeStep[] {
  return [
    ...programSteps(init),
    ...(init === 'systemd'
      ? [{ kind: 'file' as const, title: "Write the decapsulator's unit", path: unitPath, content: unit }]
      : []),
  ];
}

const tunnelsAreTakenApart = `${kernelHasTunnel} || ip link show tunl0 > /dev/null 2>&1 || { tail -n 5 ${decapsulatorLog}; false; }`;

const unit = `[Unit]
Description=Take LVS-TUN's outer headers off where the kernel has no ipip (Relevo director)

[Service]
ExecCondition=/bin/sh -c '! ${kernelHasTunnel}'
ExecStart=${decapsulator}
Restart=on-failure
RestartSec=1

[Install]
WantedBy=multi-user.target
`;

/** Packets from a virtual address leave by the interface on its own network, to the gateway there. */
function returnRoutes(
  testbed: ResolvedTestbed,
  node: ResolvedNode,
  services: readonly ResolvedVirtualService[],
): string {
  const addresses = [...new Set(services.map(({ address }) => address))];
  const lines = addresses.flatMap((address, index) => {
    const instance = known(
      testbed.vrrp.instances.find(({ virtualAddresses }) => virtualAddresses.includes(address)),
      `instance of ${address}`,
    );
    const entry = known(interfaceOn(node, instance.network), `interface of "${node.name}" on ${instance.network}`);
    const table = returnTable + index;
    const { cidr } = networkNamed(testbed, instance.network);
    return [
      `ip rule list | grep -qF 'from ${address} lookup ${table}' || ip rule add from ${address} table ${table}`,
      `ip route replace ${cidr} dev ${entry.name} table ${table}`,
      ...(entry.gateway === undefined
        ? []
        : [`ip route replace default via ${entry.gateway} dev ${entry.name} table ${table}`]),
    ];
  });
  return lines.join('\n');
}
