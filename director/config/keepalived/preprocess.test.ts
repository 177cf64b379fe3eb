import { describe, expect, it } from 'vitest';
import { formatProblem } from '../problem.ts';
import { preprocess, type Surroundings } from './preprocess.ts';

const lines = (text: string, surroundings?: Surroundings) =>
  preprocess(text, '/etc/k/k.conf', surroundings)
    .lines.map((line) => line.text.trim().replaceAll(/ +/g, ' '))
    .filter((line) => line !== '');
const said = (text: string, surroundings?: Surroundings) =>
  preprocess(text, '/etc/k/k.conf', surroundings).problems.map(formatProblem);

describe("the examples of keepalived.conf(5)'s advanced configuration", () => {
  it('chooses lines by the configuration identifier', () => {
    const text = '@main a\n@backup b\n@^main c\n@^backup d\n@^backup2 e\nf';
    expect(lines(text, { configId: 'main' })).toEqual(['a', 'd', 'e', 'f']);
    expect(lines(text, { configId: 'backup' })).toEqual(['b', 'c', 'e', 'f']);
  });

  it('replaces definitions when they are used, so that they may hold each other', () => {
    const text = `$ADDRESS_BASE=10.2.\${ADDRESS_BASE_SUB}
      $ADDRESS_BASE_SUB=0
      \${ADDRESS_BASE}.100/32
      $ADDRESS_BASE_SUB=10
      \${ADDRESS_BASE}.100/32`;
    expect(lines(text)).toEqual(['10.2.0.100/32', '10.2.10.100/32']);
  });

  it('leaves unknown parameters, and knows its own', () => {
    expect(lines('a ${UNDEFINED} $OTHER\n${_PWD}/x ${_INSTANCE} ${_HASH}b${_BANG}', { configId: 'n1' })).toEqual([
      'a ${UNDEFINED} $OTHER',
      '/etc/k/x n1 #b!',
    ]);
    expect(lines('${_RANDOM 5 9}', { random: () => 0.999 })).toEqual(['9']);
  });

  it('combines definitions with conditions', () => {
    expect(lines('@main $P=240\n@backup $P=200\npriority $P', { configId: 'backup' })).toEqual(['priority 200']);
    expect(lines('$IF_MAIN=@main\n$IF_MAIN priority 240', { configId: 'main' })).toEqual(['priority 240']);
    expect(lines('$IF_MAIN=@main\n$IF_MAIN priority 240', { configId: 'x' })).toEqual([]);
  });

  it('replays definitions of several lines, which may define more', () => {
    const text =
      '$RS= \\\nreal ${N} { \\\n\n}\n \n$VS= \\\n vs ${V} { \\\n $N=1 \\\n $RS \\\n $N=2 \\\n $RS \\\n }\n$V=7\n$VS';
    expect(lines(text)).toEqual(['vs 7 {', 'real 1 {', '}', 'real 2 {', '}', '}']);
  });

  it.each([
    ['~SEQ(S, 0, 3) ip 10.0.${S}.1', ['ip 10.0.0.1', 'ip 10.0.1.1', 'ip 10.0.2.1', 'ip 10.0.3.1']],
    ['~SEQ(S, 2) $S x', ['1 x', '2 x']],
    ['~SEQx(S, 144, 16, 192) fe80::${S}', ['fe80::90', 'fe80::a0', 'fe80::b0', 'fe80::c0']],
    ['~SEQx(A, 0x2, 1, 0x3) ~SEQx(B, 0x11, -1, 0x10) ${A}:${B}', ['2:11', '2:10', '3:11', '3:10']],
    ['~LST({IP, IP1}, {10,1},{20,4}) 192.168.${IP}.${IP1}', ['192.168.10.1', '192.168.20.4']],
    ['~LST(IP, 1, 2) ~LST(IP1, 5,6) ${IP}.${IP1}', ['1.5', '1.6', '2.5', '2.6']],
  ])('repeats %s', (text, expected) => {
    expect(lines(text)).toEqual(expected);
  });
});

describe('include', () => {
  const files: Record<string, string> = {
    'a.conf': 'a\ninclude b.conf',
    'b.conf': 'b',
    'loop.conf': 'include loop.conf',
  };
  const include = (pattern: string) => (files[pattern] === undefined ? [] : [{ file: pattern, text: files[pattern] }]);

  it('puts the lines of other files between its own, each with its own place', () => {
    const { lines: found } = preprocess('x\ninclude "a.conf" # why\ny', 'k.conf', { include });
    expect(found.map(({ text, file, line }) => [text, file, line])).toEqual([
      ['x', undefined, 1],
      ['a', 'a.conf', 1],
      ['b', 'b.conf', 1],
      ['y', undefined, 3],
    ]);
  });

  it.each([
    ['include none.conf', 'warning: include: no file matches "none.conf"'],
    ['includea none.conf', 'error: includea: no file matches "none.conf"'],
    ['include loop.conf', 'error: include: "loop.conf" includes itself'],
  ])('%s is answered with: %s', (text, message) => {
    expect(said(text, { include }).join('\n')).toContain(message);
  });

  it('tells files that cannot be read', () => {
    const unreadable = () => [{ file: 'secret' }];
    expect(said('includer secret', { include: unreadable })).toEqual([
      '/etc/k/k.conf:1:1: error: includer: cannot read "secret"',
    ]);
  });
});

describe('hostile files', () => {
  it.each([
    ['a definition that holds itself', '$A=${A}x\n${A}'],
    [
      'definitions that double',
      `$A0=xxxxxxxxxx\n${Array.from({ length: 40 }, (_, i) => `$A${i + 1}=\${A${i}}\${A${i}}`).join('\n')}\n\${A40}`,
    ],
    ['a repetition of repetitions', '~SEQ(A,1,60000) ~SEQ(B,1,60000) ${A} ${B}'],
    ['many lines from few', `$M= \\\n${'x \\\n'.repeat(500)}y\n${'~SEQ(A,1,9000) $M\n'.repeat(10)}`],
  ])('%s end with a message', (_name, text) => {
    const begin = performance.now();
    expect(said(text).join('\n')).toMatch(/without an end|without measure|too much text/);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});
