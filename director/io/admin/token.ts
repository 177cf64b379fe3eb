import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DirectorError, errorMessage } from '../errors.ts';

/** Shorter ones can be tried. */
const SHORTEST = 16;

/** Whoever knows the token may do everything that root may do at the socket. */
export class AdminToken {
  readonly #digest: Buffer;

  /** Throws DirectorError `weak-token`. */
  constructor(token: string) {
    if (token.length < SHORTEST)
      throw new DirectorError(
        'weak-token',
        `The admin token has ${token.length} characters, it needs ${SHORTEST}: "openssl rand -hex 16" makes one`,
      );
    this.#digest = digest(token);
  }

  /** Throws DirectorError `token-unreadable` or `weak-token`. */
  static read(file: string): AdminToken {
    try {
      return new AdminToken(readFileSync(file, 'utf8').trim());
    } catch (error) {
      if (error instanceof DirectorError) throw error;
      const message = `Cannot read the admin token ${file}: ${errorMessage(error)}`;
      throw new DirectorError('token-unreadable', message, { cause: error });
    }
  }

  /** `header`: of HTTP, `Authorization: Bearer TOKEN`. Takes as long for a wrong one as for the right one. */
  isIn(header: string | undefined): boolean {
    const [, given = ''] = /^Bearer +(.+)$/i.exec(header ?? '') ?? [];
    return timingSafeEqual(digest(given), this.#digest);
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
