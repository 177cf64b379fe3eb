import type { FlowQuestion } from '../api/explain.ts';
import { parseAddress } from './address.ts';
import { ALL_BITS, compileMarkRules, markOf, type MarkMatch, type MarkRule } from './marks.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from './packet/packet.ts';

/** The mark that a flow's packets get on their way in, and how, in one sentence. */
export interface ExplainedMark {
  readonly mark: number;
  readonly step: string;
}

/** `interfaceName`: by which it comes in, '' when nobody knows. Undefined when it is no flow. */
export function explainMark(
  rules: readonly MarkRule[],
  { protocol, clientAddress, virtualAddress, virtualPort }: FlowQuestion,
  interfaceName: string,
): ExplainedMark | undefined {
  const [client, virtual] = [parseAddress(clientAddress), parseAddress(virtualAddress)];
  if (client === undefined || virtual?.family !== client.family) return undefined;
  const addresses = new Uint32Array(8);
  addresses.set(client.words);
  addresses.set(virtual.words, 4);
  const flow = {
    family: client.family,
    protocol: protocol === 'TCP' ? PROTOCOL_TCP : PROTOCOL_UDP,
    addresses,
    destinationPort: virtualPort,
  };
  const { compiled } = compileMarkRules(rules);
  const mark = markOf(compiled, flow, interfaceName);
  // Whether it fits shows in a mark of ones, whatever the rule's own is.
  const fitting = rules.filter(({ mask: _mask, ...rule }) => {
    const [one] = compileMarkRules([{ ...rule, mark: ALL_BITS }]).compiled;
    return one !== undefined && markOf([one], flow, interfaceName) !== 0;
  });
  const from = interfaceName === '' ? '' : `, in by ${interfaceName}`;
  if (fitting.length === 0) return { mark, step: `Firewall marks: no rule fits${from}: no mark.` };
  return { mark, step: `Firewall marks: ${fitting.map(describeRule).join('; then ')}${from}: mark ${mark}.` };
}

function describeRule({ mark, mask = ALL_BITS, except = [], ...match }: MarkRule): string {
  const sets = mask === ALL_BITS ? String(mark) : `${mark}/0x${mask.toString(16)}`;
  const but = except.length === 0 ? '' : ` but ${except.map(describeMatch).join(' and ')}`;
  return `${describeMatch(match)}${but} sets ${sets}`;
}

function describeMatch({ protocol, source, destination, ports, interface: face }: MarkMatch): string {
  return [
    protocol ?? 'TCP and UDP',
    ...(source === undefined ? [] : [`from ${source}`]),
    ...(destination === undefined ? [] : [`to ${destination}`]),
    ...(ports === undefined
      ? []
      : [ports.from === ports.to ? `port ${ports.from}` : `ports ${ports.from}–${ports.to}`]),
    ...(face === undefined ? [] : [`by ${face}`]),
  ].join(' ');
}
