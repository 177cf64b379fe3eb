import type { HttpCheckConfiguration, UrlExpectation } from '../../engine/checks/configuration.ts';
import { isPattern } from '../../engine/checks/dialogues/pattern.ts';
import { nearestWord } from '../nearest-word.ts';
import type { Keywords, Reader } from '../reader.ts';
import type { Statement, Word } from '../statements.ts';
import { choice, defined, flag, integer, text, unexpected } from '../values.ts';
import type { CheckContext } from './checkers.ts';
import { notDone } from './check-target.ts';
import { unescaped } from './scripts.ts';

/** What keepalived calls itself (check_http.c). */
export const userAgent = 'KeepAliveClient';
export const successCodes = [{ from: 200, to: 299 }] as const;

/** `HTTP_GET { … url { … } }` and `SSL_GET` */
export function readHttpCheck(context: CheckContext, kind: 'HTTP_GET' | 'SSL_GET'): HttpCheckConfiguration | undefined {
  const { reader, statement } = context;
  const urlLines: Statement[] = [];
  let version: HttpCheckConfiguration['version'] = '1.0';
  let virtualHost = context.virtualHost;
  const sni = { wanted: false };
  const keywords: Keywords = {
    url: (line) => urlLines.push(line),
    http_protocol: (line) => (version = choice(reader, line, ['1.0', '1.0C', '1.1', '1.1K']) ?? version),
    virtualhost: (line) => (virtualHost = text(reader, line, 'the name of a host') ?? virtualHost),
    fast_recovery: (line) => notDone(reader, line, 'every attempt asks for all URLs at once'),
    nb_get_retry: (line) => notDone(reader, line, 'it is an old word for "retry"'),
    ...(kind === 'SSL_GET' ? { enable_sni: (line: Statement) => (sni.wanted = flag(reader, line)) } : {}),
  };
  const { timing, target } = context.read(kind, keywords);
  const urls = urlLines.map((line) => readUrl(reader, line, virtualHost));
  if (urls.length === 0) {
    reader.error(statement.keyword, `${kind} without a url`, { expected: 'url { path / }' });
    return undefined;
  }
  const name = sni.wanted ? urls[0]?.virtualHost : undefined;
  if (sni.wanted && name === undefined)
    reader.warn(statement.keyword, 'enable_sni has no name to send', { expected: 'virtualhost NAME' });
  return { kind, ...target, ...timing, version, userAgent, urls, ...defined({ serverName: name }) };
}

interface UrlDraft {
  path?: string;
  statusCodes?: UrlExpectation['statusCodes'];
  virtualHost?: string | undefined;
  digest?: string;
  regex?: string;
  negated: boolean;
  flags: string;
  minimumOffset?: number | undefined;
  maximumOffset?: number | undefined;
}

function readUrl(reader: Reader, statement: Statement, inherited: string | undefined): UrlExpectation {
  const draft: UrlDraft = { negated: false, flags: '', virtualHost: inherited };
  const offsets = { min: 0, max: 0x7fff_ffff };
  reader.block(reader.blockOf(statement), 'url', {
    path: (line) => assign(draft, 'path', text(reader, line, 'a path such as /index.html')),
    digest: (line) => assign(draft, 'digest', readDigest(reader, line)),
    status_code: (line) => (draft.statusCodes = readStatusCodes(reader, line)),
    virtualhost: (line) => assign(draft, 'virtualHost', text(reader, line, 'the name of a host')),
    regex: (line) => assign(draft, 'regex', readRegex(reader, line)),
    regex_no_match: (line) => (draft.negated = flag(reader, line)),
    regex_options: (line) => (draft.flags = readRegexOptions(reader, line)),
    regex_stack: () => undefined,
    regex_min_offset: (line) => assign(draft, 'minimumOffset', integer(reader, line, offsets)),
    regex_max_offset: (line) => assign(draft, 'maximumOffset', integer(reader, line, offsets)),
  });
  if (draft.path === undefined) reader.error(statement.keyword, 'a url without a path', { expected: 'path /' });
  const { path = '/', statusCodes = successCodes, virtualHost, digest, regex } = draft;
  return { path, method: 'GET', statusCodes, ...defined({ virtualHost, digest }), ...regexOf(draft, regex) };
}

