import { constants } from 'node:crypto';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import type { BindTls, TlsSettings, TlsVersion } from '../../engine/proxy/endpoints.ts';

/** SSLv3 is in no library any more: the oldest there is stands for it. */
const VERSIONS: Readonly<Record<TlsVersion, SecureVersion>> = {
  SSLv3: 'TLSv1',
  'TLSv1.0': 'TLSv1',
  'TLSv1.1': 'TLSv1.1',
  'TLSv1.2': 'TLSv1.2',
  'TLSv1.3': 'TLSv1.3',
};

/** Of either side. HAProxy asks for TLS 1.2 at least unless somebody wants otherwise (section 5.1, `ssl-min-ver`). */
export function tlsOptions(
  settings: TlsSettings & Partial<Pick<BindTls, 'curves' | 'preferClientCiphers'>>,
): SecureContextOptions {
  const { minimumVersion = 'TLSv1.2', maximumVersion, ciphers, cipherSuites, curves, tickets } = settings;
  const allCiphers = [cipherSuites, ciphers].filter((one) => one !== undefined).join(':');
  return {
    minVersion: VERSIONS[minimumVersion],
    ...(maximumVersion === undefined ? {} : { maxVersion: VERSIONS[maximumVersion] }),
    ...(allCiphers === '' ? {} : { ciphers: allCiphers }),
    ...(curves === undefined ? {} : { ecdhCurve: curves }),
    honorCipherOrder: settings.preferClientCiphers !== true,
    secureOptions: tickets ? 0 : constants.SSL_OP_NO_TICKET,
  };
}
