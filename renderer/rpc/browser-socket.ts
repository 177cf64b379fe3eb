import type { Socket } from './client.ts';

/** The browser's WebSocket in the shape that the client knows. */
export function openSocket(address: string, protocols: readonly string[]): Socket {
  const webSocket = new WebSocket(address, [...protocols]);
  const socket: Socket = {
    onopen: null,
    onmessage: null,
    onclose: null,
    send: (text) => webSocket.send(text),
    close: () => webSocket.close(),
  };
  webSocket.onopen = () => socket.onopen?.();
  webSocket.onmessage = ({ data }) => socket.onmessage?.({ data: data as unknown });
  webSocket.onclose = () => socket.onclose?.();
  return socket;
}
