import { parseAddress } from '../../engine/address.ts';

export { parseAddress } from '../../engine/address.ts';

/** `ADDRESS` or `ADDRESS/PREFIX` */
export function parseNetwork(text: string): boolean {
  const [address = '', prefix, excess] = text.split('/');
  const parsed = parseAddress(address);
  if (!parsed || excess !== undefined) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (parsed.family === 4 ? 32 : 128));
}
