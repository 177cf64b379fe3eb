import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { CheckConfiguration } from '../../engine/checks/configuration.ts';
import { conversationOf, dialogueOf, type DialogueCheck } from '../../engine/checks/dialogues/index.ts';
import type { CheckResult } from '../../engine/checks/result.ts';
import { startFile } from './file-attempt.ts';
import { startPing } from './ping-attempt.ts';
import { startProgram } from './program-attempt.ts';
import { startStream } from './stream-attempt.ts';
import { startDatagram } from './datagram-attempt.ts';

/** An attempt under way. */
export interface Attempt {
  /** Gives back all that it holds; no result comes after it. `now`: a program is killed rather than asked to end. */
  abort(now?: boolean): void;
}

export type Finish = (result: CheckResult) => void;

/** Looks once. `finish` is called at most once, and never before this function has returned. */
export function startAttempt(check: CheckConfiguration, finish: Finish): Attempt {
  let over = false;
  const once: Finish = (result) => {
    if (over) return;
    over = true;
    finish(result);
  };
  const attempt = begin(check, (result) => setImmediate(once, result));
  return {
    abort: (now) => {
      over = true;
      attempt.abort(now);
    },
  };
}

function begin(check: CheckConfiguration, finish: Finish): Attempt {
  const found = dialogueOf(check, (size) => randomBytes(size), hostname());
  if (found && 'address' in check) return beginDialogue(found, check, finish);
  switch (check.kind) {
    case 'PING_CHECK':
      return startPing(check, finish);
    case 'FILE_CHECK':
      return startFile(check, finish);
    case 'MISC_CHECK':
    case 'LOAD':
    case 'SEND_EXPECT':
      return startProgram(check, finish);
    default:
      // FIXED does not come here; what is left is ldirectord's service `none`.
      finish({ ok: true, reason: 'nothing is looked at' });
      return { abort: () => undefined };
  }
}

function beginDialogue(
  { transport, dialogue }: DialogueCheck,
  check: Extract<CheckConfiguration, { address: string }>,
  finish: Finish,
): Attempt {
  const conversation = conversationOf(dialogue);
  if (transport === 'udp') return startDatagram(check, conversation, finish);
  const serverName = check.kind === 'SSL_GET' ? check.serverName : undefined;
  return startStream(check, { tls: transport === 'tls', serverName, conversation }, finish);
}
