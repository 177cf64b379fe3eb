import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { innerNodes } from '../recipes/testbed-facts.ts';
import type { LabCheck } from './check.ts';
import type { CheckContext } from './checks-for.ts';
import { askingNode, roundsFor } from './facts.ts';

const DNS = 53;

/** What the virtual name servers know of the lab, and of the world. */
export function nameChecks(testbed: ResolvedTestbed, { internet }: CheckContext): LabCheck[] {
  const client = askingNode(testbed)?.name;
  const service = testbed.virtualServices.find(({ protocol, port }) => protocol === 'UDP' && port === DNS);
  if (client === undefined || service === undefined) return [];
  const asked = { client, server: service.address, rounds: roundsFor(service.realServers.length) };
  return [
    ...innerNodes(testbed)
      .slice(0, 3)
      .map(({ node, address }) => lookup(asked, `${node.name}.${testbed.domain}`, address)),
    ...(internet === 'stand-in' ? standInChecks(testbed, asked) : outsideChecks(testbed, asked)),
  ];
}

interface Asked {
  readonly client: string;
  readonly server: string;
  /** How often, so that each of the servers is asked. */
  readonly rounds: number;
}

function lookup({ client, server, rounds }: Asked, name: string, address: string): LabCheck {
  return {
    node: client,
    title: `${server} says that ${name} is ${address}, whichever server is asked`,
    run: `for _ in $(seq ${rounds}); do
  answer=$(dig +short +time=3 +tries=1 @${server} ${name} | tail -n 1)
  [ "$answer" = ${address} ] || { echo "The answer was: $answer"; exit 1; }
done`,
    hint: 'Look at "ipvsadm -L -n" on the master, and at "named-checkconf -z" on the name servers.',
  };
}

function standInChecks({ outsideWorld }: ResolvedTestbed, asked: Asked): LabCheck[] {
  const { records } = outsideWorld;
  return records.flatMap((record) => {
    const target = 'canonicalName' in record ? record.canonicalName : record.name;
    const found = records.find((other) => other.name === target && 'address' in other);
    return found !== undefined && 'address' in found ? [lookup(asked, record.name, found.address)] : [];
  });
}

function outsideChecks({ outsideWorld }: ResolvedTestbed, { client, server }: Asked): LabCheck[] {
  const [first] = outsideWorld.records;
  const [resolver] = outsideWorld.resolvers;
  if (first === undefined || resolver === undefined) return [];
  return [
    {
      node: client,
      title: `${server} finds ${first.name}, which is outside`,
      run: `answer=$(dig +short +time=5 +tries=2 @${server} ${first.name}) && echo "$answer" && echo "$answer" | grep -q '^[0-9][0-9.]*$'`,
      hint: 'The name servers ask through the directors: look whether those have a way out.',
      needs: {
        command: `dig +short +time=3 +tries=1 @${resolver} ${first.name} | grep -q '^[0-9][0-9.]*$'`,
        reason: `${client} itself does not reach ${resolver}: no Internet here`,
      },
    },
  ];
}
