import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sectionNames = ['global', 'frontend', 'backend', 'defaults', 'listen', 'userlist'] as const;
export type SectionName = (typeof sectionNames)[number];

export interface OracleCase {
  /** Section and line. */
  readonly name: string;
  readonly text: string;
  /** Who alone takes it, on purpose; absent: both or nobody. */
  readonly only?: 'haproxy' | 'director';
  /** Of the line in question, and of the section that it is in: HAProxy names that where it looks at the end only. */
  readonly lines: readonly number[];
}

export interface Verdict {
  readonly accepts: boolean;
  /** 1-based; empty where the program names none. */
  readonly lines: readonly number[];
  readonly output: string;
}

/** Writes what the corpus names into a folder. */
export function prepareFiles(folder: string, site: { certificate: string; key: string }): Record<string, string> {
  const certificates = join(folder, 'certificates');
  mkdirSync(certificates, { recursive: true });
  const files = {
    PEM: join(certificates, 'site.pem'),
    DIR: certificates,
    PATTERNS: join(folder, 'networks.lst'),
    WORDS: join(folder, 'words.lst'),
    HTTP: join(folder, 'answer.http'),
  };
  writeFileSync(files.PEM, readFileSync(site.certificate, 'utf8') + readFileSync(site.key, 'utf8'));
  writeFileSync(files.PATTERNS, '# networks\n10.0.0.0/8\n\n  192.168.1.1\n');
  writeFileSync(files.WORDS, '/a\n/b\n');
  writeFileSync(files.HTTP, 'HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/html\r\n\r\n<html></html>\n');
  return files;
}

const sections: readonly { readonly name: SectionName | 'fixed'; readonly lines: readonly string[] }[] = [
  { name: 'global', lines: ['global'] },
  {
    name: 'userlist',
    lines: ['userlist people', 'user u1 insecure-password x', 'group admins users u1', 'group staff'],
  },
  {
    name: 'defaults',
    lines: ['defaults', 'mode http', 'timeout client 5s', 'timeout server 5s', 'timeout connect 5s'],
  },
  { name: 'frontend', lines: ['frontend front', 'bind 127.0.0.1:8000', 'default_backend back'] },
  { name: 'listen', lines: ['listen both', 'bind 127.0.0.1:8004', 'server s0 127.0.0.1:80'] },
  { name: 'backend', lines: ['backend other', 'server s0 127.0.0.1:80'] },
  {
    name: 'fixed',
    lines: [
      ...['backend back', 'server s0 127.0.0.1:80', 'server s1 127.0.0.1:80 check'],
      ...['backend tables', 'stick-table type ip size 1k store conn_rate(10s),gpc0,conn_cur'],
      ...['backend strings', 'stick-table type string len 32 size 1k'],
      ...['backend tcpback', 'mode tcp', 'server s0 127.0.0.1:80'],
    ],
  },
];

/** A whole file with more lines in some of its sections. */
function fileWith(added: Readonly<Partial<Record<string, readonly string[]>>>): string {
  return `${sections.flatMap(({ name, lines }) => [...lines, ...(added[name] ?? [])]).join('\n')}\n`;
}

/** The added line's number, and those of the section's own lines. */
function placesIn(section: SectionName): number[] {
  const at = sections.findIndex(({ name }) => name === section);
  const before = sections.slice(0, at).reduce((sum, { lines }) => sum + lines.length, 0);
  const own = sections[at]?.lines.length ?? 0;
  return [before + own + 1, ...Array.from({ length: own }, (_, index) => before + index + 1)];
}

const takers: Readonly<Record<string, 'haproxy' | 'director'>> = { '~': 'haproxy', '+': 'director' };

/**
 * The lines of `haproxy-corpus/SECTION.txt`. One that begins with `~ ` is one on which both differ on purpose: HAProxy
 * takes it, and we refuse it; one with `+ ` is the other way round (docs/director/differences.md).
 */
export function linesOf(section: SectionName): { line: string; only: OracleCase['only'] }[] {
  return readFileSync(new URL(`haproxy-corpus/${section}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ line: line.replace(/^[~+] /, ''), only: takers[/^[~+](?= )/.exec(line)?.[0] ?? ''] }));
}

const filled = (line: string, files: Readonly<Record<string, string>>): string =>
  line.replaceAll(/@([A-Z]+)@/g, (all, name: string) => files[name] ?? all);

/** Every line of the corpus in a file of its own. */
export function lineCases(files: Readonly<Record<string, string>>): OracleCase[] {
  return sectionNames.flatMap((section) =>
    linesOf(section).map(({ line, only }) => ({
      name: `${section}: ${line}`,
      text: fileWith({ [section]: [filled(line, files)] }),
      lines: placesIn(section),
      ...(only === undefined ? {} : { only }),
    })),
  );
}

/** The same words in other quotes, with other blanks, behind a condition or with a comment. */
const disguises: readonly ((line: string) => readonly string[])[] = [
  (line) => [line],
  (line) => [`\t  ${line}   # a comment`],
  (line) => [line.replace(/^(\S+) +([\w.:-]+)(?= |$)/, '$1   "$2"')],
  (line) => [line.replace(/^(\S+) +([\w.:-]+)(?= |$)/, "$1 '$2'")],
  (line) => [line.replace(/^(\S)/, String.raw`"$1"`)],
  (line) => [line.replace(/^(\S+) +([\w.:-]+)(?= |$)/, '$1 "${NOT_THERE-$2}"')],
  (line) => ['.if 1 && !streq(a,b)', line, '.else', 'nonsense', '.endif'],
  (line) => ['.if defined(NOT_THERE)', 'nonsense', '.elif version_atleast(2.6) || 0', line, '.endif'],
  (line) => ['.if 0', line, '.endif'],
  (line) => ['.if (', line, '.endif'],
  (line) => [`${line} "`],
];

/** Files with up to four lines of the corpus, each in some disguise. `random` gives numbers from 0 up to 1. */
export function combinedCases(
  files: Readonly<Record<string, string>>,
  count: number,
  random: () => number,
): OracleCase[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const plain = new Map(sectionNames.map((name) => [name, linesOf(name).filter(({ only }) => only === undefined)]));
  return Array.from({ length: count }, (_, index) => {
    const added: Partial<Record<string, string[]>> = {};
    for (let left = 1 + Math.floor(random() * 4); left > 0; left--) {
      const section = pick(sectionNames);
      const line = filled(pick(plain.get(section) ?? []).line, files);
      added[section] = [...(added[section] ?? []), ...pick(disguises)(line)];
    }
    return { name: `${index}: ${JSON.stringify(added)}`, text: fileWith(added), lines: [] };
  });
}

/** `haproxy -c -f`: what it makes of a file. */
export async function askHaproxy(file: string): Promise<Verdict> {
  return new Promise((resolve) => {
    execFile('haproxy', ['-c', '-f', file], { timeout: 20_000 }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`;
      const alerts = output.split('\n').filter((line) => line.includes('[ALERT]'));
      const lines = alerts.flatMap((line) => /\[[^\]]*:(\d+)\]/.exec(line)?.[1] ?? []).map(Number);
      resolve({ accepts: error === null, lines, output });
    });
  });
}
