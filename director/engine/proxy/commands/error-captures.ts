import { logDate } from '../formats/dates.ts';

/** A message that could not be understood, as it lay there. */
export interface CapturedError {
  readonly kind: 'request' | 'response';
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly proxy: { readonly name: string; readonly id: number };
  readonly other: { readonly name: string; readonly id: number } | undefined;
  readonly server: { readonly name: string; readonly id: number } | undefined;
  readonly source: string;
  readonly octets: Uint8Array;
  /** Of the octet that was refused. */
  readonly position: number;
}

/** The last request and the last response of each proxy that could not be understood (`show errors`). */
export class ErrorCaptures {
  total = 0;
  readonly #last = new Map<string, { readonly error: CapturedError; readonly number: number }>();

  /** Octets are copied. */
  add(error: CapturedError): void {
    const octets = error.octets.slice();
    this.#last.set(`${error.kind} ${error.proxy.name}`, { error: { ...error, octets }, number: this.total });
    this.total++;
  }

  /** Of these proxies; `kind`: only requests, or only responses. */
  captured(proxies: readonly string[], kind: string | undefined, zoneOffset: (ms: number) => number): string {
    const kinds = kind === 'request' || kind === 'response' ? [kind] : (['request', 'response'] as const);
    return proxies
      .flatMap((name) => kinds.map((one) => this.#last.get(`${one} ${name}`)))
      .map((found) => (found === undefined ? '' : text(found.error, found.number, zoneOffset)))
      .join('');
  }
}

const named = (one: { readonly name: string; readonly id: number } | undefined): string =>
  one === undefined ? '<NONE> (#-1)' : `${one.name} (#${one.id})`;

function text(error: CapturedError, number: number, zoneOffset: (ms: number) => number): string {
  const { kind, at, proxy, other, server, source, octets, position } = error;
  const invalid =
    kind === 'request'
      ? `frontend ${named(proxy)}: invalid request\n  backend ${named(other)}`
      : `backend ${named(proxy)}: invalid response\n  frontend ${named(other)}`;
  return (
    ` \n[${logDate(at, zoneOffset(at))}] ${invalid}, server ${named(server)}, event #${number}, src ${source}\n` +
    `  len ${octets.length}, error at position ${position}\n  \n${dump(octets)}`
  );
}

const escapes: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 27: '\\e', 92: '\\\\' };

const shownOctet = (octet: number): string =>
  escapes[octet] ??
  (octet >= 32 && octet < 127 ? String.fromCharCode(octet) : `\\x${octet.toString(16).padStart(2, '0')}`);

const WIDTH = 70;

/** Lines of the message, each with the place of its first octet; `+` goes on with the line before. */
function dump(octets: Uint8Array): string {
  let lines = '';
  let line = '';
  let from = 0;
  let goesOn = false;
  for (const [at, octet] of octets.entries()) {
    line += shownOctet(octet);
    const ends = octet === 10 || at === octets.length - 1;
    if (!ends && line.length < WIDTH) continue;
    lines += `  ${String(from).padStart(5, '0')}${goesOn ? '+' : ' '} ${line}\n`;
    line = '';
    from = at + 1;
    goesOn = !ends;
  }
  return lines;
}
