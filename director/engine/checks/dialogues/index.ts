import type { CheckConfiguration, NegotiateCheckConfiguration, NegotiateService } from '../configuration.ts';
import { connectOnly, agent, sendExpect, simpleTcp } from './plain.ts';
import type { Dialogue } from './conversation.ts';
import { udpCheck } from './datagram.ts';
import type { Random } from './database.ts';
import { dns } from './dns.ts';
import { ftp } from './ftp.ts';
import { http, httpProxy } from './http.ts';
import { ldap } from './ldap.ts';
import { imap, nntp, pop3, smtpCheck, smtpNegotiate } from './mail.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';

export type Transport = 'tcp' | 'tls' | 'udp';
export {
  Conversation,
  conversationOf,
  type ConversationAction,
  type ConversationEvent,
  type Destination,
} from './conversation.ts';

/** Checks that are a dialogue over a connection. The others: PING_CHECK, programs, FIXED, `none`. */
export interface DialogueCheck {
  readonly transport: Transport;
  /** Begins one attempt. */
  readonly dialogue: Dialogue;
}

/** `hostName` is what we call ourselves in EHLO. undefined: not a check with a dialogue. */
export function dialogueOf(check: CheckConfiguration, random: Random, hostName: string): DialogueCheck | undefined {
  switch (check.kind) {
    case 'TCP_CHECK':
      return { transport: 'tcp', dialogue: connectOnly() };
    case 'HTTP_GET':
      return { transport: 'tcp', dialogue: http(check) };
    case 'SSL_GET':
      return { transport: 'tls', dialogue: http(check) };
    case 'SMTP_CHECK':
      return { transport: 'tcp', dialogue: smtpCheck(check.heloName) };
    case 'DNS_CHECK': {
      const [high = 0, low = 0] = random(2);
      return { transport: check.transport ?? 'udp', dialogue: dns(check, (high << 8) | low) };
    }
    case 'UDP_CHECK':
      return { transport: 'udp', dialogue: udpCheck(check) };
    case 'AGENT_CHECK':
      return { transport: 'tcp', dialogue: agent(check.send) };
    case 'SEND_EXPECT':
      return check.program === undefined ? { transport: 'tcp', dialogue: sendExpect(check.send, check) } : undefined;
    case 'NEGOTIATE':
      return negotiate(check, random, hostName);
    default:
      return undefined;
  }
}

const overTls: readonly NegotiateService[] = ['pops', 'imaps', 'ldaps'];

function negotiate(check: NegotiateCheckConfiguration, random: Random, hostName: string): DialogueCheck | undefined {
  const { service, request, receive, login, password, database } = check;
  // Of a request that is not a path ldirectord drops the slash that its parser puts in front.
  const bare = request.replace(/^\//, '');
  const begin: Record<NegotiateService, () => Dialogue | undefined> = {
    ftp: () => ftp({ file: request, receive, login, password }),
    smtp: () => smtpNegotiate(hostName),
    submission: () => smtpNegotiate(hostName),
    pop: () => pop3({ login, password }),
    pops: () => pop3({ login, password }),
    imap: () => imap({ login, password }),
    imaps: () => imap({ login, password }),
    ldap: () => ldap({ login, password }, bare, receive),
    ldaps: () => ldap({ login, password }, bare, receive),
    nntp: () => nntp(),
    mysql: () => mysql({ login, password, database, query: bare }, random),
    pgsql: () => postgres({ login, password, database, query: bare }, random),
    simpletcp: () => simpleTcp(bare, receive),
    http_proxy: () => httpProxy(check),
    none: () => undefined,
  };
  const dialogue = begin[service]();
  return dialogue && { transport: overTls.includes(service) ? 'tls' : 'tcp', dialogue };
}