function regexOf(
  { negated, flags, minimumOffset, maximumOffset }: UrlDraft,
  source: string | undefined,
): Pick<UrlExpectation, 'regex'> {
  if (source === undefined) return {};
  return { regex: { source, flags, negated, ...defined({ minimumOffset, maximumOffset }) } };
}

function assign<T, K extends keyof T>(into: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) into[key] = value;
}

function readDigest(reader: Reader, line: Statement): string | undefined {
  const expected = '32 hexadecimal digits';
  const digest = text(reader, line, expected);
  if (digest === undefined || /^[\da-f]{32}$/i.test(digest)) return digest?.toLowerCase();
  reader.error(line.keyword, 'this is no MD5 digest', { expected });
  return undefined;
}

function readStatusCodes(reader: Reader, line: Statement): { from: number; to: number }[] {
  const expected = 'such as 200 or 200-299';
  if (line.parameters.length === 0) reader.error(line.keyword, 'status_code needs a value', { expected });
  return line.parameters.flatMap((word: Word) => {
    const match = /^(\d{3})(?:-(\d{3}))?$/.exec(word.text);
    const from = Number(match?.[1]);
    const to = Number(match?.[2] ?? match?.[1]);
    if (match && from >= 100 && from <= to) return [{ from, to }];
    reader.error(word, `"${word.text}" is not a status code`, { expected });
    return [];
  });
}

function readRegex(reader: Reader, line: Statement): string | undefined {
  const [word, excess] = line.parameters;
  const source = word && unescaped(word.raw ?? word.text);
  if (!source) {
    reader.error(line.keyword, 'regex needs a regular expression', { expected: 'regex "PATTERN"' });
    return undefined;
  }
  if (excess) unexpected(reader, excess, word);
  if (isPattern(source)) return source;
  reader.error(word, 'this regular expression is not understood', { expected: "Perl's syntax" });
  return undefined;
}

/** pcre2api(3): those that have an equal in JavaScript, and those that change nothing there. */
const regexOptions: Readonly<Record<string, string>> = {
  caseless: 'i',
  multiline: 'm',
  dotall: 's',
  utf: 'u',
  ucp: 'u',
  ...Object.fromEntries(
    'auto_callout dollar_endonly never_ucp never_utf no_auto_possess no_dotstar_anchor no_start_optimize never_backslash_c'
      .split(' ')
      .map((word) => [word, '']),
  ),
};
const otherOptions =
  'allow_empty_class alt_bsux dupnames extended firstline match_unset_backref no_auto_capture ungreedy alt_circumflex alt_verbnames use_offset_limit'.split(
    ' ',
  );

function readRegexOptions(reader: Reader, line: Statement): string {
  const flags = new Set<string>();
  const known = [...Object.keys(regexOptions), ...otherOptions];
  for (const word of line.parameters) {
    const letter = Object.hasOwn(regexOptions, word.text) ? regexOptions[word.text] : undefined;
    const nearest = nearestWord(word.text, known);
    if (letter !== undefined) for (const one of letter) flags.add(one);
    else if (otherOptions.includes(word.text))
      reader.error(word, `the option "${word.text}" of PCRE has no equal in this director's regular expressions`);
    else reader.error(word, `unknown option "${word.text}"`, nearest === undefined ? {} : { nearest });
  }
  return [...flags].sort().join('');
}

/** The PCRE option of a JavaScript flag, for writing. */
export const optionOfFlag: Readonly<Record<string, string>> = { i: 'caseless', m: 'multiline', s: 'dotall', u: 'utf' };
