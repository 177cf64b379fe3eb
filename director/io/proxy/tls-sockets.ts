import { connect as connectPlain, Socket } from 'node:net';
import { connect, type PeerCertificate, TLSSocket } from 'node:tls';
import { readFileSync } from 'node:fs';
import type { BindTls } from '../../engine/proxy/endpoints.ts';
import type { TlsFacts } from '../../engine/proxy/runtime/session.ts';
import type { ServerTls } from '../../engine/proxy/servers.ts';
import { ServerCertificates } from './server-certificates.ts';
import type { SocketLoop } from './socket-loop.ts';
import { StreamWire } from './stream-wire.ts';
import { tlsOptions } from './tls-options.ts';

/** How long a handshake may take where no `timeout client` says so. */
const HANDSHAKE_MS = 60_000;

/** One bind line with `ssl`: takes accepted connections through their handshakes. */
export class TlsAcceptor {
  readonly #settings: BindTls;
  readonly #certificates: ServerCertificates;

  /** Throws DirectorError `bad-certificate`. */
  constructor(settings: BindTls) {
    this.#settings = settings;
    this.#certificates = new ServerCertificates(settings);
  }

  /** The descriptor is the socket's from here on. `failed` is called where no handshake comes about. */
  accept(fd: number, timeoutMs: number | undefined, done: (socket: TLSSocket) => void, failed: () => void): void {
    const { clientVerification, alpn } = this.#settings;
    const plain = new Socket({ fd, readable: true, writable: true, allowHalfOpen: true });
    const socket = new TLSSocket(plain, {
      isServer: true,
      secureContext: this.#certificates.default,
      requestCert: clientVerification !== 'none',
      rejectUnauthorized: clientVerification === 'required',
      SNICallback: (name, answer) => {
        const context = this.#certificates.choose(name);
        if (context === undefined) answer(new Error(`no certificate for ${name}`));
        else answer(null, context);
      },
      ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
    });
    const fail = (): void => {
      clearTimeout(timer);
      socket.destroy();
      failed();
    };
    const timer = setTimeout(fail, timeoutMs ?? HANDSHAKE_MS);
    socket.once('error', fail).once('close', fail);
    socket.once('secure', () => {
      clearTimeout(timer);
      socket.off('error', fail).off('close', fail);
      done(socket);
    });
  }
}

export function tlsFacts(socket: TLSSocket): TlsFacts {
  const { standardName, name } = socket.getCipher();
  const peer = socket.getPeerCertificate();
  return {
    ...(typeof socket.servername === 'string' ? { serverName: socket.servername } : {}),
    ...(typeof socket.alpnProtocol === 'string' ? { alpn: socket.alpnProtocol } : {}),
    cipher: socket.getProtocol() === 'TLSv1.3' ? standardName : name,
    protocol: socket.getProtocol() ?? '',
    resumed: socket.isSessionReused(),
    clientCertificate: Object.keys(peer).length > 0,
    verification: socket.authorized ? 0 : 1,
    sessionId: socket.getSession()?.toString('latin1') ?? '',
  };
}

/** A connection to a server in TLS; `connected` or `failed` of its user are called later. `preface` goes before the handshake. */
export function connectTls(
  loop: SocketLoop,
  place: { readonly host: string; readonly port: number } | { readonly path: string },
  settings: ServerTls,
  { preface, serverName }: { readonly preface?: Uint8Array | undefined; readonly serverName?: string | undefined },
): StreamWire {
  const { verify, authorityFile, certificate, verifyHost, alpn } = settings;
  const pem = certificate === undefined ? undefined : readFileSync(certificate);
  const plain = connectPlain({ ...place, allowHalfOpen: true, noDelay: true });
  if (preface !== undefined) plain.write(preface);
  const socket = connect({
    socket: plain,
    ...tlsOptions(settings),
    rejectUnauthorized: verify === 'required',
    ...(authorityFile === undefined ? {} : { ca: readFileSync(authorityFile) }),
    ...(pem === undefined ? {} : { cert: pem, key: pem }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
    checkServerIdentity: identityCheck(serverName ?? verifyHost),
  });
  plain.on('error', (error) => socket.destroy(error));
  const wire = new StreamWire(socket, loop);
  socket.once('secureConnect', () => wire.begin());
  return wire;
}

/** Who sends no name checks the certificate against `verifyhost`, or against nothing but its authority. */
export function identityCheck(wanted: string | undefined): (host: string, shown: PeerCertificate) => Error | undefined {
  return (_host, shown) =>
    wanted === undefined
      ? undefined
      : identityProblem(wanted, shown.subjectaltname ?? `DNS:${String(shown.subject.CN)}`);
}

/** RFC 6125 section 6.4: a star stands for the whole first label. */
function identityProblem(wanted: string, names: string): Error | undefined {
  const lower = wanted.toLowerCase();
  const wildcard = `*${lower.slice(lower.indexOf('.'))}`;
  const shown = [...names.matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name.toLowerCase());
  if (shown.includes(lower) || shown.includes(wildcard)) return undefined;
  return new Error(`the certificate is for ${shown.join(', ')}, not for ${wanted}`);
}
