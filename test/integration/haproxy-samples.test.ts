import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DirectorAnswers } from './support/director-answers.ts';
import { HaproxyAnswers, type Answered } from './support/haproxy-answers.ts';
import { haproxyVersion } from './support/haproxy-verdicts.ts';
import { conditionCases } from './support/samples/conditions.ts';
import { expressions } from './support/samples/expressions.ts';
import { ruleCases } from './support/samples/rules.ts';

const groups = [...expressions, ...conditionCases, ...ruleCases];
const environment = { RELEVO_TEST: 'value' };
const PROXY = 'PROXY TCP4 192.0.2.1 192.0.2.1 4711 4711\r\n';

const folder = mkdtempSync(join(tmpdir(), 'relevo-samples-'));
const files: Readonly<Record<string, string>> = {
  PATTERNS: '/Dir/sub.d/Page.HTML\nwww.example.org\n',
  NETWORKS: '# a comment\n192.0.2.0/24\n',
  ERROR: 'HTTP/1.1 418 Teapot\r\nX-File: yes\r\nContent-Length: 4\r\n\r\nfile',
  LENGTHLESS: 'HTTP/1.0 418 Teapot\r\nX-File: yes\r\nContent-Type: text/plain\r\n\r\nfile',
  TEXT: 'a text with %[path]\n',
};

function fileText(serverSocket: string, bind: (index: number) => string): string {
  const listens = groups.flatMap(({ lines }, index) => [
    `listen f${index}`,
    `bind ${bind(index)} accept-proxy`,
    ...lines.map((line) => line.replaceAll(/@([A-Z]+)@/g, (_, name: string) => join(folder, name))),
    `server only unix@${serverSocket}`,
  ]);
  return `global
userlist people
user user1 insecure-password pa$$word groups admins
user user2 insecure-password x groups staff
group admins
group staff
userlist strangers
user other insecure-password y
defaults
mode http
timeout client 5s
timeout server 5s
timeout connect 1s
retries 0
backend pair
server one 192.0.2.9:80
server two 192.0.2.9:81 weight 3
backend limited
server one 192.0.2.9:80 maxconn 5 maxqueue 7
${listens.join('\n')}
`;
}

/** A line each, with what was asked in place of `x-0`, so that a difference shows itself. */
function readable({ client, server }: Answered, labels: readonly string[] = []): string[] {
  const lines = [...client.split('\r\n'), '--', ...server.split('\r\n')];
  return lines.map((line) =>
    line.replace(/^x-(\d+): /, (name, index: string) => `${labels[Number(index)] ?? name} = `),
  );
}

describe.skipIf(haproxyVersion() === undefined)('samples, conditions and rules', () => {
  const oracle = new HaproxyAnswers(folder);
  let director: DirectorAnswers;

  beforeAll(async () => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const text = fileText(oracle.serverSocket, (index) => oracle.socket(index));
    director = new DirectorAnswers(text, environment);
    await oracle.start(text, groups.length, environment);
  }, 60_000);

  afterAll(async () => {
    await oracle.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(groups.map((group, index) => ({ ...group, index })))(
    '$name',
    async ({ request, answer = '', index, labels }) => {
      const theirs = await oracle.ask(index, PROXY + request, answer);
      const ours = director.ask(`f${index}`, request, answer);
      expect(readable(ours, labels)).toEqual(readable(theirs, labels));
    },
    20_000,
  );
});
