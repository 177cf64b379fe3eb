import type { SendExpectCheckConfiguration } from '../configuration.ts';
import type { CheckResult, WeightNews } from '../result.ts';
import { fromLatin1, utf8 } from './bytes.ts';
import { Input, quote, send, type Dialogue } from './conversation.ts';
import { bytePattern, matches } from './pattern.ts';

/** Well as soon as there is a connection. */
export function* connectOnly(): Dialogue {
  return { ok: true, reason: 'connected' };
}

/** ldirectord's simpletcp: sends, closes its side, and looks for a line that matches. */
export function* simpleTcp(request: string, receive: string): Dialogue {
  const input = new Input();
  yield* send(utf8(request.replaceAll('\\n', '\n')));
  yield { type: 'half-close' };
  let text = '';
  for (let part = yield* input.some(); part !== undefined; part = yield* input.some()) {
    text += fromLatin1(part);
    // A line counts once it is whole.
    const fits = text.split(/(?<=\n)/).find((line) => line.endsWith('\n') && matches(line, receive));
    if (fits !== undefined) return { ok: true, reason: `${quote(fits)} came` };
  }
  const last = text.split('\n').at(-1) ?? '';
  if (last !== '' && matches(last, receive)) return { ok: true, reason: `${quote(last)} came` };
  return { ok: false, reason: `${text === '' ? 'nothing' : quote(text)} came, where ${receive} was expected` };
}

type Expectation = Pick<SendExpectCheckConfiguration, 'expect' | 'useRegex'>;

/** Piranha's nanny: the answer must begin with the text, or match. `*` takes anything. */
export function* sendExpect(text: string, expectation: Expectation): Dialogue {
  if (text !== '') yield* send(utf8(text));
  if (expectation.expect === '') return { ok: true, reason: text === '' ? 'connected' : 'connected and sent' };
  const input = new Input();
  let answer = '';
  for (let part = yield* input.some(); part !== undefined; part = yield* input.some()) {
    answer += fromLatin1(part);
    if (expectationMet(answer, expectation)) return { ok: true, reason: `${quote(answer)} came` };
    if (!mayStillCome(answer, expectation)) break;
  }
  return { ok: false, reason: `${answer === '' ? 'nothing' : quote(answer)} came, where ${expected(expectation)}` };
}

/** What a program in place of a connection printed. */
export function judgeOutput(output: string, expectation: Expectation): CheckResult {
  const met = expectation.expect === '' || expectationMet(output, expectation);
  const seen = output === '' ? 'nothing' : quote(output);
  return met
    ? { ok: true, reason: `${seen} was printed` }
    : { ok: false, reason: `${seen} was printed, where ${expected(expectation)}` };
}

const expected = ({ expect, useRegex }: Expectation): string =>
  useRegex ? `a match of ${expect} was expected` : `${quote(expect)} was expected`;

function expectationMet(answer: string, { expect, useRegex }: Expectation): boolean {
  if (expect === '*') return answer !== '';
  return useRegex ? bytePattern(expect).test(answer) : answer.startsWith(fromLatin1(utf8(expect)));
}

function mayStillCome(answer: string, { expect, useRegex }: Expectation): boolean {
  return useRegex || fromLatin1(utf8(expect)).startsWith(answer);
}

/** An agent on the server, one line a connection: the words of HAProxy's `agent-check`. */
export function* agent(text: string): Dialogue {
  if (text !== '') yield* send(utf8(text));
  const line = yield* new Input().line('a line');
  return agentResult(line);
}

/**
 * Words apart by blanks and commas: `up`, `down`, `failed` or `stopped`, `ready`, `drain`, `maint`, a percentage of the configured weight. What
 * follows `#` is for people. Unknown words (`maxconn:N`) are passed over, as long as one is known.
 */
export function agentResult(line: string): CheckResult {
  const [said = '', ...remark] = line.split('#');
  const words = said
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const last = (...names: readonly string[]): string | undefined => words.findLast((word) => names.includes(word));
  const percent = words
    .map((word) => /^(\d{1,3}(?:\.\d+)?)%$/.exec(word)?.[1])
    .findLast((number) => number !== undefined);
  const state = last('up', 'down', 'failed', 'stopped', 'fail');
  const mode = last('ready', 'drain', 'maint');
  if (state === undefined && mode === undefined && percent === undefined)
    return { ok: false, reason: `the agent says ${quote(line)}, which is none of its words` };
  const weight: WeightNews | undefined =
    percent === undefined ? undefined : { type: 'share', share: Number(percent) / 100 };
  return {
    ok: true,
    reason: `the agent says ${quote([said.trim(), ...remark.map((words) => words.trim())].join(' # '))}`,
    agent: {
      ...(state === undefined ? {} : { up: state === 'up' }),
      ...(mode === undefined ? {} : { mode: mode === 'maint' ? 'maintenance' : mode === 'drain' ? 'drain' : 'ready' }),
    },
    ...(weight === undefined ? {} : { weight }),
  };
}
