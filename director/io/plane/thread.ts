import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import type { PlaneNews, PlaneRequest, PlaneThreadData } from './messages.ts';
import { PlaneLoop } from './plane-loop.ts';

/** The packet thread: a loop that never returns to Node's own, until it is told to stop. */
export function runThread(data: unknown): void {
  const port = parentPort;
  if (port === null) throw new Error('The packet plane runs in a thread of its own');
  const tell = (news: PlaneNews): void => port.postMessage(news);
  const loop = new PlaneLoop(data as PlaneThreadData, tell, () => nextRequest(port));
  tell({ type: 'ready', table: loop.snapshot() });
  try {
    loop.run();
  } finally {
    loop.close();
    tell({ type: 'stopped' });
  }
  port.close();
}

/** Messages are fetched, not awaited: there is no event loop that could deliver them. */
function nextRequest(port: MessagePort): PlaneRequest | undefined {
  return (receiveMessageOnPort(port) as { message: PlaneRequest } | undefined)?.message;
}
