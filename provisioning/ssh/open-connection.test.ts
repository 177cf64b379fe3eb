import { Duplex, PassThrough, Transform } from 'node:stream';
import type { TransformCallback } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { afterEach, describe, expect, it } from 'vitest';
import type { NodeConnection } from './connection.ts';
import { generateKeyPair, publicKeyBlob } from './keys.ts';
import { openConnection } from './open-connection.ts';

const keys = generateKeyPair('engine and node alike');
let connection: NodeConnection | undefined;
afterEach(() => connection?.close());

/** Passes bytes on, or keeps them until they are let go as one piece. */
class Gate extends Transform {
  #kept: Buffer[] | undefined;

  keep(): void {
    this.#kept ??= [];
  }

  letGo(): void {
    const piece = Buffer.concat(this.#kept ?? []);
    this.#kept = undefined;
    this.push(piece);
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#kept === undefined) this.push(piece);
    else this.#kept.push(piece);
    done();
  }
}

/** A node whose commands say "done", end with 3, and whose whole answer comes in one piece. */
async function connectToSuddenNode(): Promise<NodeConnection> {
  const toNode = new PassThrough();
  const toEngine = new Gate();
  const server = new ssh2.Server({ hostKeys: [keys.privateKey] }, (client) => {
    client.on('authentication', (context) => context.accept());
    client.on('session', (accept) => {
      accept().on('exec', (acceptCommand) => {
        toEngine.keep();
        const command = acceptCommand();
        command.write('done\n');
        command.exit(3);
        command.end();
        void delay(50).then(() => toEngine.letGo());
      });
    });
  });
  // Any stream will do, although the types ask for a socket.
  Reflect.apply(server.injectSocket.bind(server), undefined, [Duplex.from({ readable: toNode, writable: toEngine })]);
  return openConnection({
    node: 'web1',
    transport: Duplex.from({ readable: toEngine, writable: toNode }),
    privateKey: keys.privateKey,
    hostKey: publicKeyBlob(keys.publicKey),
  });
}

describe('a command whose whole answer comes in one piece', () => {
  it('has its exit status and its output', async () => {
    connection = await connectToSuddenNode();
    expect(await connection.execute('true')).toEqual({ exitCode: 3, stdout: 'done\n', stderr: '' });
  });
});
