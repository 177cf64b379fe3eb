import type { RpcEvent } from '../../contract/index.ts';

/** One connected client, as handlers and sessions see it. */
export interface RpcClient {
  readonly id: number;
  readonly connected: boolean;
  /** Labs whose events it wants. */
  readonly labs: Set<string>;
  /** Whether it wants `labs` events. */
  wantsLabs: boolean;
  send(event: RpcEvent): void;
  /** Bytes that wait to be sent: a measure of how slow the client is. */
  readonly buffered: number;
  /** Called once when so much has been sent that there is room again. */
  onceDrained(listener: () => void): void;
}
