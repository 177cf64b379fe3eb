import type { TcpConnectionAction, TcpContentAction, TcpResponseAction, TcpSessionAction } from '../rules.ts';
import { PASS, type Verdict } from '../runtime/verdict.ts';
import type { Setting } from '../samples/setting.ts';
import { type Act, compileAddress, compileCommon, doing } from './common-actions.ts';
import { compileCapture } from './message-actions.ts';

const REJECT: Verdict = { kind: 'reject' };

/** `tcp-request connection` and `session`. */
export function compileSessionAction(action: TcpConnectionAction | TcpSessionAction, setting: Setting): Act {
  switch (action.action) {
    case 'accept':
      return () => PASS;
    case 'reject':
      return () => REJECT;
    case 'expect-proxy':
      return doing(({ session }) => {
        session.expectsProxy = true;
      });
    case 'set-src':
    case 'set-dst':
    case 'set-src-port':
    case 'set-dst-port':
      return compileAddress(action, setting);
    default:
      return compileCommon(action, setting, 'session');
  }
}

/** `tcp-request content` and `tcp-response content`. */
export function compileContentAction(action: TcpContentAction | TcpResponseAction, setting: Setting): Act {
  switch (action.action) {
    case 'accept':
      return () => PASS;
    case 'reject':
    case 'close':
      return () => REJECT;
    case 'capture':
      return compileCapture(action, setting, 'request');
    case 'set-log-level':
      return doing(({ stream }) => {
        if (stream !== undefined) stream.logLevel = action.level;
      });
    case 'switch-mode-http':
      return ({ stream }) => (stream?.request === undefined ? { kind: 'switch' } : undefined);
    case 'set-src':
    case 'set-dst':
    case 'set-src-port':
    case 'set-dst-port':
      return compileAddress(action, setting);
    default:
      return compileCommon(action, setting, 'content');
  }
}
