import { isIpv4 } from '../values.ts';
import { parseAddress } from '../../engine/address.ts';

/** What is wrong with an argument list, and where in the text. */
export class ArgumentError extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

export interface ArgumentList {
  readonly values: readonly (string | number)[];
  /** Where the text goes on. */
  readonly end: number;
}

interface Parameter {
  readonly type: string;
  readonly optional: boolean;
}

function parametersOf(signature: string): Parameter[] {
  if (signature === '') return [];
  return signature.split(',').map((one) => ({ type: one.replace('?', ''), optional: one.endsWith('?') }));
}

/**
 * `(a,"b c",3)` behind a keyword, as section 2.4 of the manual has it: quotes of its own, a backslash before blanks, quotes
 * and itself. `signature` as in engine/proxy/samples.ts. No parentheses at all are an empty first argument where one must
 * be there. Throws ArgumentError.
 */
export function parseArguments(text: string, start: number, signature: string): ArgumentList {
  const parameters = parametersOf(signature);
  const needed = parameters.filter(({ optional }) => !optional).length;
  if (text[start] !== '(') return { values: absent(start, parameters.slice(0, needed)), end: start };
  const values: (string | number)[] = [];
  let at = start + 1;
  for (const parameter of parameters) {
    const { argument, end } = readArgument(text, at);
    if (argument === '' && !takesEmpty(parameter.type)) break;
    values.push(convert(argument, parameter.type, at));
    at = end;
    if (text[at] !== ',' || values.length === parameters.length) break;
    at++;
  }
  if (values.length < needed)
    throw new ArgumentError(at, `an argument of type ${parameters[values.length]?.type ?? ''} is missing`);
  if (text[at] !== ')') throw new ArgumentError(at, 'a closing parenthesis is missing');
  return { values, end: at + 1 };
}

/** What is not there may still be a name that is empty, which stands for the proxy itself. */
function absent(start: number, [first, second]: readonly Parameter[]): string[] {
  if (!first) return [];
  if (second || !takesEmpty(first.type)) throw new ArgumentError(start, `an argument of type ${first.type} is missing`);
  return [''];
}

const takesEmpty = (type: string): boolean => !['int', 'ipv4', 'ipv6', 'mask4', 'mask6'].includes(type);

const argumentEscapes: Readonly<Record<string, string>> = {
  ...{ '\\': '\\', ' ': ' ', '"': '"', "'": "'" },
  ...{ r: '\r', n: '\n', t: '\t' },
};

/** Up to a comma or a closing parenthesis outside quotes. */
function readArgument(text: string, start: number): { argument: string; end: number } {
  let argument = '';
  let quote = '';
  let at = start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    const escaped = argumentEscapes[text.charAt(at + 1)];
    if (isQuote(character, quote)) quote = quote === '' ? character : '';
    else if (character === '\\' && quote !== "'" && escaped !== undefined) {
      argument += escaped;
      at++;
    } else if (quote === '' && (character === ',' || character === ')')) break;
    else argument += character;
  }
  return { argument, end: at };
}

const isQuote = (character: string, open: string): boolean =>
  open === '' ? character === '"' || character === "'" : character === open;

function convert(argument: string, type: string, at: number): string | number {
  switch (type) {
    case 'int': {
      if (!/^-?\d+$/.test(argument)) throw new ArgumentError(at, `"${argument}" is not a number`);
      // What is beyond a number's precision is exact as text.
      return Number.isSafeInteger(Number(argument)) ? Number(argument) : argument;
    }
    case 'ipv4':
      if (!isIpv4(argument)) throw new ArgumentError(at, `"${argument}" is not an IPv4 address`);
      return argument;
    case 'ipv6':
      if (!argument.includes(':') || !parseAddress(argument))
        throw new ArgumentError(at, `"${argument}" is not an IPv6 address`);
      return argument;
    case 'mask4':
      if (!isIpv4(argument) && !isPrefix(argument, 32)) throw new ArgumentError(at, `"${argument}" is not a mask`);
      return argument;
    case 'mask6':
      if (!isPrefix(argument, 128) && !parseAddress(argument))
        throw new ArgumentError(at, `"${argument}" is not a mask`);
      return argument;
    default:
      return argument;
  }
}

const isPrefix = (text: string, max: number): boolean => /^\d+$/.test(text) && Number(text) <= max;
