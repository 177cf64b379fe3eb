import { fromLatin1 } from './bytes.ts';
import { DialogueFailure, Input, quote, type Dialogue, type Steps } from './conversation.ts';
import { matches } from './pattern.ts';
import { command, demand, reply } from './replies.ts';

export interface FtpRequest {
  /** Empty or `/`: a login is enough. */
  readonly file: string;
  readonly receive: string;
  readonly login: string;
  readonly password: string;
}

/**
 * ldirectord's ftp: log in, change to `/`, fetch a file in a passive transfer, look at what is in it. EPSV (RFC 2428) is what works over
 * both families; PASV is asked for where the server does not know it, and of its answer only the port counts.
 */
export function* ftp({ file, receive, login, password }: FtpRequest): Dialogue {
  const input = new Input();
  demand(yield* reply(input, 'the greeting'), 'the greeting', 220);
  const user = login === '' ? 'anonymous' : login;
  const asked = demand(yield* command(input, `USER ${user}`), 'USER', 230, 331);
  if (asked.code === 331) demand(yield* command(input, `PASS ${password}`, 'PASS'), 'PASS', 2);
  const wantsFile = file !== '' && file !== '/';
  const content = wantsFile ? yield* fetchFile(input, file) : '';
  if (!matches(content, receive)) {
    const seen = wantsFile ? `${file} has ${quote(content)}` : 'there is no file to look at';
    return { ok: false, reason: `${seen}, which does not match ${receive}` };
  }
  yield* command(input, 'QUIT');
  return { ok: true, reason: wantsFile ? `${file} has ${quote(content)}` : `logged in as ${user}` };
}

function* fetchFile(input: Input, file: string): Steps<string> {
  // Whether the server wants to hear these is its own affair: what counts is the file.
  yield* command(input, 'CWD /');
  yield* command(input, 'TYPE I');
  yield { type: 'open', port: yield* passivePort(input) };
  demand(yield* command(input, `RETR ${file}`), `RETR ${file}`, 1);
  const content = fromLatin1(yield* new Input('side').rest());
  demand(yield* reply(input, 'the end of the transfer'), 'the end of the transfer', 2);
  return content;
}

function* passivePort(input: Input): Steps<number> {
  const extended = yield* command(input, 'EPSV');
  const [, port] = /\((.)\1\1(\d+)\1\)/.exec(extended.text)?.slice(1) ?? [];
  if (extended.code === 229 && port !== undefined) return Number(port);
  const passive = demand(yield* command(input, 'PASV'), 'PASV', 227);
  const numbers = /(\d+),(\d+),(\d+),(\d+),(\d+),(\d+)/.exec(passive.text);
  if (!numbers) throw new DialogueFailure(`${quote(passive.text)} came for PASV`);
  return Number(numbers[5]) * 256 + Number(numbers[6]);
}
