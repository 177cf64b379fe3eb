import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/**
 * Listens to the engine of a state directory and notes when each step of an operation began and ended. The engine must run.
 * Returns `take`, which answers with what was noted since the last call, and `close`.
 */
export async function followSteps(state) {
  const { port, token } = JSON.parse(await readFile(join(state, 'engine.json'), 'utf8'));
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, ['relevo', `token.${token}`]);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let steps = new Map();
  const followed = new Set();
  const call = (id, method, params) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  const note = (list) => list?.forEach((step) => steps.set(step.step, { ...steps.get(step.step), ...step }));

  const listeners = {
    labs({ labs }) {
      const names = new Set(labs.map(({ lab }) => lab));
      for (const lab of names) if (!followed.has(lab)) call(2, 'subscribe.lab', { lab });
      followed.clear();
      for (const lab of names) followed.add(lab);
    },
    'lab-snapshot': ({ status }) => note(status.operation?.steps),
    'operation-started': ({ operation }) => note(operation.steps),
    'operation-progress': (event) => note(event.steps),
  };
  socket.on('message', (data) => {
    const { method, params } = JSON.parse(data.toString());
    if (method === 'event') listeners[params.event]?.(params.payload);
  });
  call(1, 'subscribe.labs', {});
  return {
    take() {
      const taken = [...steps.values()];
      steps = new Map();
      return taken;
    },
    close: () => socket.close(),
  };
}
