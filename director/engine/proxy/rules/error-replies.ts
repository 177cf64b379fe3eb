import type { ErrorAnswer, Proxy } from '../configuration.ts';
import type { ClosingReply } from '../runtime/verdict.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import { latin1, octetText } from '../samples/values.ts';
import { answerOf, answerOfFile } from './answer-text.ts';
import { errorPage } from './error-pages.ts';
import { type ReplyMaker, compileReply } from './reply.ts';

type Table = ReadonlyMap<number, ReplyMaker>;

/** What proxies answer to errors: `errorfile`, `errorloc`, `http-error`, or what is built in. */
export class ErrorTables {
  readonly #tables = new Map<Proxy, Table>();
  readonly #builtIn = new Map<number, ClosingReply>();

  /** Makes those of a proxy ready. */
  add(setting: Setting): void {
    const table = new Map<number, ReplyMaker>();
    this.#tables.set(setting.proxy, table);
    for (const { status, answer } of setting.proxy.errors) table.set(status, this.#compile(status, answer, setting));
  }

  /** The backend's, then the frontend's, then what is built in. */
  reply(status: number, subject: Subject): ClosingReply {
    const { stream, session } = subject;
    const make = this.#of(stream?.backend?.settings)?.get(status) ?? this.#of(session.frontend.settings)?.get(status);
    return make === undefined ? this.builtIn(status) : make(subject);
  }

  builtIn(status: number): ClosingReply {
    let reply = this.#builtIn.get(status);
    if (reply === undefined) {
      reply = answerOfFile(errorPage(status), status);
      this.#builtIn.set(status, reply);
    }
    return reply;
  }

  #of(proxy: Proxy | undefined): Table | undefined {
    return proxy === undefined ? undefined : this.#tables.get(proxy);
  }

  #compile(status: number, answer: ErrorAnswer['answer'], setting: Setting): ReplyMaker {
    switch (answer.kind) {
      case 'file': {
        const reply = fileReply(answer.path, status, setting);
        return () => reply;
      }
      case 'redirect': {
        const reply = answerOf(
          answer.code,
          answer.code === 302 ? 'Found' : 'See Other',
          [
            { name: 'cache-control', value: 'no-cache' },
            { name: 'content-length', value: '0' },
            { name: 'location', value: octetText(answer.location) },
          ],
          '',
        );
        return () => reply;
      }
      case 'reply':
        return answer.reply.body.kind === 'default'
          ? () => this.builtIn(status)
          : compileReply(answer.reply, setting, 'request', this);
    }
  }
}

/** The answer in a file; an empty path is `/dev/null`. A file that has gone meanwhile is as the built-in page. */
export function fileReply(path: string, status: number, { ports }: Setting): ClosingReply {
  if (path === '' || path === '/dev/null') return answerOfFile('', status);
  const octets = ports.file(path);
  return answerOfFile(octets === undefined ? errorPage(status) : latin1(octets), status);
}
