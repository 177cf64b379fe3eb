/** What the engine's address tells the page: `#token=…&lab=…` after the address. */
export interface LaunchParameters {
  readonly token?: string;
  /** The lab to open at once. */
  readonly lab?: string;
}

export function readLaunchParameters(fragment: string): LaunchParameters {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''));
  const token = parameters.get('token');
  const lab = parameters.get('lab');
  return { ...(token ? { token } : {}), ...(lab ? { lab } : {}) };
}

/** The RPC endpoint of the engine that served this page. */
export function rpcAddress(page: { readonly protocol: string; readonly host: string }): string {
  return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}/rpc`;
}

/** A browser cannot set headers on a WebSocket, so the token travels among the subprotocols. */
export function rpcProtocols(token: string): string[] {
  return ['relevo', `token.${token}`];
}
