import type { CheckResult } from '../result.ts';
import { fromLatin1, latin1, type Bytes } from './bytes.ts';
import { conversationOf, type Conversation, type Channel, type Destination, type Dialogue } from './conversation.ts';

/** For tests: what the peer says, or does, in turn. A text or bytes is data, `closed` the end; a RegExp must match what we sent since the last line. */
export type Line = string | Bytes | RegExp | { readonly on: Channel; readonly say: string };

/** Plays a script against a dialogue. `cut` breaks all data into pieces of so many bytes. */
export function play(
  dialogue: Dialogue,
  script: readonly Line[],
  cut = Infinity,
): { result?: CheckResult; sent: string[]; destinations: Destination[] } {
  const conversation = conversationOf(dialogue);
  const sent: string[] = [];
  const destinations: Destination[] = [];
  let pending = '';
  let result: CheckResult | undefined;
  const feed = (event: Parameters<Conversation['handle']>[0]): void => {
    for (const action of conversation.handle(event)) {
      if (action.type === 'send') pending += fromLatin1(action.bytes);
      else if (action.type === 'verdict') result = action.result;
      else sent.push(action.type);
      if (action.type === 'reconnect' && action.to) destinations.push(action.to);
      if (action.type === 'reconnect') feed({ type: 'connected', channel: 'main' });
      if (action.type === 'open') feed({ type: 'connected', channel: 'side' });
    }
  };
  const say = (channel: Channel, what: string | Bytes): void => {
    if (what === 'closed') {
      feed({ type: 'closed', channel });
      return;
    }
    const bytes = typeof what === 'string' ? latin1(what) : what;
    for (let at = 0; at < bytes.length; at += cut)
      feed({ type: 'data', channel, bytes: bytes.subarray(at, Math.min(at + cut, bytes.length)) });
  };
  feed({ type: 'connected', channel: 'main' });
  for (const line of script) {
    if (line instanceof RegExp) {
      if (!line.test(pending))
        throw new Error(`${JSON.stringify(pending)} was sent, where ${String(line)} was expected`);
      sent.push(pending);
      pending = '';
    } else if (typeof line === 'object' && 'on' in line) say(line.on, line.say);
    else say('main', line);
  }
  if (pending !== '') sent.push(pending);
  return { ...(result === undefined ? {} : { result }), sent, destinations };
}
