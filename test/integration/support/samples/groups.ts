/** Several things asked of one exchange. */
export interface Group {
  readonly name: string;
  /** As the client sends it. */
  readonly request: string;
  /** What the server answers; absent: the proxy answers by itself. */
  readonly answer?: string;
  /** Lines of the proxy. */
  readonly lines: readonly string[];
  /** What the headers `x-0`, `x-1`… are the values of. */
  readonly labels?: readonly string[];
}

const chunked = <Item>(items: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));

/** As many as one answer has room for. */
const AT_ONCE = 20;

/** Each expression in a header of an answer of the proxy's own, and whether there was a sample at all. */
export function expressionGroups(name: string, request: string, expressions: readonly string[]): Group[] {
  return chunked(expressions, AT_ONCE).map((some, part) => ({
    name: `${name} ${part}`,
    request,
    labels: some,
    lines: [
      ...some.map((one, index) => `http-request set-var(txn.f${index}) bool(true) if { ${one} -m found }`),
      [
        'http-request return status 200',
        ...some.map((one, index) => `hdr x-${index} "[%[${one}]]%[var(txn.f${index})]"`),
      ].join(' '),
    ],
  }));
}

/** The same in the headers of a server's answer. */
export function answerGroups(name: string, request: string, answer: string, expressions: readonly string[]): Group[] {
  return chunked(expressions, AT_ONCE).map((some, part) => ({
    name: `${name} ${part}`,
    request,
    answer,
    labels: some,
    lines: [
      ...some.map((one, index) => `http-response set-var(txn.f${index}) bool(true) if { ${one} -m found }`),
      ...some.map((one, index) => `http-after-response set-header x-${index} "[%[${one}]]%[var(txn.f${index})]"`),
    ],
  }));
}

/** Whether conditions hold: one sign each. */
export function conditionGroups(name: string, request: string, conditions: readonly string[]): Group[] {
  return chunked(conditions, AT_ONCE).map((some, part) => ({
    name: `${name} ${part}`,
    request,
    labels: some,
    lines: [
      ...some.map((one, index) => `http-request set-var(txn.c${index}) bool(true) if ${one}`),
      `http-request return status 200 ${some.map((_, index) => `hdr x-${index} "%[var(txn.c${index})]"`).join(' ')}`,
    ],
  }));
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Server: one, two\r\n\r\nok';

/** Rules as they are, in front of a server. */
export function ruleGroup(name: string, lines: readonly string[], request: string, answer = OK): Group {
  return { name, lines, request, answer };
}
