import type { PartInput, RecipePart } from '../recipe.ts';
import { dnsmasqService } from './dnsmasq-service.ts';
import { portCheck } from './port-check.ts';

/** Seconds that resolvers may keep the stand-in's answers. */
const recordTtl = 300;

/** The Internet in one node: the public resolvers' addresses, answering the few names that the document asks for. */
export function outsideWorld({ testbed }: PartInput): RecipePart {
  const { resolvers, records } = testbed.outsideWorld;
  const lines = [
    'no-resolv',
    'no-hosts',
    `local-ttl=${recordTtl}`,
    ...records.map((record) =>
      'address' in record
        ? `host-record=${record.name},${record.address}`
        : `cname=${record.name},${record.canonicalName}`,
    ),
    '# No other name exists.',
    'local=/#/',
  ];
  return {
    packages: ['dnsmasq'],
    install: [
      {
        kind: 'file',
        title: 'Configure the public resolvers',
        path: '/etc/dnsmasq.conf',
        content: `${lines.join('\n')}\n`,
      },
    ],
    boot: [dnsmasqService('Start the public resolvers')],
    ready: resolvers.map((address) => portCheck(`The resolver ${address} answers`, address, 53)),
  };
}
