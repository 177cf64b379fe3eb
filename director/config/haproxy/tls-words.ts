import { tlsVersions, type TlsSettings, type TlsVersion } from '../../engine/proxy/endpoints.ts';
import { defined } from '../values.ts';
import type { TlsDraft } from './global-draft.ts';
import { LineError, notServed, type Line } from './line.ts';
import { oneOf } from './quantities.ts';

const versionOfWord: Readonly<Record<string, TlsVersion>> = {
  ...{ sslv3: 'SSLv3', tlsv10: 'TLSv1.0', tlsv11: 'TLSv1.1', tlsv12: 'TLSv1.2', tlsv13: 'TLSv1.3' },
};

/** Words of bind lines, server lines and `ssl-default-…-options` alike. Returns whether the next word was one. */
export function takeTlsWord(line: Line, settings: TlsDraft): boolean {
  const word = line.peek();
  const [, kind, name = ''] = /^(force|no)-(sslv3|tlsv1[0-3])$/.exec(word) ?? [];
  const version = versionOfWord[name];
  if (version !== undefined) {
    line.take('');
    if (kind === 'force') Object.assign(settings, { minimumVersion: version, maximumVersion: version });
    else exclude(settings, version);
    return true;
  }
  const read = Object.hasOwn(tlsWords, word) ? tlsWords[word] : undefined;
  if (!read) return false;
  line.take('');
  read(line, settings);
  return true;
}

const tlsWords: Readonly<Record<string, (line: Line, settings: TlsDraft) => void>> = {
  'ssl-min-ver': (line, settings) => {
    settings.minimumVersion = oneOf(line.take(tlsVersions.join(', ')), tlsVersions);
  },
  'ssl-max-ver': (line, settings) => {
    settings.maximumVersion = oneOf(line.take(tlsVersions.join(', ')), tlsVersions);
  },
  ciphers: (line, settings) => {
    settings.ciphers = line.take("a list of OpenSSL's").text;
  },
  ciphersuites: (line, settings) => {
    settings.cipherSuites = line.take("a list of OpenSSL's").text;
  },
  'no-tls-tickets': (_, settings) => {
    settings.tickets = false;
  },
  'tls-tickets': (_, settings) => {
    settings.tickets = true;
  },
  alpn: (line, settings) => {
    settings.alpn = protocols(line);
  },
};

/** `h2,http/1.1`. Throws LineError. */
export function protocols(line: Line): string[] {
  const word = line.take('such as h2,http/1.1');
  const names = word.text.split(',');
  if (names.some((name) => name === '' || name.length > 255))
    throw new LineError(word, `"${word.text}" is not a list of protocols`, { expected: 'such as h2,http/1.1' });
  return names;
}

/** `no-tlsv11`: a version at an end moves that end, as HAProxy allows no holes. */
function exclude(settings: TlsDraft, version: TlsVersion): void {
  const at = tlsVersions.indexOf(version);
  const minimum = settings.minimumVersion === undefined ? -1 : tlsVersions.indexOf(settings.minimumVersion);
  const maximum =
    settings.maximumVersion === undefined ? tlsVersions.length : tlsVersions.indexOf(settings.maximumVersion);
  if (at >= maximum || at === tlsVersions.length - 1) settings.maximumVersion = tlsVersions[at - 1] ?? version;
  else if (at >= minimum) settings.minimumVersion = tlsVersions[at + 1] ?? version;
}

/** Throws LineError when the versions leave nothing. */
export function tlsSettings(line: Line, settings: TlsDraft): TlsSettings {
  const { minimumVersion, maximumVersion, ciphers, cipherSuites, tickets = true, alpn = [] } = settings;
  const order = (version: TlsVersion): number => tlsVersions.indexOf(version);
  if (minimumVersion && maximumVersion && order(minimumVersion) > order(maximumVersion))
    throw new LineError(line.keyword, `no version is left between ${minimumVersion} and ${maximumVersion}`);
  return { ...defined({ minimumVersion, maximumVersion, ciphers, cipherSuites }), tickets, alpn };
}

/** Words of TLS that HAProxy has and we have not. */
const unserved = new Set([
  ...['allow-0rtt', 'npn', 'ca-sign-file', 'ca-sign-pass', 'generate-certificates', 'crt-list', 'tls-ticket-keys'],
  ...['ca-ignore-err', 'crt-ignore-err', 'ca-verify-file', 'no-ca-names', 'ecdhe'],
]);

export function refuseUnservedTls(line: Line): void {
  if (unserved.has(line.peek())) throw notServed(line.next);
}
