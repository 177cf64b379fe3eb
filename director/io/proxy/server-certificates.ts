import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { BindTls } from '../../engine/proxy/endpoints.ts';
import { DirectorError, errorMessage } from '../errors.ts';
import { tlsOptions } from './tls-options.ts';

/** `crt`: files of certificate, chain and key in one (PEM); which one a client sees depends on the name that it asks for (RFC 6066). */
export class ServerCertificates {
  readonly #byName = new Map<string, SecureContext>();
  readonly #strict: boolean;
  readonly #first: SecureContext;

  /** Throws DirectorError `bad-certificate` that names the file. */
  constructor(settings: BindTls) {
    this.#strict = settings.strictSni;
    const contexts = settings.certificates.flatMap(filesOf).map((file) => this.#add(file, settings));
    const [first] = contexts;
    if (first === undefined)
      throw new DirectorError('bad-certificate', 'There is no certificate on a bind line with ssl.');
    this.#first = first;
  }

  get default(): SecureContext {
    return this.#first;
  }

  /** undefined: no handshake (`strict-sni`). */
  choose(name: string): SecureContext | undefined {
    const lower = name.toLowerCase();
    const wildcard = `*${lower.slice(lower.indexOf('.'))}`;
    return this.#byName.get(lower) ?? this.#byName.get(wildcard) ?? (this.#strict ? undefined : this.#first);
  }

  #add(file: string, settings: BindTls): SecureContext {
    try {
      const pem = readFileSync(file, 'utf8');
      const ca = settings.authorityFile === undefined ? {} : { ca: readFileSync(settings.authorityFile) };
      const context = createSecureContext({ ...tlsOptions(settings), ...ca, cert: pem, key: pem });
      // The first certificate of a name is its own.
      for (const name of namesOf(pem)) if (!this.#byName.has(name)) this.#byName.set(name, context);
      return context;
    } catch (error) {
      throw new DirectorError(
        'bad-certificate',
        `${file} cannot be used as a certificate with its key: ${errorMessage(error)}`,
        {
          cause: error,
        },
      );
    }
  }
}

/** The files of a folder in the order of their names; those that belong to another file aside. */
function filesOf(path: string): string[] {
  if (!isFolder(path)) return [path];
  const names = readdirSync(path).filter((name) => !/^\.|\.(key|dh|ocsp|issuer|sctl)$/.test(name));
  return names.sort().map((name) => join(path, name));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** The subject's alternative names (RFC 6125); of a certificate without any, its common name. */
function namesOf(pem: string): string[] {
  const { subjectAltName = '', subject } = new X509Certificate(pem);
  const alternatives = [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map(([, name = '']) => name.toLowerCase());
  const common = /^CN=(.+)$/m.exec(subject)?.[1];
  return common === undefined ? alternatives : [...alternatives, common.toLowerCase()];
}
