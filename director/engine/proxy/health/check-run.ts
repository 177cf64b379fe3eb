import { Conversation, type Steps } from '../../checks/dialogues/conversation.ts';
import { fromLatin1, toLatin1 } from '../../http/octets.ts';
import { constantOf } from '../formats/log-format.ts';
import type { TcpExpectation } from '../checks.ts';
import { readAgentLine } from './agent-line.ts';
import type { CheckFormats } from './check-formats.ts';
import type { CheckOutcome, CheckStatus } from './check-status.ts';
import type { CheckPlan, CheckStep, ConnectStep, ExpectStep } from './check-steps.ts';
import { HttpAnswer } from './http-answer.ts';
import { compareHttp, EMPTY_FORMAT, patternOf, type Compared } from './http-expect.ts';
import { requestOctets } from './http-request.ts';
import { stepText } from './step-text.ts';

/** What one look at a server needs to know of the world. */
export interface RunFacts {
  readonly formats: CheckFormats;
  /** Whether a connection by this step is in TLS. */
  secure(step: ConnectStep): boolean;
  /** For `send-state`. */
  serverState(): string;
  /** A 404 takes no server out that is down already. */
  isDown(): boolean;
  /** How the check before this one ended. */
  before(): CheckStatus | undefined;
  /** A connection is begun, or stands: from now on there is so much time. */
  began(phase: 'connecting' | 'connected'): void;
}

/** tune.bufsize: more than that of an answer is not looked at. */
const MOST_OCTETS = 16_384;
const TLS_FAILURE = 'SSL handshake failure';
const TCP_CHECK = '(tcp-check)';

/** One look at a server: the rules from the first to the last, or to the one that fails. Events go into `conversation`. */
export class CheckRun {
  readonly conversation: Conversation<CheckOutcome>;
  readonly #plan: CheckPlan;
  readonly #facts: RunFacts;
  #step: CheckStep;
  #connect: ConnectStep;
  #phase: 'layer4' | 'layer6' | 'layer7' = 'layer4';
  #octets = new Uint8Array(0);
  #ended = false;
  #answer: HttpAnswer | undefined;
  #method = 'OPTIONS';
  #code = 0;

