import type { SampleValue } from '../../runtime/sample-value.ts';
import type { Subject } from '../subject.ts';
import { int, latin1, str } from '../values.ts';
import { type FetchMaker, plain } from './fetch.ts';

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ALPN = 16;
const RECORD_HEAD = 5;
const HANDSHAKE_HEAD = 4;
/** Version and random of a hello. */
const FIXED = 34;

const word = (octets: Uint8Array, at: number): number => ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);

/** The first handshake message of a connection in mode tcp: RFC 8446 sections 4 and 5.1, in as many records as it takes. */
function handshake(subject: Subject): Uint8Array | undefined {
  const octets = subject.stream?.request === undefined ? subject.stream?.contents() : undefined;
  if (octets === undefined) return undefined;
  if (octets.length > 0 && octets[0] !== HANDSHAKE) return undefined;
  if (octets.length < RECORD_HEAD) {
    subject.missing();
    return undefined;
  }
  if (octets[1] !== 3) return undefined;
  const end = RECORD_HEAD + word(octets, 3);
  if (octets.length < end) {
    subject.missing();
    return undefined;
  }
  return octets.subarray(RECORD_HEAD, end);
}

function clientHello(subject: Subject): Uint8Array | undefined {
  const message = handshake(subject);
  if (message === undefined || message.length < HANDSHAKE_HEAD || message[0] !== CLIENT_HELLO) return undefined;
  const length = ((message[1] ?? 0) << 16) | word(message, 2);
  const hello = message.subarray(HANDSHAKE_HEAD, HANDSHAKE_HEAD + length);
  return hello.length < FIXED ? undefined : hello;
}

/** The content of an extension of the hello (RFC 8446 section 4.1.2). */
function extension(hello: Uint8Array, wanted: number): Uint8Array | undefined {
  let at = FIXED;
  at += 1 + (hello[at] ?? 0);
  at += 2 + word(hello, at);
  at += 1 + (hello[at] ?? 0);
  const end = Math.min(hello.length, at + 2 + word(hello, at));
  at += 2;
  while (at + 4 <= end) {
    const length = word(hello, at + 2);
    if (word(hello, at) === wanted) return hello.subarray(at + 4, Math.min(end, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}

/** RFC 6066 section 3: the first name. */
function serverName(subject: Subject): SampleValue | undefined {
  const hello = clientHello(subject);
  const content = hello === undefined ? undefined : extension(hello, SERVER_NAME);
  if (content === undefined || content.length < 5 || content[2] !== 0) return undefined;
  const length = word(content, 3);
  return length > content.length - 5 ? undefined : str(latin1(content, 5, 5 + length));
}

/** RFC 7301 section 3.1. */
function protocols(subject: Subject): SampleValue | undefined {
  const hello = clientHello(subject);
  const content = hello === undefined ? undefined : extension(hello, ALPN);
  if (content === undefined) return undefined;
  const names: string[] = [];
  for (let at = 2; at < content.length; at += 1 + (content[at] ?? 0)) {
    const length = content[at] ?? 0;
    if (at + 1 + length > content.length) break;
    names.push(latin1(content, at + 1, at + 1 + length));
  }
  return str(names.join(','));
}

function version(subject: Subject): SampleValue | undefined {
  const hello = clientHello(subject);
  return hello === undefined ? undefined : int((hello[0] ?? 0) * 0x1_00_00 + (hello[1] ?? 0));
}

function helloType(subject: Subject): SampleValue | undefined {
  const message = handshake(subject);
  return message === undefined || message.length === 0 ? undefined : int(message[0] ?? 0);
}

/** Section 7.3.5: what a client's TLS says that passes through unopened. */
export const clientHelloFetches = {
  'req.ssl_hello_type': plain(helloType),
  'req.ssl_sni': plain(serverName),
  'req.ssl_ver': plain(version),
  'req.ssl_alpn': plain(protocols),
} satisfies Readonly<Record<string, FetchMaker>>;
