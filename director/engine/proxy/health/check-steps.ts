import type { CheckConnect, HealthCheck, HttpCheckSend, HttpExpectation, TcpExpectation } from '../checks.ts';
import type { ExpectOutcome } from '../checks.ts';
import type { LogFormat } from '../expressions.ts';

interface Numbered {
  /** From 0, comments counted: HAProxy's messages name steps by it. */
  readonly index: number;
  readonly comment?: string;
}

export type ConnectStep = Numbered & {
  readonly action: 'connect';
  /** Absent: no rule says it; as the server's line says. */
  readonly rule?: CheckConnect;
};
export type SendStep = Numbered &
  (
    | { readonly action: 'send'; readonly text: LogFormat }
    | { readonly action: 'sendOctets'; readonly octets: Uint8Array }
    | { readonly action: 'request'; readonly request: HttpCheckSend }
  );
export type ExpectStep = Numbered & {
  readonly action: 'expect';
  readonly outcome: ExpectOutcome;
  readonly expectation: ({ readonly of: 'tcp' } & TcpExpectation) | ({ readonly of: 'http' } & HttpExpectation);
  /** Where reading begins again when there was too little: the first of unwanted contents in a row. */
  readonly head: number;
};
/** The line of an agent. */
export type AgentStep = Numbered & { readonly action: 'agent' };
export type CheckStep = ConnectStep | SendStep | ExpectStep | AgentStep;

export interface CheckPlan {
  readonly kind: HealthCheck['kind'] | 'agent';
  /** The first one is a connection. */
  readonly steps: readonly CheckStep[];
  readonly disableOn404: boolean;
  readonly sendState: boolean;
}

/** An agent is sent this before it speaks. */
export function agentPlan(send: string | undefined): CheckPlan {
  const text: LogFormat = [{ kind: 'text', text: send ?? '' }];
  const steps: CheckStep[] = [{ action: 'connect', index: 0 }];
  if (send !== undefined && send !== '') steps.push({ action: 'send', index: 0, text });
  steps.push({ action: 'agent', index: 1 });
  return { kind: 'agent', steps, disableOn404: false, sendState: false };
}

/** Rules without their comments, each with the comment that is meant for it, and with what goes without saying. */
export function planOf(check: HealthCheck): CheckPlan {
  const none = { disableOn404: false, sendState: false };
  switch (check.kind) {
    case 'connect':
      return { kind: 'connect', steps: [{ action: 'connect', index: 0 }], ...none };
    case 'sslHello':
      return { kind: 'sslHello', steps: helloSteps(), ...none };
    case 'tcp':
      return { kind: 'tcp', steps: complete(check.steps), ...none };
    case 'http': {
      const { disableOn404, sendState } = check;
      const steps = complete(check.steps);
      if (!steps.some(({ action }) => action === 'expect')) steps.push(usualAnswer(steps.length));
      return { kind: 'http', steps, disableOn404, sendState };
    }
  }
}

type Rule = Extract<HealthCheck, { readonly kind: 'http' | 'tcp' }>['steps'][number];

function complete(rules: readonly Rule[]): CheckStep[] {
  const steps: CheckStep[] = [];
  let comment: string | undefined;
  let before: Rule['action'] | undefined;
  for (const [index, rule] of rules.entries()) {
    // A comment goes on to rules of the same kind that follow one another.
    if (rule.action !== before && before !== 'comment') comment = undefined;
    before = rule.action;
    if (rule.action === 'comment') {
      ({ comment } = rule);
      continue;
    }
    const meant = rule.comment ?? comment;
    if (rule.action === 'connect') comment = undefined;
    steps.push(stepOf(rule, { index, ...(meant === undefined ? {} : { comment: meant }) }, steps));
  }
  if (steps[0]?.action === 'connect') return steps;
  const moved = steps.map((step) => (step.action === 'expect' ? { ...step, head: step.head + 1 } : step));
  return [{ action: 'connect', index: 0 }, ...moved];
}

function stepOf(
  rule: Exclude<Rule, { action: 'comment' }>,
  numbered: Numbered,
  before: readonly CheckStep[],
): CheckStep {
  switch (rule.action) {
    case 'connect':
      return { ...numbered, action: 'connect', rule };
    case 'sendOctets':
      return { ...numbered, action: 'sendOctets', octets: rule.octets };
    case 'send':
      if ('method' in rule) return { ...numbered, action: 'request', request: rule };
      return { ...numbered, action: 'send', text: rule.text };
    case 'expect': {
      const { expectation } = rule;
      return {
        ...numbered,
        action: 'expect',
        outcome: rule,
        expectation: isTcp(expectation) ? { of: 'tcp', ...expectation } : { of: 'http', ...expectation },
        head: headOf(before),
      };
    }
  }
}

const tcpWords: ReadonlySet<string> = new Set(['text', 'pattern', 'octets', 'octetsPattern']);
const isTcp = (expectation: TcpExpectation | HttpExpectation): expectation is TcpExpectation =>
  tcpWords.has(expectation.what);

function headOf(before: readonly CheckStep[]): number {
  let head = before.length;
  for (let at = before.length - 1; at >= 0; at--) {
    const step = before[at];
    if (step?.action !== 'expect') break;
    if (step.outcome.negated) head = at;
  }
  return head;
}

/** HAProxy takes 2xx and 3xx where no rule says what it wants. */
const usualAnswer = (at: number): ExpectStep => ({
  action: 'expect',
  index: at,
  outcome: { negated: false },
  expectation: { of: 'http', what: 'status', codes: [{ from: 200, to: 399 }] },
  head: at,
});

/** A hello or an alert of any TLS. */
function helloSteps(): CheckStep[] {
  return [
    { action: 'connect', index: 0 },
    { action: 'sendOctets', index: 0, octets: HELLO },
    {
      action: 'expect',
      index: 1,
      outcome: {
        ...{ negated: false, minimumOctets: 5 },
        ...{ okStatus: 'L6OK', errorStatus: 'L6RSP', timeoutStatus: 'L6TOUT' },
      },
      expectation: { of: 'tcp', what: 'octetsPattern', expression: { source: '^1[56]', ignoreCase: false } },
      head: 2,
    },
  ];
}

/** RFC 6101 section 5.6.1.2: a ClientHello of SSL 3.0 without a session, with the suites 1 to 27 and 47 to 58, uncompressed. */
const HELLO = clientHello();

function clientHello(): Uint8Array {
  const suites = [...range(1, 27), ...range(47, 58)].flatMap((suite) => [0, suite]);
  const random = Array.from({ length: 32 }, (_, at) => (at * 37 + 11) & 255);
  const body = [3, 0, ...random, 0, suites.length >> 8, suites.length & 255, ...suites, 1, 0];
  const handshake = [1, 0, body.length >> 8, body.length & 255, ...body];
  return Uint8Array.from([22, 3, 0, handshake.length >> 8, handshake.length & 255, ...handshake]);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
