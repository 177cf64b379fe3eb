import { fromLatin1, latin1 } from './bytes.ts';
import { DialogueFailure, Input, quote, send, type Dialogue, type Steps } from './conversation.ts';
import { command, demand, reply } from './replies.ts';

export interface Login {
  readonly login: string;
  readonly password: string;
}

/** keepalived's SMTP_CHECK (check_smtp.c): 220, HELO, 250, QUIT, and any answer to that. */
export function* smtpCheck(heloName: string): Dialogue {
  const input = new Input();
  const greeting = demand(yield* reply(input, 'the greeting'), 'the greeting', 220);
  demand(yield* command(input, `HELO ${heloName}`), 'HELO', 250);
  yield* send('QUIT\r\n');
  yield* input.line('the answer to QUIT');
  return { ok: true, reason: `greeted with ${quote(greeting.text)}` };
}

/** ldirectord's smtp and submission: what Perl's Net::SMTP does to connect (EHLO, or HELO for old servers). */
export function* smtpNegotiate(name: string): Dialogue {
  const input = new Input();
  const greeting = demand(yield* reply(input, 'the greeting'), 'the greeting', 2);
  const hello = yield* command(input, `EHLO ${name}`);
  if (hello.code >= 300) demand(yield* command(input, `HELO ${name}`), 'HELO', 2);
  yield* send('QUIT\r\n');
  return { ok: true, reason: `greeted with ${quote(greeting.text)}` };
}

export function* pop3({ login, password }: Login): Dialogue {
  const input = new Input();
  const greeting = yield* popAnswer(input, 'the greeting');
  if (login !== '') {
    yield* send(`USER ${login}\r\n`);
    yield* popAnswer(input, 'USER');
    yield* send(`PASS ${password}\r\n`);
    yield* popAnswer(input, 'PASS');
  }
  yield* send('QUIT\r\n');
  return { ok: true, reason: login === '' ? `greeted with ${quote(greeting)}` : `logged in as ${login}` };
}

function* popAnswer(input: Input, what: string): Steps<string> {
  const line = yield* input.line(`the answer to ${what}`);
  if (!line.startsWith('+OK')) throw new DialogueFailure(`${quote(line)} came for ${what}`);
  return line;
}

export function* imap({ login, password }: Login): Dialogue {
  const input = new Input();
  const greeting = yield* input.line('the greeting');
  if (!/^\* (OK|PREAUTH)\b/i.test(greeting)) throw new DialogueFailure(`${quote(greeting)} came for the greeting`);
  if (login !== '') {
    yield* send(`a1 LOGIN ${quoted(login)} ${quoted(password)}\r\n`);
    let line = yield* input.line('the answer to LOGIN');
    while (!line.startsWith('a1 ')) line = yield* input.line('the answer to LOGIN');
    if (!/^a1 OK\b/i.test(line)) throw new DialogueFailure(`${quote(line)} came for LOGIN`);
  }
  yield* send('a2 LOGOUT\r\n');
  return { ok: true, reason: login === '' ? `greeted with ${quote(greeting)}` : `logged in as ${login}` };
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** ldirectord's nntp: what comes first begins with 2, a whole line or not. */
export function* nntp(): Dialogue {
  const greeting = fromLatin1((yield* new Input().some()) ?? latin1(''));
  if (!greeting.startsWith('2')) throw new DialogueFailure(`${quote(greeting)} came for the greeting`);
  return { ok: true, reason: `greeted with ${quote(greeting)}` };
}
