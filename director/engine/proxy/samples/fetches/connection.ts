import type { BackendRuntime } from '../../runtime/backend-runtime.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import type { SocketAddress, TlsFacts } from '../../runtime/session.ts';
import type { Subject } from '../subject.ts';
import { FALSE, address, bin, bool, int, octetText, str } from '../values.ts';
import { type FetchMaker, plain } from './fetch.ts';

type Which = (subject: Subject) => SocketAddress | undefined;

const source: Which = ({ session }) => session.source;
const destination: Which = ({ session }) => session.destination;
const from: Which = ({ session }) => session.from;
const to: Which = ({ session }) => session.to;

const addressOf = (which: Which): FetchMaker => plain((subject) => address(which(subject)?.address ?? ''));

const portOf = (which: Which): FetchMaker =>
  plain((subject) => {
    const socket = which(subject);
    return socket === undefined || socket.address === '' ? undefined : int(socket.port);
  });

const localityOf =
  (which: Which): FetchMaker =>
  (_, { ports }) => ({
    one: (subject) => {
      const socket = which(subject);
      return socket === undefined || socket.address === '' ? undefined : bool(ports.isLocal(socket.address));
    },
  });

/** Section 7.3.3: the client's connection. */
export const clientFetches = {
  src: addressOf(source),
  src_port: portOf(source),
  src_is_local: localityOf(source),
  dst: addressOf(destination),
  dst_port: portOf(destination),
  dst_is_local: localityOf(destination),
  fc_src: addressOf(from),
  fc_src_port: portOf(from),
  fc_dst: addressOf(to),
  fc_dst_port: portOf(to),
  fc_err: plain(() => int(0)),
  fc_err_str: plain(() => str('Success')),
  fc_http_major: plain(({ session }) => int(session.httpMajor)),
  fc_rcvd_proxy: plain(({ session }) => bool(session.proxied)),
  dst_conn: plain(({ session }) => int(session.listener.current)),
  fe_client_timeout: plain(({ session }) => int(session.frontend.front.timeouts.clientMs ?? 0)),
  fe_defbe: plain(({ session }) => optional(session.frontend.front.defaultBackend)),
  fe_id: plain(({ session }) => int(session.frontend.id)),
  fe_name: plain(({ session }) => str(octetText(session.frontend.settings.name))),
  so_id: plain(({ session }) => int(session.listener.id)),
  so_name: plain(({ session }) => optional(session.listener.name)),
} satisfies Readonly<Record<string, FetchMaker>>;

const optional = (text: string | undefined): SampleValue | undefined =>
  text === undefined ? undefined : str(octetText(text));

const ofTls = (read: (facts: TlsFacts) => SampleValue | undefined): FetchMaker =>
  plain(({ session }) => (session.tls === undefined ? undefined : read(session.tls)));

/** Section 7.3.4: TLS with the client. */
export const tlsFetches = {
  ssl_fc: plain(({ session }) => bool(session.tls !== undefined)),
  ssl_fc_alpn: ofTls(({ alpn }) => optional(alpn)),
  ssl_fc_cipher: ofTls(({ cipher }) => str(cipher)),
  ssl_fc_has_sni: plain(({ session }) => bool(session.tls?.serverName !== undefined)),
  ssl_fc_is_resumed: plain(({ session }) => bool(session.tls?.resumed === true)),
  ssl_fc_protocol: ofTls(({ protocol }) => str(protocol)),
  ssl_fc_sni: ofTls(({ serverName }) => optional(serverName)),
  ssl_fc_session_id: ofTls(({ sessionId }) => bin(sessionId)),
  ssl_fc_err: ofTls(() => int(0)),
  ssl_fc_err_str: ofTls(() => undefined),
  ssl_c_ca_err: ofTls(() => int(0)),
  ssl_c_err: ofTls(({ verification }) => int(verification)),
  ssl_c_verify: ofTls(({ verification }) => int(verification)),
  ssl_c_used: ofTls(({ clientCertificate }) => bool(clientCertificate)),
  ssl_fc_has_crt: plain(({ session }) => bool(session.tls?.clientCertificate === true)),
} satisfies Readonly<Record<string, FetchMaker>>;

/** The backend; so far, the frontend's own where it has one. */
const ofBackend =
  (read: (backend: BackendRuntime) => SampleValue): FetchMaker =>
  (_, { environment }) => ({
    one: ({ stream, session }) => {
      const backend = stream?.backend ?? environment.backends.get(session.frontend.settings.name);
      return backend === undefined ? int(0) : read(backend);
    },
  });

const milliseconds = (time: number | undefined): SampleValue => int(time ?? 0);

/** Sections 7.3.2 and 7.3.3: the backend, the server, and our connection to it. */
export const serverSideFetches = {
  be_id: plain(({ stream, session }) => int(stream?.backend?.id ?? session.frontend.id)),
  be_name: plain(({ stream, session }) =>
    str(octetText((stream?.backend?.settings ?? session.frontend.settings).name)),
  ),
  be_server_timeout: ofBackend(({ back }) => milliseconds(back.timeouts.serverMs)),
  be_tunnel_timeout: ofBackend(({ back }) => milliseconds(back.timeouts.tunnelMs)),
  srv_id: plain(({ stream }) => (stream?.server === undefined ? undefined : int(stream.server.id))),
  srv_name: plain(({ stream }) => optional(stream?.server?.settings.name)),
  bc_dst_port: portOf(({ stream }) => stream?.serverTo),
  bc_src_port: portOf(({ stream }) => stream?.serverFrom),
  bc_http_major: plain(({ stream }) => (stream?.server === undefined ? undefined : int(1))),
  ssl_bc: plain(({ stream }) => (stream?.server === undefined ? FALSE : bool(stream.server.settings.tls))),
} satisfies Readonly<Record<string, FetchMaker>>;
