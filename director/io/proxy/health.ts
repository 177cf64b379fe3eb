import { readFileSync } from 'node:fs';
import { isIP, Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { formatAddress, parseAddress } from '../../engine/address.ts';
import type { CheckPlace, CheckTls } from '../../engine/proxy/health/check-place.ts';
import type { CheckRun } from '../../engine/proxy/health/check-run.ts';
import type { CheckOutcome } from '../../engine/proxy/health/check-status.ts';
import type { Attempt, CheckPort } from '../../engine/proxy/health/check-world.ts';
import { proxyLine } from '../../engine/proxy/proxy-protocol/write-header.ts';
import { type Opened, StreamTalk } from '../checks/stream-talk.ts';
import { boundSocket, SOCK_STREAM } from '../checks/target.ts';
import { errorCode, errorMessage } from '../errors.ts';
import { identityCheck } from './tls-sockets.ts';
import { tlsOptions } from './tls-options.ts';

/** The PROXY protocol, section 2.2: version 2, LOCAL. */
const LOCAL = Buffer.from('\r\n\r\n\0\r\nQUIT\n\x20\0\0\0', 'latin1');

/** Checks over sockets of Node. `settle`: whoever drives the proxies' own sockets, after each event that may have changed something. */
export function checkPort(settle: () => void = () => undefined): CheckPort {
  return {
    start: (run, place, done) => {
      const talk = new CheckTalk(run, place, (outcome) => {
        done(outcome);
        settle();
      });
      // Nothing is called back before this returns.
      setImmediate(() => talk.begin());
      return talk;
    },
  };
}

class CheckTalk extends StreamTalk<CheckOutcome> implements Attempt {
  readonly #run: CheckRun;
  readonly #place: () => CheckPlace;
  readonly #done: (outcome: CheckOutcome) => void;
  #lingers = false;

  constructor(run: CheckRun, place: () => CheckPlace, done: (outcome: CheckOutcome) => void) {
    super(run.conversation);
    this.#run = run;
    this.#place = place;
    this.#done = done;
  }

  begin(): void {
    if (!this.over) this.connect('main');
  }

  protected override open(): Opened {
    const place = this.#place();
    this.#lingers = place.lingers;
    const plain = openPlain(place);
    plain.setNoDelay(true);
    plain.once('connect', () => {
      this.#run.wired();
      if (place.proxyHeader === 'v2 local') plain.write(LOCAL);
      else if (place.proxyHeader !== undefined) plain.write(proxyLine(...endsOf(plain)));
    });
    if (place.tls === undefined) return { socket: plain, ready: 'connect' };
    const secure = connectTls({ socket: plain, ...optionsOf(place.tls) });
    plain.on('error', (error) => secure.destroy(error));
    return { socket: secure, ready: 'secureConnect' };
  }

  /** As HAProxy does it: by a reset, unless the server has ended its side or a rule says `linger`. */
  protected override leave(socket: Socket): void {
    if (this.#lingers || socket.readableEnded || socket instanceof TLSSocket) super.leave(socket);
    else socket.resetAndDestroy();
  }

  protected override reconnect(): void {
    this.connect('main');
  }

  protected override failed(error: unknown): CheckOutcome | undefined {
    return this.#run.failed(strerror(error));
  }

  protected override finished(outcome: CheckOutcome): void {
    this.#done(outcome);
  }
}

function openPlain({ to, source }: CheckPlace): Socket {
  if ('path' in to) {
    const path = to.abstract ? `\0${to.path}` : to.path;
    return new Socket({ allowHalfOpen: true }).connect({ path });
  }
  const { host, port } = to;
  if (source === undefined) return new Socket({ allowHalfOpen: true }).connect({ host, port, autoSelectFamily: false });
  const { host: bindAddress, ports, interface: bindInterface } = source;
  const bound = {
    ...{ address: host, port, bindPort: ports.from, bindAddress },
    ...(bindInterface === undefined ? {} : { bindInterface }),
  };
  const socket = new Socket({ fd: boundSocket(bound, SOCK_STREAM), manualStart: true, allowHalfOpen: true } as object);
  return socket.connect({ host, port });
}

type Ends = Parameters<typeof proxyLine>;

function endsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): [Ends[0], Ends[1]] {
  const end = (address = '', port = 0): Ends[0] => {
    const parsed = parseAddress(address);
    return { address: parsed === undefined ? '' : formatAddress(parsed), port };
  };
  return [end(localAddress, localPort), end(remoteAddress, remotePort)];
}

function optionsOf({ settings, serverName, alpn }: CheckTls) {
  const { verify, authorityFile, certificate, revocationFile } = settings;
  const pem = certificate === undefined ? undefined : readFileSync(certificate);
  return {
    ...tlsOptions(settings),
    rejectUnauthorized: verify === 'required',
    ...(authorityFile === undefined ? {} : { ca: readFileSync(authorityFile) }),
    ...(revocationFile === undefined ? {} : { crl: readFileSync(revocationFile) }),
    ...(pem === undefined ? {} : { cert: pem, key: pem }),
    ...(serverName === undefined || isIP(serverName) !== 0 ? {} : { servername: serverName }),
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    checkServerIdentity: identityCheck(serverName ?? settings.verifyHost),
  };
}

/** As strerror(3) of the GNU library has them. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ETIMEDOUT: 'Connection timed out',
  EPIPE: 'Broken pipe',
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EADDRINUSE: 'Address already in use',
  ENODEV: 'No such device',
};

function strerror(error: unknown): string {
  return words[errorCode(error) ?? ''] ?? errorMessage(error);
}
