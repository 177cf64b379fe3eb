import type { AclTest, Condition, ConditionTerm, SampleExpression } from '../../engine/proxy/expressions.ts';
import { fetches, type SampleType } from '../../engine/proxy/samples.ts';
import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import type { Word } from '../statements.ts';
import { checkName } from './quantities.ts';
import { Line, LineError, notServed } from './line.ts';
import { matchMethods, readPatterns, type MatchMethod, type PatternFlags } from './patterns.ts';
import { canBecome, parseFetch, parseSample, within } from './sample.ts';
import { aclKeyword } from './sample-names.ts';
import { isAvailable, type GrowingAcl, type Moment, type Scope } from './scope.ts';

/** Section 7.4: ACLs that are there without being declared. */
const predefined: Readonly<Record<string, string>> = {
  TRUE: 'always_true',
  FALSE: 'always_false',
  LOCALHOST: 'src 127.0.0.1/8 ::1',
  HTTP: 'req.proto_http',
  'HTTP_1.0': 'req_ver 1.0',
  'HTTP_1.1': 'req_ver 1.1',
  'HTTP_2.0': 'req_ver 2.0',
  METH_CONNECT: 'method CONNECT',
  METH_DELETE: 'method DELETE',
  METH_GET: 'method GET HEAD',
  METH_HEAD: 'method HEAD',
  METH_OPTIONS: 'method OPTIONS',
  METH_POST: 'method POST',
  METH_PUT: 'method PUT',
  METH_TRACE: 'method TRACE',
  HTTP_URL_ABS: 'url_reg ^[^/:]*://',
  HTTP_URL_SLASH: 'url_beg /',
  HTTP_URL_STAR: 'url *',
  HTTP_CONTENT: 'hdr_val(content-length) gt 0',
  REQ_CONTENT: 'req.len gt 0',
  WAIT_END: 'wait_end',
};

const unservedPredefined = new Set(['RDP_COOKIE']);

/** Section 7.1: `acl NAME TEST`; another line of the same name is another alternative. Throws LineError. */
export function readAcl(line: Line, scope: Scope): void {
  const name = line.take('a name and what to test');
  checkName(name, 'the name of an ACL');
  if (/^or$/i.test(name.text))
    throw new LineError(name, 'an ACL of this name will never match: "or" is the word between two of them');
  const test = readTest(line, scope);
  const known = scope.acls.get(name.text);
  if (known) known.tests.push(test);
  else scope.acls.set(name.text, { name: name.text, tests: [test] });
}

interface Subject {
  readonly sample: SampleExpression;
  readonly method: MatchMethod | undefined;
}

/** The rest of a line, or what stands between two braces. */
function readTest(line: Line, scope: Scope): AclTest {
  const word = line.take('a sample fetch such as src or hdr(host)');
  const { sample, method } = readSubject(word, scope);
  const hasFlags = line.peek() === '--';
  if (!hasFlags && line.peek().startsWith('(') && !word.text.includes('('))
    scope.reader.warn(line.next, `"${shown(line.peek())}" is a pattern, and not an argument of "${word.text}"`, {
      expected: 'no blank before "(", or "--" before a pattern',
    });
  const isEmpty = line.isDone;
  const flags = readFlags(line, sample, method, scope);
  const chosen = flags.method;
  if (chosen === undefined)
    throw new LineError(word, `a sample of type ${sample.type} needs to be told how to compare`, { expected: '-m' });
  if (isEmpty && method !== undefined && sample.type !== 'bool')
    scope.reader.warn(word, 'there is no pattern to compare with, so this will never match', {
      expected: 'a pattern, -m found, -m bool, or -- when that is what you mean',
    });
  const patterns = readPatterns(chosen, [...flags.fromFiles, ...line.takeRest()], flags);
  return { sample, patterns };
}

function readSubject(word: Word, scope: Scope): Subject {
  const [name = ''] = /^[\w.+-]*/.exec(word.text) ?? [];
  const keyword = aclKeyword(name);
  const parsed = keyword ? parseFetch(word, scope, { start: 0, name, fetch: keyword[0] }) : parseSample(word, scope);
  if (parsed.end < word.text.length)
    throw new LineError(within(word, parsed.end), `unexpected "${shown(word.text.slice(parsed.end))}"`, {
      expected: 'a comma and a converter',
    });
  const { sample } = parsed;
  // A converter's output is compared as its type says.
  const own = keyword && sample.converters.length === 0 ? keyword[1] : undefined;
  return { sample, method: own ?? methodOf(sample.type) };
}

function methodOf(type: SampleType): MatchMethod | undefined {
  const methods: Partial<Record<SampleType, MatchMethod>> = {
    ...{ bool: 'bool', int: 'int', addr: 'ip', ipv4: 'ip', ipv6: 'ip', str: 'str' },
  };
  return methods[type];
}

const inputOf = (method: MatchMethod): SampleType => {
  if (method === 'bool' || method === 'int') return 'int';
  if (method === 'ip') return 'addr';
  return method === 'bin' ? 'bin' : 'str';
};

interface Flags extends PatternFlags {
  readonly method: MatchMethod | undefined;
  readonly fromFiles: readonly Word[];
}

