import type { HttpAfterResponseAction, HttpRequestAction, HttpResponseAction } from '../rules.ts';
import { inRequest, inResponse } from '../formats/log-format.ts';
import { PASS, type Verdict } from '../runtime/verdict.ts';
import { textOf } from '../samples/cast.ts';
import { compileSample } from '../samples/compile.ts';
import type { SampleExpression } from '../expressions.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import { octetText } from '../samples/values.ts';
import { withField } from './answer-text.ts';
import { type Act, compileAddress, compileCommon, doing, isAddressAction, numberOf } from './common-actions.ts';
import type { ErrorTables } from './error-replies.ts';
import { type RewrittenSide, compileHeaderAction } from './header-actions.ts';
import { compileRedirect } from './redirect.ts';
import { compileReply } from './reply.ts';
import { reasonOf } from './reasons.ts';
import { failedRewrite } from './rewriting.ts';
import { compileTargetAction, isTargetAction } from './target-actions.ts';

/** Actions that are more than one rule, or that wait, are made elsewhere. */
export type PlainRequestAction = Exclude<HttpRequestAction, { readonly action: 'wait-for-body' | 'early-hint' }>;
export type PlainResponseAction = Exclude<
  HttpResponseAction | HttpAfterResponseAction,
  { readonly action: 'wait-for-body' }
>;

const requestSide: RewrittenSide = { use: inRequest, message: ({ request }) => request };
const responseSide: RewrittenSide = { use: inResponse, message: ({ response }) => response };
const REJECT: Verdict = { kind: 'reject' };

/** What actions for requests and for answers have in common. */
type SharedAction = Exclude<PlainResponseAction, { readonly action: 'set-status' | 'capture' }>;

function compileShared(action: SharedAction, setting: Setting, errors: ErrorTables, side: 'request' | 'response'): Act {
  switch (action.action) {
    case 'allow':
      return () => PASS;
    case 'deny':
    case 'return': {
      const denies = action.action === 'deny';
      const make = compileReply(action.reply, setting, side, errors);
      return (subject) => ({ kind: 'reply', reply: make(subject), denies });
    }
    case 'redirect': {
      const make = compileRedirect(action.redirect, setting, side);
      return (subject) => {
        const reply = make(subject);
        return reply === undefined ? undefined : { kind: 'reply', reply, denies: false };
      };
    }
    case 'set-header':
    case 'add-header':
    case 'del-header':
    case 'replace-header':
    case 'replace-value':
      return compileHeaderAction(action, setting, side === 'request' ? requestSide : responseSide);
    case 'set-log-level':
      return doing(({ stream }) => {
        if (stream !== undefined) stream.logLevel = action.level;
      });
    case 'strict-mode':
      return doing((subject) => {
        subject.strict = action.strict;
      });
    default:
      return compileCommon(action, setting, side === 'request' ? 'http' : 'content');
  }
}

export function compileRequestAction(action: PlainRequestAction, setting: Setting, errors: ErrorTables): Act {
  switch (action.action) {
    case 'tarpit': {
      const make = compileReply(action.reply, setting, 'request', errors);
      return (subject) => ({ kind: 'tarpit', reply: make(subject) });
    }
    case 'reject':
      return () => REJECT;
    case 'auth':
      return compileChallenge(action.realm ?? setting.proxy.name, errors);
    case 'capture':
      return compileCapture(action, setting, 'request');
    case 'disable-l7-retry':
      return doing(({ stream }) => {
        if (stream !== undefined) stream.triedOnce = true;
      });
    case 'set-timeout':
      return compileTimeout(action, setting);
    default:
      if (isTargetAction(action)) return compileTargetAction(action, setting);
      if (isAddressAction(action)) return compileAddress(action, setting);
      return compileShared(action, setting, errors, 'request');
  }
}

function compileChallenge(realm: string, errors: ErrorTables): Act {
  const challenge = { name: 'www-authenticate', value: `Basic realm="${octetText(realm)}"` };
  return (subject) => ({ kind: 'reply', reply: withField(errors.reply(401, subject), challenge), denies: false });
}

/** Not longer than its slot in the frontend. */
export function compileCapture(
  { sample, slot }: { readonly sample: SampleExpression; readonly slot: number },
  setting: Setting,
  side: 'request' | 'response',
): Act {
  const sampler = compileSample(sample, setting);
  return doing((subject) => {
    const { stream, session } = subject;
    const length = session.frontend.front.capture[side][slot]?.length;
    const value = stream === undefined || length === undefined ? undefined : sampler.one(subject);
    if (stream === undefined || value === undefined) return;
    const captures = side === 'request' ? stream.requestCaptures : stream.responseCaptures;
    captures[slot] = textOf(value).slice(0, length);
  });
}

function compileTimeout(
  { timeout, value }: Extract<HttpRequestAction, { readonly action: 'set-timeout' }>,
  setting: Setting,
): Act {
  const read = numberOf(value, setting);
  const which = timeout === 'server' ? 'serverTimeoutMs' : 'tunnelTimeoutMs';
  return doing((subject: Subject) => {
    const ms = read(subject);
    if (subject.stream !== undefined && ms !== undefined && ms > 0) subject.stream[which] = ms;
  });
}

export function compileResponseAction(action: PlainResponseAction, setting: Setting, errors: ErrorTables): Act {
  switch (action.action) {
    case 'set-status': {
      const reason = octetText(action.reason ?? reasonOf(action.status));
      return (subject) => {
        const { response } = subject;
        if (response === undefined) return undefined;
        // An interim status would leave the client waiting for the answer.
        return action.status >= 200 && response.edits.setStatus(action.status, reason)
          ? undefined
          : failedRewrite(subject);
      };
    }
    case 'capture':
      return compileCapture(action, setting, 'response');
    default:
      return compileShared(action, setting, errors, 'response');
  }
}
