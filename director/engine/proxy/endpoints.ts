/**
 * Sections 4.2 `bind`, 5.1 and 11: where a listening socket is. `host` is an address as RFC 5952 writes it, or a name that
 * is to be resolved when the socket is opened; `any` stands for `*` and for nothing before the colon.
 */
export type BindEndpoint =
  | { readonly kind: 'inet'; readonly host: string; readonly family: 'any' | 4 | 6; readonly ports: PortRange }
  /** `abstract`: a name in Linux' abstract namespace instead of a path. */
  | { readonly kind: 'unix'; readonly path: string; readonly abstract: boolean }
  /** `fd@N`: a listening socket that the process has inherited. */
  | { readonly kind: 'descriptor'; readonly descriptor: number };

/** One socket each; both ends belong to it. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Section 5.2 `server`: where to connect. A port with `relative` is added to that of the connection's destination at
 * the frontend (`:+100`, or no port at all, which adds nothing).
 */
export type ServerEndpoint =
  | { readonly kind: 'inet'; readonly host: string; readonly family: 'any' | 4 | 6; readonly port: ServerPort }
  | { readonly kind: 'unix'; readonly path: string; readonly abstract: boolean };

export interface ServerPort {
  readonly number: number;
  readonly relative: boolean;
}

/** Of what a connection that we make comes from; port 0: any. */
export interface SourceAddress {
  readonly host: string;
  readonly ports: PortRange;
  /** Only through this network interface. */
  readonly interface?: string;
}

export const tlsVersions = ['SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

/** Of both sides; what is absent is the TLS library's choice. Ciphers are in OpenSSL's syntax. */
export interface TlsSettings {
  readonly minimumVersion?: TlsVersion;
  readonly maximumVersion?: TlsVersion;
  /** Up to TLS 1.2. */
  readonly ciphers?: string;
  /** TLS 1.3. */
  readonly cipherSuites?: string;
  /** Whether sessions may be resumed by tickets. */
  readonly tickets: boolean;
  /** Protocols to be offered or accepted, best first. */
  readonly alpn: readonly string[];
}

/** Section 5.1: a bind line with `ssl`. */
export interface BindTls extends TlsSettings {
  /** Files with certificate, chain and key in PEM, or folders of such, the default one first; with `crt-base` applied. */
  readonly certificates: readonly string[];
  /** No certificate for the client's server name: refuse instead of showing the first one. */
  readonly strictSni: boolean;
  readonly curves?: string;
  readonly preferClientCiphers: boolean;
  readonly clientVerification: 'none' | 'optional' | 'required';
  /** Authorities of clients, for the latter two. */
  readonly authorityFile?: string;
}

/** Section 5.1: one bind line. */
export interface Bind {
  readonly endpoints: readonly BindEndpoint[];
  /** As logs and statistics name it. */
  readonly name?: string;
  readonly id?: number;
  readonly tls?: BindTls;
  /** PROXY protocol, v1 or v2, is expected in front of everything else. */
  readonly acceptProxy: boolean;
  readonly maxConnections?: number;
  readonly backlog?: number;
  readonly interface?: string;
  readonly deferAccept: boolean;
  /** Accepts connections to addresses that are none of this host (IP_TRANSPARENT). */
  readonly transparent: boolean;
  /** `v4v6`: IPv4 too on an IPv6 socket; `v6only`: not. Absent: the system's choice. */
  readonly ipv6?: 'v4v6' | 'v6only';
  /** `proto`; absent: whatever ALPN or the first octets say. */
  readonly protocol?: 'h1' | 'h2';
  readonly tcpUserTimeoutMs?: number;
  /** UNIX sockets. */
  readonly permissions?: SocketPermissions;
}

export interface SocketPermissions {
  /** As chmod(2) takes it. */
  readonly mode?: number;
  /** Name or number. */
  readonly user?: string;
  readonly group?: string;
}