function readFlags(line: Line, sample: SampleExpression, own: MatchMethod | undefined, scope: Scope): Flags {
  let method = own;
  let ignoreCase = false;
  let noNames = false;
  const fromFiles: Word[] = [];
  while (line.peek().startsWith('-')) {
    const flag = line.take('');
    if (flag.text === '--') break;
    if (flag.text === '-i') ignoreCase = true;
    else if (flag.text === '-n') noNames = true;
    else if (flag.text === '-m') {
      if (fromFiles.length > 0) throw new LineError(flag, '"-m" has to come before "-f"');
      method = readMethod(line.take(matchMethods.join(', ')), sample);
    } else if (flag.text === '-f') {
      if (method === undefined)
        throw new LineError(flag, `a sample of type ${sample.type} needs "-m" before "-f"`, { expected: '-m' });
      fromFiles.push(...patternsOfFile(line.take('the name of a file'), scope));
    } else if (flag.text === '-u') line.take('a number');
    else if (flag.text === '-M') throw notServed(flag, 'a map in place of patterns');
    else
      throw new LineError(flag, `"${shown(flag.text)}" is not a flag of ACLs`, {
        expected: '-i, -m, -f, -n, -u or --',
      });
  }
  return { method, ignoreCase, noNames, fromFiles };
}

function readMethod(word: Word, sample: SampleExpression): MatchMethod {
  if (word.text === 'regm') throw notServed(word);
  const method = matchMethods.find((one) => one === word.text);
  if (method === undefined) {
    const nearest = nearestWord(word.text, matchMethods);
    const expected = matchMethods.join(', ');
    const details = nearest === undefined ? { expected } : { expected, nearest };
    throw new LineError(word, `unknown matching method "${shown(word.text)}"`, details);
  }
  if (method !== 'found' && !canBecome(sample.type, inputOf(method)))
    throw new LineError(word, `"${method}" cannot compare a sample of type ${sample.type}`);
  return method;
}

/** A pattern a line; blanks before it, empty lines and lines that begin with `#` are none. */
function patternsOfFile(word: Word, { files }: Scope): Word[] {
  if (!files) return [];
  const text = files.read(word.text);
  if (text === undefined) throw new LineError(word, `the file "${shown(word.text)}" cannot be read`);
  return text.split('\n').flatMap((full, index) => {
    const line = full.replace(/\r.*$/s, '').replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) return [];
    return [{ text: line, line: index + 1, column: 1, file: word.text }];
  });
}

/** `if …` or `unless …` to the end of the line, or undefined when there is neither. Throws LineError. */
export function takeCondition(line: Line, scope: Scope, moment: Moment, hasBackend = false): Condition | undefined {
  const polarity = line.takeIf('if', 'unless');
  if (!polarity) return undefined;
  const alternatives = readAlternatives(line, scope);
  const condition: Condition = { polarity: polarity.text === 'if' ? 'if' : 'unless', alternatives };
  warnOfMoment(polarity, condition, scope, moment, hasBackend);
  return condition;
}

/** Section 7.2: terms side by side all have to pass; `or` and `||` begin another alternative. */
function readAlternatives(line: Line, scope: Scope): ConditionTerm[][] {
  const alternatives: ConditionTerm[][] = [[]];
  let negated = false;
  while (!line.isDone) {
    const word = line.take('');
    const marks = /^!*/.exec(word.text)?.[0].length ?? 0;
    if (marks % 2 === 1) negated = !negated;
    const rest = word.text.slice(marks);
    if (rest === '') continue;
    if (/^or$/i.test(rest) || rest === '||') {
      alternatives.push([]);
      negated = false;
      continue;
    }
    const acl = rest === '{' ? readAnonymous(line, word, scope) : findAcl(within(word, marks), scope);
    alternatives.at(-1)?.push({ negated, acl });
    negated = false;
  }
  return alternatives.filter((terms) => terms.length > 0);
}

function readAnonymous(line: Line, open: Word, scope: Scope): GrowingAcl {
  const words: Word[] = [];
  while (!line.isDone) {
    const word = line.take('');
    if (word.text !== '}') {
      words.push(word);
      continue;
    }
    return { tests: [readTest(new Line([open, ...words]), scope)] };
  }
  throw new LineError(open, 'a brace that is never closed', { expected: '"}", with a blank before it' });
}

function findAcl(word: Word, scope: Scope): GrowingAcl {
  const known = scope.acls.get(word.text);
  if (known) return known;
  if (unservedPredefined.has(word.text)) throw notServed(word);
  const definition = Object.hasOwn(predefined, word.text) ? predefined[word.text] : undefined;
  if (definition === undefined) {
    const nearest = nearestWord(word.text, [...scope.acls.keys(), ...Object.keys(predefined)]);
    throw new LineError(word, `no such ACL: "${shown(word.text)}"`, nearest === undefined ? {} : { nearest });
  }
  const words = [word.text, ...definition.split(' ')].map((text) => ({ ...word, text }));
  const acl: GrowingAcl = { name: word.text, tests: [readTest(new Line(words), scope)] };
  scope.acls.set(word.text, acl);
  return acl;
}

/** HAProxy warns when an ACL asks for what is never there at this place. */
function warnOfMoment(at: Word, condition: Condition, scope: Scope, moment: Moment, hasBackend: boolean): void {
  for (const { acl } of condition.alternatives.flat()) {
    const usable = acl.tests.some(({ sample }) => {
      const [, , available] = fetches.get(sample.fetch) ?? [];
      return available === undefined || isAvailable(available, moment, hasBackend);
    });
    const [test] = acl.tests;
    if (usable || !test) continue;
    const name = acl.name === undefined ? `the test of "${test.sample.fetch}"` : `the ACL "${acl.name}"`;
    scope.reader.warn(at, `${name} will never match here: what it asks for is not there at this moment`);
  }
}
