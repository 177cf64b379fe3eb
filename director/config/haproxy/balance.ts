import type { HashSettings } from '../../engine/proxy/backend.ts';
import { fetches } from '../../engine/proxy/samples.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { scopeOf, type Context } from './context.ts';
import type { BalanceChoice, Draft } from './drafts.ts';
import { LineError, notServed, type Line } from './line.ts';
import { integerArgument, oneOf } from './quantities.ts';
import { parseSample, within } from './sample.ts';
import { isAvailable } from './scope.ts';

const methods = [
  'roundrobin',
  'static-rr',
  'leastconn',
  'first',
  'random',
  'source',
  'uri',
  'url_param',
  'hdr',
  'hash',
];

/** Section 4.2 `balance`. Throws LineError. */
export function readBalance(line: Line, draft: Draft, context: Context): BalanceChoice {
  if (line.isDone) return { method: 'roundrobin' };
  const word = line.take('');
  switch (word.text) {
    case 'roundrobin':
    case 'static-rr':
    case 'leastconn':
    case 'first':
    case 'source':
      return { method: word.text };
    case 'uri':
      return readUri(line);
    case 'url_param': {
      const name = line.take("a parameter's name").text;
      if (line.peek() === 'check_post') throw notServed(line.next);
      line.end();
      return { method: 'url_param', name };
    }
    case 'hash':
      return readHash(line, draft, context);
    default:
      return readWithParentheses(line, word);
  }
}

/** HAProxy looks at the beginning only of these words. */
function readWithParentheses(line: Line, word: Word): BalanceChoice {
  const { text } = word;
  if (text.startsWith('random')) return { method: 'random', draws: drawsOf(word) };
  if (text.startsWith('hdr(')) {
    const [, name = ''] = /^hdr\(([^)]*)\)/.exec(text) ?? [];
    if (name === '') throw new LineError(word, "a header's name is missing", { expected: 'such as hdr(host)' });
    const domainOnly = line.takeIf('use_domain_only') !== undefined;
    line.end();
    return { method: 'hdr', name, domainOnly };
  }
  if (text.startsWith('rdp-cookie')) throw notServed(word);
  const nearest = nearestWord(text, methods);
  const expected = methods.join(', ');
  const details = nearest === undefined ? { expected } : { expected, nearest };
  throw new LineError(word, `unknown way of balancing "${shown(text)}"`, details);
}

function drawsOf(word: Word): number {
  const [, argument] = /^random\((.+)$/.exec(word.text) ?? [];
  if (argument === undefined || argument === ')') return 2;
  const draws = /^\d+\)/.test(argument) ? Number.parseInt(argument, 10) : Number.NaN;
  if (draws >= 1) return draws;
  throw new LineError(word, `"${shown(word.text)}" does not say how many are drawn`, { expected: 'such as random(2)' });
}

function readUri(line: Line): BalanceChoice {
  const uri = { method: 'uri' as const, whole: false, pathOnly: false, length: 0, depth: 0 };
  while (!line.isDone) {
    const word = oneOf(line.take(''), ['len', 'depth', 'whole', 'path-only']);
    if (word === 'len') uri.length = integerArgument(line, 1);
    else if (word === 'depth') uri.depth = integerArgument(line, 1);
    else if (word === 'whole') uri.whole = true;
    else uri.pathOnly = true;
  }
  return uri;
}

function readHash(line: Line, draft: Draft, context: Context): BalanceChoice {
  const word = line.take('a sample such as req.hdr(host)');
  const { sample, end } = parseSample(word, scopeOf(context, draft));
  if (end < word.text.length) throw new LineError(within(word, end), `unexpected "${shown(word.text.slice(end))}"`);
  line.end();
  const [, , available] = fetches.get(sample.fetch) ?? [];
  if (available !== undefined && !isAvailable(available, 'useServer', true))
    throw new LineError(word, `"${sample.fetch}" is not there before a server is chosen`);
  return { method: 'hash', sample };
}

/** Section 4.2 `hash-type`. Throws LineError. */
export function readHashType(line: Line, balanceFactor: number): HashSettings {
  const type = oneOf(line.take('map-based or consistent'), ['map-based', 'consistent']);
  const functions = ['sdbm', 'djb2', 'wt6', 'crc32'] as const;
  if (line.isDone) return { type, function: 'sdbm', avalanche: type === 'consistent', balanceFactor };
  const name = oneOf(line.take(''), functions);
  const modifier = line.takeIf('avalanche');
  line.end();
  return { type, function: name, avalanche: modifier !== undefined, balanceFactor };
}
