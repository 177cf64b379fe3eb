import { createServer, type Socket } from 'node:net';
import {
  request,
  requestConnections,
  requestExecution,
  requestTable,
  watchLines,
} from '../../../director/cli/admin-client.ts';
import { runIpvsadmOn } from '../../../director/cli/ipvsadm/program.ts';
import { surroundings } from '../ours/command-line.ts';
import type { Answer, Question } from './questions.ts';

// Runs inside the guest beside the director: starting `director ipvsadm` anew takes an emulated processor seconds.
// A connection brings one line, an array of questions, and gets one line, an array of answers.
const port = Number(process.argv[2]);

async function answer(question: Question): Promise<Answer> {
  try {
    return { value: await valueOf(question) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

async function valueOf(question: Question): Promise<unknown> {
  if ('method' in question) return request(question.method, question.input as never);
  if ('watch' in question) return watch(question.watch);
  const access = { table: requestTable, connections: requestConnections, execute: requestExecution };
  const { exitCode, stdout, stderr } = await runIpvsadmOn(question.ipvsadm, access, {
    ...surroundings,
    input: () => Promise.resolve(question.input ?? ''),
  });
  return { code: exitCode, stdout, stderr };
}

/** So many milliseconds of the director's events. */
async function watch(milliseconds: number): Promise<unknown[]> {
  const events: unknown[] = [];
  const lines = watchLines({});
  const end = Date.now() + milliseconds;
  for (;;) {
    const rest = new Promise<undefined>((resolve) => setTimeout(resolve, Math.max(end - Date.now(), 0), undefined));
    const next = await Promise.race([lines.next(), rest]);
    if (next?.done !== false) return events;
    events.push(JSON.parse(next.value));
  }
}

async function answers(questions: readonly Question[]): Promise<string> {
  const found: Answer[] = [];
  for (const question of questions) found.push(await answer(question));
  return `${JSON.stringify(found)}\n`;
}

/** The other side closes its half when it has asked. */
function serve(socket: Socket): void {
  const pieces: Buffer[] = [];
  socket.on('data', (piece) => pieces.push(piece));
  socket.on('end', () => {
    const questions = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Question[];
    void answers(questions).then((line) => socket.end(line));
  });
}

createServer({ allowHalfOpen: true }, serve).listen(port, '127.0.0.1');
