import { describe, expect, it } from 'vitest';
import { parseHaproxy } from '../../../config/haproxy/parse.ts';
import { toLatin1 } from '../../http/octets.ts';
import { settingOf } from '../formats/setting-of.ts';
import type { RulePorts } from '../samples/setting.ts';
import { ProxyBed } from '../testing/proxy-bed.ts';
import { makeLogger } from './session-logger.ts';

const ports: RulePorts = {
  userlists: [],
  buffers: { size: 16_384, reservedForRewriting: 1024, headers: 101, capturedCookie: 63, loggedUri: 1024 },
  processId: 1,
  environmentVariable: () => undefined,
  file: () => undefined,
  formatOf: () => undefined,
  addressesOf: () => [],
  zoneOffset: () => 0,
  matchesHash: () => false,
  isLocal: () => false,
};

/** Lines of one exchange: the server answers so, or refuses to be connected to. */
function linesOf(options: readonly string[], answer: string | undefined, mode = 'http'): string[] {
  const lines: string[] = [];
  const text = `
global
  log stdout format short local0
defaults
  mode ${mode}
  log global
  retries 0
  timeout connect 1s
  timeout client 1s
  timeout server 1s
listen web
  bind :80
  ${options.join('\n  ')}
  server s1 10.0.0.1:80
`;
  const { configuration, problems } = parseHaproxy(text, 'haproxy.cfg');
  if (configuration === undefined) throw new Error(JSON.stringify(problems));
  const sink = { send: (_to: unknown, octets: Uint8Array) => void lines.push(toLatin1(octets, 0, octets.length)) };
  const bed = new ProxyBed(configuration, {
    logger: (front, environment) =>
      makeLogger(front, settingOf(front.settings, environment, ports), {
        ...{ global: configuration.global, processId: 1, hostName: 'h', sink, zoneOffset: () => 0 },
      }),
  });
  const client = bed.connect();
  client.deliver('GET /a HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n', bed.now);
  if (answer === undefined) bed.refuse();
  else {
    const server = bed.arrive();
    server.deliver(answer, bed.now);
    if (mode === 'tcp') {
      server.end(bed.now);
      client.end(bed.now);
    }
  }
  return lines;
}

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n';
const BROKEN = 'HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n';

describe('lines about streams', () => {
  it('says who has connected, without a format', () => {
    expect(linesOf([], OK)).toEqual(['<6>Connect from 192.0.2.1:4711 to 192.0.2.1:4711 (web/HTTP)\n']);
    expect(linesOf([], 'x', 'tcp')).toEqual(['<6>Connect from 192.0.2.1:4711 to 192.0.2.1:4711 (web/TCP)\n']);
  });

  it('writes the formats of the file', () => {
    const [line = '', ...others] = linesOf(['option httplog'], OK);
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^<6>192\.0\.2\.1:4711 \[01\/Jan\/1970:00:00:01\.000\] web web\/s1 0\/0\/0\/0\/0 200 \d+ - - ---- \d\/\d\/\d\/\d\/0 0\/0 "GET \/a HTTP\/1\.1"\n$/,
    );
    expect(linesOf(['log-format "%ST %[src] %f"'], OK)).toEqual(['<6>200 192.0.2.1 web\n']);
  });

  it('leaves out what went well, if so told', () => {
    const options = ['log-format %ST', 'option dontlog-normal'];
    expect(linesOf(options, OK)).toEqual([]);
    expect(linesOf(options, BROKEN)).toEqual(['<6>500\n']);
    expect(linesOf(options, undefined)).toEqual(['<6>503\n']);
  });

  it('puts errors at a level of their own', () => {
    const options = ['log-format %ST', 'option log-separate-errors'];
    expect(linesOf(options, OK)).toEqual(['<6>200\n']);
    expect(linesOf(options, BROKEN)).toEqual(['<3>500\n']);
  });
});
