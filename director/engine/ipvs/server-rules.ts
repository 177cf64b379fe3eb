import type { ServerDefinition, TableResult } from '../../api/table.ts';
import { formatAddress } from '../address.ts';
import type { Address } from '../address.ts';
import { refuse } from './results.ts';
import type { VirtualService } from './service.ts';

const INT_MAX = 0x7fff_ffff;

interface Situation {
  readonly service: VirtualService;
  readonly address: Address;
  /** A sync daemon was started. */
  readonly isSynchronised: boolean;
}

/** What the kernel refuses of a server before it looks for it (ip_vs_genl_set_cmd, ip_vs_add_dest, ip_vs_edit_dest). */
export function serverProblem(definition: ServerDefinition, situation: Situation): TableResult | undefined {
  const { service, address, isSynchronised } = situation;
  if (address.family !== service.address.family) {
    if (isSynchronised) return refuse('EINVAL', 'Connections between the two families cannot be synchronised');
    if (definition.forwarding !== 'ipip') {
      return refuse(
        'EINVAL',
        `Only ipip forwarding reaches a server of the other family, not ${definition.forwarding}`,
      );
    }
  }
  const { upperThreshold, lowerThreshold, tunnel } = definition;
  if (lowerThreshold > upperThreshold) {
    return refuse('ERANGE', `The lower threshold ${lowerThreshold} is above the upper one, ${upperThreshold}`);
  }
  if (upperThreshold > INT_MAX) return refuse('EINVAL', `The upper threshold ${upperThreshold} is above ${INT_MAX}`);
  if (tunnel?.type === 'gue' && tunnel.port === 0) return refuse('EINVAL', 'A GUE tunnel needs a port');
  return undefined;
}

/** What the kernel refuses of a server that it does not know yet (ip_vs_new_dest). */
export function serverAddressProblem(address: Address): TableResult | undefined {
  return isUnicast(address) ? undefined : refuse('EINVAL', `${formatAddress(address)} is not a unicast address`);
}

function isUnicast({ family, words }: Address): boolean {
  const [first = 0, second = 0, third = 0, last = 0] = words;
  if (family === 4) return last !== 0 && last !== 0xffff_ffff && last >>> 28 !== 0xe;
  const isUnspecified = (first | second | third | last) === 0;
  const isLinkLocal = first >>> 22 === 0xfe80 >>> 6;
  return first >>> 24 !== 0xff && !isLinkLocal && !isUnspecified;
}
