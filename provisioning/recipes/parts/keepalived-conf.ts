import type { ResolvedNode, ResolvedTestbed, ResolvedVirtualService } from '../../../testbeds/resolved.ts';
import { interfaceOn, known } from '../testbed-facts.ts';

/** A block of keepalived's configuration: a head and what stands between its braces. */
interface Block {
  readonly head: string;
  readonly body: readonly (string | Block)[];
}

/** The document's keepalived.conf (section 3.8.1) for one of the testbed's routers. */
export function keepalivedConf(testbed: ResolvedTestbed, node: ResolvedNode): string {
  const { vrrp } = testbed;
  const blocks: Block[] = [
    ...globalDefs(testbed, node),
    {
      head: `vrrp_sync_group ${vrrp.syncGroup}`,
      body: [{ head: 'group', body: vrrp.instances.map(({ name }) => name) }],
    },
    ...vrrp.instances.map((instance) => instanceBlock(testbed, node, instance)),
    ...testbed.virtualServices.map(serviceBlock),
  ];
  return blocks.map((block) => `${text(block, '')}\n`).join('\n');
}

function globalDefs({ vrrp }: ResolvedTestbed, node: ResolvedNode): Block[] {
  const followed = vrrp.instances.find(({ name }) => name === vrrp.connectionSync);
  const body = [
    ...(vrrp.version === 2 ? [] : [`vrrp_version ${vrrp.version}`]),
    ...(followed === undefined ? [] : [`lvs_sync_daemon ${interfaceNameOn(node, followed.network)} ${followed.name}`]),
  ];
  return body.length === 0 ? [] : [{ head: 'global_defs', body }];
}

function interfaceNameOn(node: ResolvedNode, network: string): string {
  return known(interfaceOn(node, network), `interface of "${node.name}" on ${network}`).name;
}

function instanceBlock(
  { vrrp }: ResolvedTestbed,
  node: ResolvedNode,
  instance: ResolvedTestbed['vrrp']['instances'][number],
): Block {
  const router = known(
    vrrp.routers.find((entry) => entry.node === node.name),
    `VRRP router "${node.name}"`,
  );
  const { authentication } = vrrp;
  return {
    head: `vrrp_instance ${instance.name}`,
    body: [
      `state ${router.state}`,
      `interface ${interfaceNameOn(node, instance.network)}`,
      `virtual_router_id ${instance.vrid}`,
      `priority ${router.priority}`,
      // One second is keepalived's own default, and the document's.
      ...(vrrp.advertInterval === 1 ? [] : [`advert_int ${vrrp.advertInterval}`]),
      ...(authentication === undefined
        ? []
        : [
            {
              head: 'authentication',
              body: [`auth_type ${authentication.type}`, `auth_pass ${authentication.password}`],
            },
          ]),
      { head: 'virtual_ipaddress', body: instance.virtualAddresses },
    ],
  };
}

function serviceBlock(service: ResolvedVirtualService): Block {
  return {
    head: `virtual_server ${service.address} ${service.port}`,
    body: [
      `delay_loop ${service.check.interval}`,
      `lb_algo ${service.scheduler}`,
      `lb_kind ${service.forwarding}`,
      `protocol ${service.protocol}`,
      ...service.realServers.map((server) => ({
        head: `real_server ${server.address} ${server.port}`,
        body: [
          `weight ${server.weight}`,
          { head: service.check.type, body: [`connect_timeout ${service.check.connectTimeout}`] },
        ],
      })),
    ],
  };
}

function text(entry: string | Block, indent: string): string {
  if (typeof entry === 'string') return indent + entry;
  const body = entry.body.map((inner) => text(inner, `${indent}    `));
  return [`${indent}${entry.head} {`, ...body, `${indent}}`].join('\n');
}
