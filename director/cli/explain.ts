import type { Explanation, FlowQuestion } from '../api/explain.ts';
import { DirectorError } from '../io/errors.ts';
import { serviceId } from '../api/fold.ts';
import { formatPlace as place } from '../api/place.ts';
import { systemResolver } from './ipvsadm/getent.ts';
import { parseEndpoint, parseNumber, type NameResolver } from './ipvsadm/values.ts';

export interface QuestionOptions {
  readonly udp: boolean;
  readonly mark?: string;
  readonly interface?: string;
}

/** Throws DirectorError `bad-flow` with what was expected. */
export function parseQuestion(
  client: string,
  virtual: string,
  { udp, mark, interface: face }: QuestionOptions,
  names: NameResolver = systemResolver,
): FlowQuestion {
  const protocol = udp ? 'UDP' : 'TCP';
  const from = parseEnd(client, protocol, names);
  const to = parseEnd(virtual, protocol, names);
  if (from.family !== to.family)
    throw new DirectorError('bad-flow', `${client} and ${virtual} are of different address families`);
  return {
    protocol,
    clientAddress: from.address,
    clientPort: from.port,
    virtualAddress: to.address,
    virtualPort: to.port,
    ...(mark === undefined ? {} : { mark: parseMarkOption(mark) }),
    ...(face === undefined ? {} : { interface: face }),
  };
}

function parseEnd(text: string, protocol: 'TCP' | 'UDP', names: NameResolver) {
  const parsed = parseEndpoint(text, protocol, names);
  if (parsed?.port === undefined)
    throw new DirectorError('bad-flow', `"${text}" is not ADDRESS:PORT or [IPv6 ADDRESS]:PORT`);
  return { address: parsed.address, port: parsed.port, family: parsed.family };
}

function parseMarkOption(text: string): number {
  const mark = parseNumber(text, 0, 0xffff_ffff);
  if (mark === undefined)
    throw new DirectorError('bad-flow', `"${text}" is not a firewall mark: a number from 0 to 4294967295`);
  return mark;
}

const answers: Readonly<Record<Explanation['by'], string>> = {
  entry: 'because this connection is in the table',
  template: 'because the client is bound to it by persistence',
  scheduler: 'by the scheduler',
  'no-service': 'No virtual service takes this packet: the director leaves it alone',
  'no-server': 'No server can take it: the client is told that the port is unreachable',
};

/** For a person: the answer, the way to it, and the servers with their numbers in the order in which the scheduler goes. */
export function formatExplanation(explanation: Explanation): string {
  const { by, server, service, scheduler, steps, candidates } = explanation;
  const goes =
    server === undefined ? '' : `${place(server)} ${answers[by]}${by === 'scheduler' ? ` ${scheduler ?? ''}` : ''}`;
  const lines = [goes === '' ? answers[by] : goes];
  if (service !== undefined)
    lines.push(`service: ${serviceId(service)}${scheduler === undefined ? '' : ` ${scheduler}`}`);
  lines.push(...steps.map((step, index) => `${index + 1}. ${step}`));
  if (candidates.length > 0) lines.push('servers, in the order of the table:');
  for (const candidate of candidates) {
    const numbers = Object.entries(candidate.numbers).map(([name, value]) => `${name} ${value}`);
    const chosen = server !== undefined && place(server) === place(candidate.server) ? '>' : ' ';
    const state = candidate.eligible ? '' : ' (not eligible)';
    lines.push(`${chosen} ${[place(candidate.server), ...numbers].join('  ')}${state}: ${candidate.why}`);
  }
  return lines.join('\n');
}
