import type { HttpCheckSend } from '../checks.ts';
import { fromLatin1 } from '../../http/octets.ts';
import type { BackendRuntime } from '../runtime/backend-runtime.ts';
import { WEIGHT_SCALE, type ServerRuntime } from '../runtime/server-runtime.ts';
import type { CheckFormats } from './check-formats.ts';

/** The octets of a check's request, as HAProxy's HTTP/1 side writes it. `state`: for `X-Haproxy-Server-State`. */
export function requestOctets(send: HttpCheckSend, formats: CheckFormats, state: string | undefined): Uint8Array {
  const { method, version } = send;
  const uri = formats.text(send.uri) || '/';
  const lines = [`${method} ${uri} ${version}`];
  const body = send.body === undefined ? '' : formats.text(send.body);
  let connection: string | undefined;
  for (const { name, value } of send.headers) {
    const text = formats.text(value);
    const lower = name.toLowerCase();
    // HAProxy counts the body itself.
    if (text === '' || lower === 'content-length' || lower === 'transfer-encoding') continue;
    if (lower === 'connection') connection = text;
    else lines.push(`${lower}: ${text}`);
  }
  if (state !== undefined) lines.push(`x-haproxy-server-state: ${state}`);
  if (body !== '') lines.push(`content-length: ${body.length}`);
  // HTTP/1.0 closes unless it is asked not to.
  const isNew = /^HTTP\/(?:1\.[1-9]|[2-9])/.test(version);
  if (isNew) lines.push(`connection: ${connection ?? 'close'}`);
  return fromLatin1(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** Section 4.2 `http-check send-state`. */
export function stateHeader(server: ServerRuntime, node: string, now: number): string {
  const { backend, settings, operational, health } = server;
  const { rise = 1, fall = 1 } = settings.check ?? {};
  const isDown = operational === 'stopped';
  const whole = isDown ? health === 0 : health === rise + fall - 1;
  const word = isDown ? 'DOWN' : operational === 'stopping' ? 'NOLB' : 'UP';
  const progress = isDown ? `${health}/${rise}` : `${health - rise + 1}/${fall}`;
  const place = settings.endpoint.kind === 'unix' ? '; address=unix; port=' : placeText(server);
  const parts = [
    `${whole ? word : `${word} ${progress}`}${place}`,
    `name=${backend.settings.name}/${settings.name}`,
    `node=${node}`,
    `weight=${shownWeight(server.effectiveWeight)}/${shownWeight(weightInUse(backend))}`,
    `scur=${server.current}/${backend.current - backend.queued}`,
    `qcur=${server.queued}`,
  ];
  const passed = Math.floor(now / 1000) - Math.floor(server.changedAt / 1000);
  const warmUp = Math.ceil(settings.slowStartMs / 1000);
  if (operational === 'starting' && passed >= 0 && passed < warmUp)
    parts.push(`throttle=${Math.max(1, Math.floor((100 * passed) / warmUp))}%`);
  return parts.join('; ');
}

const placeText = ({ address, port }: ServerRuntime): string => `; address=${address ?? '0.0.0.0'}; port=${port}`;
const shownWeight = (weight: number): number => Math.ceil(weight / WEIGHT_SCALE);

function weightInUse(backend: BackendRuntime): number {
  return backend.usableServers.reduce((sum, { effectiveWeight }) => sum + effectiveWeight, 0);
}