  constructor(plan: CheckPlan, facts: RunFacts) {
    const [first] = plan.steps;
    if (first?.action !== 'connect') throw new Error('a check begins with a connection');
    this.#plan = plan;
    this.#facts = facts;
    this.#step = first;
    this.#connect = first;
    this.conversation = new Conversation<CheckOutcome>(this.#steps(), (info) => this.#outcome('L7RSP', info));
    facts.began('connecting');
  }

  /** By which step the present connection is made. */
  get connection(): ConnectStep {
    return this.#connect;
  }

  /** The system has connected it; TLS may be to come. */
  wired(): void {
    this.#phase = 'layer6';
  }

  /** Time is up. */
  expired(): CheckOutcome {
    if (this.#phase === 'layer4') return this.#outcome('L4TOUT', this.#stepText);
    if (this.#phase === 'layer6') return this.#outcome('L6TOUT', this.#stepText);
    const step = this.#step;
    const status = step.action === 'expect' ? (step.outcome.timeoutStatus ?? 'L7TOUT') : 'L7TOUT';
    return this.#outcome(status, this.#stepText);
  }

  /** The connection is no more. `error`: as strerror(3) has it. undefined: what came before is to be looked at first. */
  failed(error: string): CheckOutcome | undefined {
    if (this.#phase === 'layer4') return this.#outcome('L4CON', `${error}${this.#stepText}`);
    if (this.#phase === 'layer6') return this.#outcome('L6RSP', `${TLS_FAILURE}${this.#stepText}`);
    if (this.#octets.length > 0) return undefined;
    return this.#outcome('SOCKERR', `${error}${this.#stepText}`);
  }

  get #stepText(): string {
    return this.#plan.kind === 'tcp' ? stepText(this.#step) : '';
  }

  *#steps(): Steps<CheckOutcome> {
    const { steps } = this.#plan;
    let mustRead = true;
    for (let at = 0; at < steps.length; at++) {
      const step = steps[at] as CheckStep;
      this.#code = 0;
      this.#step = step;
      if (step.action === 'connect') {
        yield* this.#open(step, at > 0);
        mustRead = true;
      } else if (step.action === 'agent') return yield* this.#agent();
      else if (step.action === 'expect') {
        if (mustRead) yield* this.#receive();
        if (this.#octets.length === 0 && this.#ended) return this.#emptyAnswer(step);
        mustRead = false;
        const outcome = this.#expect(step);
        if (outcome === 'wait') {
          mustRead = true;
          at = step.head - 1;
        } else if (outcome !== undefined) return outcome;
      } else {
        const bytes = this.#toSend(step);
        if (bytes.length >= MOST_OCTETS) return this.#tooLarge(step.index, bytes.length);
        this.#forget();
        mustRead = true;
        if (bytes.length > 0) yield { type: 'send', bytes };
      }
    }
    return this.#end();
  }

  *#open(step: ConnectStep, again: boolean): Steps<void> {
    this.#connect = step;
    if (again) {
      this.#phase = 'layer4';
      this.#forget();
      this.#ended = false;
      this.#facts.began('connecting');
      yield { type: 'reconnect' };
    }
    this.#phase = 'layer7';
    this.#facts.began('connected');
  }

  #forget(): void {
    this.#octets = new Uint8Array(0);
    this.#answer = undefined;
  }

  #toSend(step: Exclude<CheckStep, ConnectStep | ExpectStep | { action: 'agent' }>): Uint8Array {
    const { formats } = this.#facts;
    if (step.action === 'sendOctets') return step.octets;
    if (step.action === 'send') return fromLatin1(formats.text(step.text));
    this.#method = step.request.method;
    return requestOctets(step.request, formats, this.#plan.sendState ? this.#facts.serverState() : undefined);
  }

  *#receive(): Steps<void> {
    if (this.#ended) return;
    const bytes = yield { type: 'receive', channel: 'main' };
    if (bytes === undefined) this.#ended = true;
    else {
      const all = new Uint8Array(Math.min(MOST_OCTETS, this.#octets.length + bytes.length));
      all.set(this.#octets);
      all.set(bytes.subarray(0, all.length - this.#octets.length), this.#octets.length);
      this.#octets = all;
    }
  }

  /** undefined: as wanted. */
  #expect(step: ExpectStep): CheckOutcome | 'wait' | undefined {
    const { outcome, expectation } = step;
    const last = this.#ended || this.#octets.length >= MOST_OCTETS;
    if (expectation.of === 'tcp') {
      const compared = this.#compareTcp(expectation, last, outcome.minimumOctets ?? -1);
      return this.#judge(step, compared);
    }
    const answer = (this.#answer ??= new HttpAnswer(this.#method));
    answer.read(this.#octets, this.#ended);
    if (answer.isRefused || (last && !answer.begun)) return this.#wrong(step, 'L7RSP', '');
    if (!answer.begun) return 'wait';
    this.#code = answer.status;
    if (this.#isDisabled) return undefined;
    const { negated, minimumOctets = -1 } = outcome;
    const how = { formats: this.#facts.formats, negated, last: last || answer.whole, minimumOctets };
    return this.#judge(step, compareHttp(answer, expectation, how));
  }

  get #isDisabled(): boolean {
    return this.#plan.disableOn404 && this.#code === 404 && !this.#facts.isDown();
  }

  #compareTcp(expectation: TcpExpectation, last: boolean, minimumOctets: number): Compared {
    const octets = this.#octets;
    const compare = (length: number, test: () => boolean): Compared => {
      if (!last && octets.length < Math.max(length, minimumOctets)) return 'wait';
      const matches = test();
      if (!matches && !last && minimumOctets === -1) return 'wait';
      return { matches, status: 'L7RSP', failure: '' };
    };
    switch (expectation.what) {
      case 'text': {
        const text = this.#facts.formats.text(expectation.text);
        if (text === '' && constantOf(expectation.text) === undefined)
          return { impossible: EMPTY_FORMAT, status: 'L7RSP' };
        return compare(text.length, () => toLatin1(octets).includes(text));
      }
      case 'octets':
        return compare(expectation.octets.length, () => toLatin1(octets).includes(toLatin1(expectation.octets)));
      case 'pattern':
        return compare(0, () => patternOf(expectation.expression).test(toLatin1(octets)));
      case 'octetsPattern':
        return compare(0, () => patternOf(expectation.expression).test(hexadecimal(octets)));
    }
  }

  #judge(step: ExpectStep, compared: Compared): CheckOutcome | 'wait' | undefined {
    if (compared === 'wait') return 'wait';
    const { negated, errorStatus, onError } = step.outcome;
    if ('impossible' in compared) {
      const own = compared.impossible === EMPTY_FORMAT || onError === undefined ? compared.impossible : '';
      return this.#wrong(step, compared.impossible === EMPTY_FORMAT ? 'L7RSP' : (errorStatus ?? compared.status), own);
    }
    if (compared.matches !== negated) return undefined;
    const failure = onError === undefined ? compared.failure : '';
    return this.#wrong(step, errorStatus ?? compared.status, failure, compared.matches);
  }

  /** The words of a rule that is not met: its own, the answer's, or those of `option tcp-check`. */
  #wrong(step: ExpectStep, status: CheckStatus, found: string, matched = false): CheckOutcome {
    const { onError, statusCode } = step.outcome;
    const { formats } = this.#facts;
    let info = found;
    if (info === '' && onError !== undefined) info = formats.text(onError);
    else if (info === '' && this.#plan.kind === 'tcp') info = contentText(step, matched);
    if (step.comment !== undefined) info += ` comment: ${step.comment}`;
    if (statusCode !== undefined) this.#code = formats.number(statusCode) ?? this.#code;
    return this.#outcome(status, info);
  }

  #emptyAnswer(step: ExpectStep): CheckOutcome {
    // HTTP's reader takes it for an answer that is none.
    if (this.#plan.kind === 'http') return this.#wrong(step, 'L7RSP', '');
    const comment = step.comment === undefined ? '' : ` comment: '${step.comment}'`;
    const info = `TCPCHK got an empty response at step ${step.index + 1}${comment}`;
    return this.#outcome(step.outcome.errorStatus ?? 'L7RSP', info);
  }

  #tooLarge(index: number, length: number): CheckOutcome {
    const sizes = `(${length}) for buffer size (${MOST_OCTETS})`;
    return this.#outcome('L7RSP', `tcp-check send : string too large ${sizes} at step ${index + 1}`);
  }

  *#agent(): Steps<CheckOutcome> {
    for (;;) {
      yield* this.#receive();
      const [line] = /^[^\r\n\0]*(?=[\r\n])/.exec(toLatin1(this.#octets)) ?? [];
      if (line !== undefined) return { status: 'CHECKED', code: 0, info: '', advice: readAgentLine(line) };
      if (this.#ended) return yield* this.#unfinished();
    }
  }

  /** A line without an end is nobody's word: all stays as it was before, and the first time HAProxy waits in vain. */
  *#unfinished(): Steps<CheckOutcome> {
    if (this.#octets.length === 0)
      return this.#outcome('L7RSP', `TCPCHK got an empty response at step ${this.#step.index + 1}`);
    const status = this.#facts.before();
    while (status === undefined) yield { type: 'receive', channel: 'side' };
    return this.#outcome(status, 'Ignoring incomplete line from agent');
  }

  #end(): CheckOutcome {
    const step = this.#step;
    if (step.action === 'connect') {
      const status = this.#facts.secure(this.#connect) ? 'L6OK' : 'L4OK';
      return this.#outcome(status, step.rule === undefined ? '' : TCP_CHECK);
    }
    if (step.action !== 'expect') return this.#outcome('L7OK', TCP_CHECK);
    if (this.#isDisabled) return this.#outcome('L7OKC', '');
    const { onSuccess, statusCode, okStatus = 'L7OK' } = step.outcome;
    const { formats } = this.#facts;
    const info = onSuccess === undefined ? (this.#plan.kind === 'tcp' ? TCP_CHECK : '') : formats.text(onSuccess);
    if (statusCode !== undefined) this.#code = formats.number(statusCode) ?? this.#code;
    return this.#outcome(okStatus, info);
  }

  #outcome(status: CheckStatus, info: string): CheckOutcome {
    return { status, code: this.#code, info };
  }
}

function contentText({ expectation, index }: ExpectStep, matched: boolean): string {
  const what = matched ? 'TCPCHK matched unwanted content' : 'TCPCHK did not match content';
  return `${what}${shownContent(expectation)} at step ${index + 1}`;
}

function shownContent(expectation: ExpectStep['expectation']): string {
  switch (expectation.what) {
    case 'text': {
      const text = constantOf(expectation.text);
      return text === undefined ? ' (log-format string)' : ` '${text}'`;
    }
    case 'octets':
      return ' (binary)';
    case 'octetsPattern':
      return ' (binary regex)';
    default:
      return ' (regex)';
  }
}

function hexadecimal(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += octet.toString(16).padStart(2, '0').toUpperCase();
  return text;
}
