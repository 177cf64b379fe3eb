import type { BackSide } from '../backend.ts';
import type { ServerConnection } from './server-connection.ts';

/**
 * Whether a connection that served others may serve this request (`http-reuse`). The danger is a server that closes it at that
 * moment: a client's first request cannot be repeated by the client without somebody noticing.
 */
export function mayReuse(policy: BackSide['reuse'], first: boolean, connection: ServerConnection): boolean {
  // It was opened in the name of one client.
  if (connection.server.settings.sendProxy !== undefined) return false;
  switch (policy) {
    case 'never':
      return false;
    case 'safe':
      return !first;
    case 'aggressive':
      return !first || connection.served > 1;
    case 'always':
      return true;
  }
}
