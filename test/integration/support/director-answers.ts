import { readFileSync } from 'node:fs';
import { parseHaproxy } from '../../../director/config/haproxy/parse.ts';
import { formatProblem } from '../../../director/config/problem.ts';
import { ruleMakers } from '../../../director/engine/proxy/rules/compile-rules.ts';
import { ProxyBed } from '../../../director/engine/proxy/testing/proxy-bed.ts';
import type { Answered } from './haproxy-answers.ts';

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** The director's engine with the same file, and octets in place of sockets. */
export class DirectorAnswers {
  readonly #bed: ProxyBed;

  constructor(text: string, environment: Readonly<Record<string, string>>) {
    const files = {
      read: (path: string) => read(path)?.toString('utf8'),
      kind: (path: string) => (read(path) === undefined ? undefined : ('file' as const)),
    };
    const { configuration, problems } = parseHaproxy(text, 'haproxy.cfg', { environment, files });
    if (configuration === undefined)
      throw new Error(
        problems
          .filter(({ severity }) => severity === 'error')
          .map(formatProblem)
          .join('\n'),
      );
    this.#bed = new ProxyBed(
      configuration,
      ruleMakers({
        userlists: configuration.userlists,
        buffers: configuration.global.buffers,
        processId: 1,
        environmentVariable: (name) => environment[name],
        file: (path) => read(path),
        formatOf: () => undefined,
        addressesOf: () => [],
        zoneOffset: (ms) => -new Date(ms).getTimezoneOffset(),
        matchesHash: () => false,
        isLocal: () => false,
      }),
    );
    this.#bed.now = Date.now();
  }

  ask(listener: string, octets: string, answer: string): Answered {
    const bed = this.#bed;
    const opened = bed.opened.length;
    const client = bed.connect(listener);
    client.deliver(octets, bed.now);
    let server = '';
    if (bed.opened.length > opened) {
      const wire = bed.arrive();
      server = wire.takeSent();
      wire.deliver(answer, bed.now);
    }
    const sent = client.takeSent();
    if (client.state === 'open') client.end(bed.now);
    return { client: sent, server };
  }
}
