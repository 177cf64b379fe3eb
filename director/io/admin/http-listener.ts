import { adminVersion } from '../../api/admin.ts';
import type { DirectorConfiguration } from '../../config/configuration.ts';
import { DirectorError } from '../errors.ts';
import type { Log } from '../log.ts';
import { AdminHttpServer, parseListenAddress } from './http-server.ts';
import type { AdminMethods } from './methods.ts';
import { AdminToken } from './token.ts';

/** Where the admin API is to be had over HTTP, and what its callers must know. */
export type AdminListen = NonNullable<DirectorConfiguration['admin']>;

/** The two options of the command line. Throws DirectorError `no-token`, `no-listen-address`, and those of the address and the token. */
export function listenOf(adminListen: string | undefined, tokenFile: string | undefined): AdminListen | undefined {
  if (adminListen === undefined) {
    if (tokenFile === undefined) return undefined;
    throw new DirectorError(
      'no-listen-address',
      `--admin-token-file ${tokenFile} does nothing without --admin-listen ADDRESS:PORT: the socket needs no token`,
    );
  }
  parseListenAddress(adminListen);
  if (tokenFile === undefined)
    throw new DirectorError(
      'no-token',
      '--admin-listen needs --admin-token-file: whoever reaches the port may do everything',
    );
  AdminToken.read(tokenFile);
  return { listen: adminListen, tokenFile };
}

/** The admin API over HTTP, where configuration or command line want it just now. */
export class HttpListener {
  readonly #methods: AdminMethods;
  readonly #log: Log;
  #open: { readonly listen: string; readonly server: AdminHttpServer } | undefined;

  constructor(methods: AdminMethods, log: Log) {
    this.#methods = methods;
    this.#log = log;
  }

  /**
   * Undefined: nowhere. Where it listens already it goes on, with the token that the file holds now. Rejects with DirectorError
   * (`bad-listen-address`, `token-unreadable`, `weak-token`, `cannot-listen`), and leaves what there was.
   */
  async follow(wanted: AdminListen | undefined): Promise<void> {
    if (wanted === undefined) {
      this.close();
      return;
    }
    const address = parseListenAddress(wanted.listen);
    const token = AdminToken.read(wanted.tokenFile);
    if (this.#open?.listen === wanted.listen) {
      this.#open.server.setToken(token);
      return;
    }
    const server = new AdminHttpServer(this.#methods, token);
    const port = await server.listen(address);
    this.close();
    this.#open = { listen: wanted.listen, server };
    this.#log('info', `The admin API answers on http://${hostText(address.host)}:${port}/v${adminVersion}/`);
  }

  close(): void {
    this.#open?.server.close();
    this.#open = undefined;
  }
}

const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);
