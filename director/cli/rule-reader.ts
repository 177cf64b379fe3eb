import type { RuleComplaint, RulePlace, RuleReader } from '../config/ipvsadm/parse.ts';
import type { TableCommand } from '../api/table.ts';
import { nearestWord } from '../config/nearest-word.ts';
import { holesMessage, isContiguousMask } from '../config/persistence-mask.ts';
import { schedulerNames } from '../config/schedulers.ts';
import { parseArguments } from './ipvsadm/arguments.ts';
import { IpvsadmExit } from './ipvsadm/exit.ts';
import { expectations } from './ipvsadm/expectations.ts';
import { ArgumentPlaces } from './ipvsadm/places.ts';
import type { IpvsadmRequest } from './ipvsadm/request.ts';
import { parseLooseIpv4, type NameResolver } from './ipvsadm/values.ts';

/** Rules in files are read by the very code that reads ipvsadm's command line. */
export function ruleReader(names: NameResolver): RuleReader {
  return (words) => {
    const line = { words, places: new ArgumentPlaces() };
    try {
      const request = parseArguments(words, 'ipvsadm', names, line.places);
      if (request.type !== 'execute') return { complaints: [uselessRequest(line, request.type)] };
      return { command: request.command, complaints: doubts(line, request.command) };
    } catch (error) {
      if (error instanceof IpvsadmExit) return { complaints: [complaintOf(line, error)] };
      throw error;
    }
  };
}

/** For places that must not ask the machine: fuzzing, tests, texts that we have written ourselves. */
export const numbersOnly: NameResolver = { hostAddress: () => undefined, servicePort: () => undefined };

interface RuleLine {
  readonly words: readonly string[];
  readonly places: ArgumentPlaces;
}

function uselessRequest({ places }: RuleLine, type: Exclude<IpvsadmRequest['type'], 'execute'>): RuleComplaint {
  const at = places.of('service-address');
  if (type === 'sctp') return { severity: 'error', message: 'this director does not balance SCTP', ...placed(at) };
  if (type === 'idle-engine')
    return { severity: 'error', message: 'a persistence engine does nothing without -p', ...placed(places.of('pe')) };
  return { severity: 'warning', message: `"${type}" changes nothing and is left out` };
}

/** So many words help nobody; the nearest one does. */
const MOST_WORDS = 20;

/** What ipvsadm says, with the place and what would have been right. */
function complaintOf({ words, places }: RuleLine, { message, culprit }: IpvsadmExit): RuleComplaint {
  const { word, known, option } = culprit ?? {};
  const { current } = places;
  const whole = option === undefined ? current?.place : places.of(option);
  const at = word === undefined ? whole : (placeOfWord(words, word, whole) ?? whole);
  const expected = known ? choices(known) : option === undefined ? expectations[current?.kind ?? ''] : undefined;
  return {
    severity: 'error',
    message: withValue(message.trim(), words, at, places),
    ...placed(at),
    ...(expected === undefined ? {} : { expected }),
    ...hint(word === undefined && at ? textAt(words, at) : word, known),
  };
}

function choices(known: readonly string[]): string {
  return known.length > MOST_WORDS ? 'an option of ipvsadm(8)' : known.join(', ');
}

/** ipvsadm does not always say which value it means, and of a line that does not begin with a command it says nothing. */
function withValue(
  message: string,
  words: readonly string[],
  at: RulePlace | undefined,
  { current }: ArgumentPlaces,
): string {
  if (message.startsWith('Try `ipvsadm -h')) return `"${words[0] ?? ''}" is not a command of ipvsadm`;
  const value = at && current ? textAt(words, at) : '';
  return value === '' || message.includes(value) ? message : `${message}: "${value}"`;
}

/** The word by itself, or within the value in which it stands. */
function placeOfWord(words: readonly string[], word: string, whole: RulePlace | undefined): RulePlace | undefined {
  const within = whole === undefined ? -1 : textAt(words, whole).indexOf(word);
  if (whole && within >= 0) return { index: whole.index, offset: whole.offset + within };
  const index = words.indexOf(word);
  return index < 0 ? undefined : { index, offset: 0 };
}

function textAt(words: readonly string[], { index, offset }: RulePlace): string {
  return (words[index] ?? '').slice(offset);
}

function hint(word: string | undefined, known: readonly string[] | undefined): { nearest?: string } {
  const nearest = word === undefined || known === undefined ? undefined : nearestWord(word, known);
  return nearest === undefined ? {} : { nearest };
}

function placed(at: RulePlace | undefined): { at?: RulePlace } {
  return at === undefined ? {} : { at };
}

/** What ipvsadm lets pass, and the kernel too or with an error of its own. */
function doubts(line: RuleLine, command: TableCommand): RuleComplaint[] {
  const found = [...shortAddresses(line)];
  if (command.type !== 'add-service' && command.type !== 'edit-service') return found;
  const { scheduler, persistence } = command.service;
  if (!schedulerNames.some((known) => known === scheduler))
    found.push({
      severity: 'error',
      message: `the scheduler "${scheduler}" does not exist`,
      ...placed(line.places.of('scheduler')),
      expected: schedulerNames.join(', '),
      ...hint(scheduler, schedulerNames),
    });
  if (persistence && !isContiguousMask(persistence.mask))
    found.push({
      severity: 'warning',
      message: holesMessage(persistence.mask),
      ...placed(line.places.of('netmask')),
      expected: expectations.netmask,
    });
  return found;
}

const addressOptions = ['service-address', 'real-server', 'netmask'] as const;

/** inet_aton(3) fills addresses up: 10.1 is 10.0.0.1, which is hardly what somebody meant. */
function shortAddresses({ words, places }: RuleLine): RuleComplaint[] {
  return addressOptions.flatMap((option): RuleComplaint[] => {
    const at = places.of(option);
    const [text] = at === undefined ? [] : (/^\d+(?:\.\d+){1,2}(?=:|$)/.exec(textAt(words, at)) ?? []);
    const full = text === undefined ? undefined : parseLooseIpv4(text);
    if (text === undefined || full === undefined) return [];
    const message = `"${text}" is read as ${full}`;
    return [{ severity: 'warning', message, ...placed(at), expected: 'an address of four numbers' }];
  });
}
