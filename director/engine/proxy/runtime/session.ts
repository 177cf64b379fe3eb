import type { FrontendRuntime, ListenerRuntime } from './frontend-runtime.ts';
import type { SampleValue } from './sample-value.ts';
import type { StickEntries, StickEntry } from './stick-entries.ts';

export interface SocketAddress {
  /** As RFC 5952 writes it; empty for UNIX sockets. */
  readonly address: string;
  readonly port: number;
}

/** What a TLS handshake with the client has brought (section 7.3.4). */
export interface TlsFacts {
  readonly serverName?: string;
  readonly alpn?: string;
  readonly cipher: string;
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly resumed: boolean;
  readonly clientCertificate: boolean;
  /** OpenSSL's number of what is wrong with it; 0: nothing. */
  readonly verification: number;
  readonly sessionId: string;
}

export interface TrackedEntry {
  readonly table: StickEntries;
  readonly entry: StickEntry;
}

/** A client's connection, for as long as it lasts. Over HTTP/2 each stream is taken for a connection that shares one of these. */
export interface Session {
  readonly frontend: FrontendRuntime;
  readonly listener: ListenerRuntime;
  /** Both ends of the connection itself. */
  readonly from: SocketAddress;
  readonly to: SocketAddress;
  /** What the client's address is taken for (PROXY protocol, `set-src`), and where it meant to go. */
  source: SocketAddress;
  destination: SocketAddress;
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
  /** Between that and the first octet of the request: PROXY protocol and TLS. */
  handshakeMs: number;
  readonly proxied: boolean;
  /** `expect-proxy`: a rule wants the PROXY protocol in front of everything else. */
  expectsProxy?: boolean;
  readonly tls: TlsFacts | undefined;
  readonly httpMajor: 1 | 2;
  /** `track-sc0` to `-sc2`, when the rule stood in a list of connections or sessions. */
  readonly tracked: (TrackedEntry | undefined)[];
  /** `sess.…`, by their names without the scope. */
  readonly variables: Map<string, SampleValue>;
}
