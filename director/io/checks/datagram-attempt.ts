import { createSocket, type Socket } from 'node:dgram';
import type { CheckTarget } from '../../engine/checks/configuration.ts';
import type { Conversation, ConversationEvent } from '../../engine/checks/dialogues/index.ts';
import { close } from '../libc.ts';
import type { Attempt, Finish } from './attempt.ts';
import { boundSocket, familyOf, reasonOf, SOCK_DGRAM } from './target.ts';

/** A dialogue over a connected UDP socket, which is how an ICMP error comes back to us. */
export function startDatagram(target: CheckTarget, conversation: Conversation, finish: Finish): Attempt {
  const socket = createSocket(familyOf(target.address) === 4 ? 'udp4' : 'udp6');
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    socket.close();
  };
  const fail = (error: unknown): void => {
    if (over) return;
    end();
    finish({ ok: false, reason: icmpReason(error) });
  };
  const handle = (event: ConversationEvent): void => {
    for (const action of over ? [] : conversation.handle(event)) {
      if (action.type === 'send') socket.send(action.bytes, (error) => (error ? fail(error) : undefined));
      if (action.type !== 'verdict') continue;
      end();
      finish(action.result);
    }
  };
  socket.on('error', fail);
  socket.on('message', (bytes) => handle({ type: 'data', channel: 'main', bytes }));
  socket.on('connect', () => handle({ type: 'connected', channel: 'main' }));
  bindAndConnect(socket, target, fail);
  return { abort: end };
}

function bindAndConnect(socket: Socket, target: CheckTarget, fail: (error: unknown) => void): void {
  const { address, port, bindAddress, bindPort, bindInterface } = target;
  const connect = (): void => socket.connect(port, address);
  if (bindInterface === undefined) {
    socket.bind({ port: bindPort ?? 0, ...(bindAddress === undefined ? {} : { address: bindAddress }) }, connect);
    return;
  }
  let fd: number | undefined;
  try {
    fd = boundSocket(target, SOCK_DGRAM);
    socket.bind({ fd }, connect);
  } catch (error) {
    if (fd !== undefined) close(fd);
    fail(error);
  }
}

function icmpReason(error: unknown): string {
  const reason = reasonOf(error);
  return reason === 'connection refused' ? 'port unreachable (ICMP)' : reason;
}
