import { nearestWord } from '../nearest-word.ts';
import { shown } from '../reader.ts';
import { warner, type Context } from './context.ts';
import { hasBack, hasFront, type Draft } from './drafts.ts';
import { LineError, type Line } from './line.ts';
import { timeArgument } from './quantities.ts';

const timeouts: Readonly<Record<string, { key: keyof Draft['timeouts']; side: 'front' | 'back' | 'both' }>> = {
  client: { key: 'clientMs', side: 'front' },
  'client-fin': { key: 'clientFinMs', side: 'front' },
  tarpit: { key: 'tarpitMs', side: 'both' },
  'http-keep-alive': { key: 'httpKeepAliveMs', side: 'both' },
  'http-request': { key: 'httpRequestMs', side: 'both' },
  server: { key: 'serverMs', side: 'back' },
  'server-fin': { key: 'serverFinMs', side: 'back' },
  connect: { key: 'connectMs', side: 'back' },
  check: { key: 'checkMs', side: 'back' },
  queue: { key: 'queueMs', side: 'back' },
  tunnel: { key: 'tunnelMs', side: 'back' },
};

/** Section 4.2 `timeout`; 0 is none at all. Throws LineError. */
export function readTimeout(line: Line, draft: Draft, context: Context): void {
  const expected = Object.keys(timeouts).join(', ');
  const word = line.take(expected);
  const timeout = Object.hasOwn(timeouts, word.text) ? timeouts[word.text] : undefined;
  if (!timeout) {
    const nearest = nearestWord(word.text, Object.keys(timeouts));
    const details = nearest === undefined ? { expected } : { expected, nearest };
    throw new LineError(word, `unknown timeout "${shown(word.text)}"`, details);
  }
  const value = timeArgument(line, 'ms', warner(context));
  line.end();
  const { key, side } = timeout;
  const fits = side === 'both' || (side === 'front' ? hasFront(draft) : hasBack(draft));
  if (!fits) context.reader.warn(word, `"timeout ${word.text}" is ignored in a ${draft.kind}`);
  else if (draft.timeouts[key] !== draft.parent?.timeouts[key])
    context.reader.warn(word, `"timeout ${word.text}" takes the place of the one before it`);
  draft.timeouts = { ...draft.timeouts, [key]: value };
  if (value === 0) draft.timeouts = without(draft.timeouts, key);
}

function without(timeouts: Draft['timeouts'], key: keyof Draft['timeouts']): Draft['timeouts'] {
  return Object.fromEntries(Object.entries(timeouts).filter(([name]) => name !== key));
}
