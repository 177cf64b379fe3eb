/** Where the engine's page is, without its token. */
export function pageOrigin(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/**
 * The page's address with the token that opens it. It is in the fragment, which a browser keeps to itself: it is sent in no
 * request and written in no log.
 */
export function pageAddress(engine: { readonly port: number; readonly token: string }): string {
  return `${pageOrigin(engine.port)}/#token=${engine.token}`;
}
