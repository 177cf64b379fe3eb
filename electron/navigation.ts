/**
 * Whether the window may show an address: the engine's own page and nothing else. Compared as origins, because an address that
 * only begins like ours may lead anywhere (http://127.0.0.1:80@evil.example/).
 */
export function isOwnPage(address: string, engineOrigin: string | undefined): boolean {
  return engineOrigin !== undefined && originOf(address) === engineOrigin;
}

/** Undefined for what is no address of a web page. */
export function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const plain = url.protocol === 'http:' && url.username === '' && url.password === '';
  return plain ? url.origin : undefined;
}

/** An address handed over by whoever started us, if it is one of an engine on this machine. */
export function acceptHandedOver(address: string | undefined): string | undefined {
  if (address === undefined || originOf(address) === undefined) return undefined;
  return new URL(address).hostname === '127.0.0.1' ? address : undefined;
}
