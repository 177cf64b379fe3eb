import { parseHaproxy } from '../../../director/config/haproxy/parse.ts';
import { formatProblem } from '../../../director/config/problem.ts';
import type { Listen } from '../../../director/engine/proxy/configuration.ts';
import type { Condition, SampleExpression } from '../../../director/engine/proxy/expressions.ts';
import type { SampleValue } from '../../../director/engine/proxy/runtime/sample-value.ts';
import type { Stream } from '../../../director/engine/proxy/runtime/stream.ts';
import { fieldName } from '../../../director/engine/http/field-name.ts';
import { DispatchBed, type Visit } from '../../../director/engine/proxy/testing/dispatch-bed.ts';
import type { Asked, BalanceCase, Observed, Step } from './haproxy-balance-cases.ts';

/** As long as HAProxy pauses before another attempt: `timeout connect`. */
const PAUSE_MS = 100;

/** The listens of a file, by name. */
export function readListens(text: string): Map<string, Listen> {
  const { configuration, problems } = parseHaproxy(text, 'haproxy.cfg');
  if (configuration === undefined) throw new Error(problems.map(formatProblem).join('\n'));
  return new Map(configuration.proxies.flatMap((proxy) => (proxy.kind === 'listen' ? [[proxy.name, proxy]] : [])));
}

/** The same steps with the engine alone. */
export function playHere(settings: Listen, { name, steps }: BalanceCase): Observed {
  const { useServer, persist } = settings.back;
  const bed = new DispatchBed(settings, {
    now: Date.now(),
    rules: {
      chooseServer: (stream, accepts) => {
        for (const { server, when } of useServer)
          if (server.kind === 'named' && holds(when, stream) && accepts(server.name)) return server.name;
        return undefined;
      },
      persistence: (stream) => persist.find(({ when }) => holds(when, stream))?.kind ?? 'normal',
    },
    fetch: (stream) => {
      const { balance } = settings.back;
      const value = balance.method === 'hash' ? sample(balance.sample, stream) : undefined;
      return value?.type === 'str' ? value.value : undefined;
    },
    probe: ({ key }) => ({ holds: () => true, key: (stream) => sample(key, stream) }),
  });
  for (const server of bed.backend.servers)
    if (/^d\d/.test(server.settings.name)) bed.refusing.add(server.settings.name);
  const visits: Playing[] = [];
  for (const step of steps) play(bed, step, visits);
  while (visits.some(({ held }) => held)) {
    for (const one of visits) if (one.held && one.visit.state !== 'queued') finish(one);
    bed.pass(PAUSE_MS);
  }
  return {
    requests: visits.map(({ visit }) => shown(visit)),
    counters: countersOf(bed),
    notices: bed.lines.filter((line) => line.includes(` ${name}/`) || line.includes(`proxy ${name} `)),
  };
}

function play(bed: DispatchBed, step: Step, visits: Playing[]): void {
  bed.pass(2);
  switch (step.do) {
    case 'get':
      for (let time = 0; time < (step.times ?? 1); time++) {
        const one = { visit: bed.open(visitOf(step)), asked: step, held: false };
        visits.push(one);
        while (one.visit.state === 'pausing') bed.pass(PAUSE_MS);
        while (one.visit.state === 'queued') bed.pass(PAUSE_MS);
        one.visit.close(step.answer?.join('\r\n'));
      }
      return;
    case 'open':
      visits.push({ visit: bed.open(visitOf(step)), asked: step, held: true });
      if (visits.at(-1)?.visit.state === 'over') finish(visits.at(-1) as Playing);
      return;
    case 'release':
      if (visits[step.request]?.visit.state === 'open') finish(visits[step.request] as Playing);
      return;
    case 'command':
      obey(bed, step.command);
      return;
    case 'pass':
      bed.pass(step.ms);
  }
}

function finish(one: Playing): void {
  one.held = false;
  one.visit.close(one.asked.answer?.join('\r\n'));
}

interface Playing {
  readonly visit: Visit;
  readonly asked: Asked;
  held: boolean;
}

const visitOf = ({ method, target, headers, source }: Asked) => ({
  ...(method === undefined ? {} : { method }),
  ...(target === undefined ? {} : { target }),
  ...(headers === undefined ? {} : { headers }),
  ...(source === undefined ? {} : { source }),
});

function obey(bed: DispatchBed, command: string): void {
  const [, name = '', verb, argument = ''] = /@\/(\S+)(?: (\S+) (\S+))?/.exec(command) ?? [];
  const server = bed.server(name);
  const { states, now } = bed;
  const { administration } = states;
  const what = command.startsWith('disable') ? 'maint' : command.startsWith('enable') ? 'ready' : argument;
  if (verb === 'weight') states.setWeight(server, argument, now);
  else if (command.startsWith('enable')) administration.clearMaintenance(server, now);
  else if (what === 'maint') administration.setMaintenance(server, now);
  else if (what === 'drain') {
    administration.setDrain(server, now);
    administration.clearMaintenance(server, now);
  } else administration.setReady(server, now);
}

function sample({ fetch, arguments: [name] }: SampleExpression, stream: Stream): SampleValue | undefined {
  if (fetch === 'src') {
    const { address } = stream.session.source;
    return { type: address.includes(':') ? 'ipv6' : 'ipv4', value: address };
  }
  const edits = fetch.startsWith('res') ? stream.response?.edits : stream.request?.edits;
  const field = typeof name === 'string' ? fieldName(name) : undefined;
  const at = field === undefined ? -1 : (edits?.find(field) ?? -1);
  return at === -1 || edits === undefined ? undefined : { type: 'str', value: edits.valueText(at) };
}

/** One test of a header is all that the cases have. */
function holds({ alternatives }: Condition, stream: Stream): boolean {
  const test = alternatives[0]?.[0]?.acl.tests[0];
  const value = test === undefined ? undefined : sample(test.sample, stream);
  return test?.patterns.method === 'str' && value?.type === 'str' && test.patterns.values.includes(value.value);
}

function shown(visit: Visit): string {
  const { stream } = visit;
  const { clientCookie, serverCookie } = stream.termination;
  const name = stream.server?.settings.name ?? '<NOSRV>';
  const got = visit.stream.response !== undefined;
  const received = got
    ? ['set-cookie', 'cache-control']
        .flatMap((field) => visit.received(field).map((value) => `< ${field}: ${value}`))
        .sort()
    : [];
  return [
    `${name} ${clientCookie}${serverCookie}`,
    `${stream.redispatched ? '+' : ''}${stream.retries}`,
    `${stream.serverQueue}/${stream.backendQueue}`,
    ...(got ? visit.sent('cookie').map((value) => `> ${value}`) : []),
    ...received,
  ].join(' ');
}

function countersOf({ backend }: DispatchBed): string[] {
  const rows = [...backend.servers, backend].map((one) => {
    const { counters } = one;
    const [name, last] =
      'effectiveWeight' in one
        ? [one.settings.name, Math.ceil(one.effectiveWeight / 16)]
        : ['BACKEND', counters.transitionsDown];
    return [
      ...[
        name,
        counters.queueMax,
        counters.sessionsMax,
        counters.sessions,
        counters.connectionErrors,
        counters.retries,
      ],
      ...[counters.redispatches, counters.balanced, last],
    ].join(' ');
  });
  return rows;
}
