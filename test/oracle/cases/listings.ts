import type { Guest } from '../guest/guest.ts';
import { addressBytes, familyOf } from './packets.ts';
import type { FullListings, ProcListings } from './record.ts';
import type { Scenario } from './scenario.ts';

type Own = Pick<Scenario, 'virtuals' | 'marks'>;

const fullCommands = {
  list: 'ipvsadm -Ln',
  stats: 'ipvsadm -Ln --stats --exact',
  thresholds: 'ipvsadm -Ln --thresholds',
  persistent: 'ipvsadm -Ln --persistent-conn',
  saved: 'ipvsadm -Sn',
  connections: 'ipvsadm -Lcn',
} as const;

const procCommands = { services: 'cat /proc/net/ip_vs', connections: 'cat /proc/net/ip_vs_conn' } as const;

/** What all scenarios together look like now; `ownFull` takes out what belongs to one. */
export const lookFull = (guest: Guest): Promise<FullListings> => look(guest, fullCommands);

export async function lookProc(guest: Guest, own: Own): Promise<ProcListings> {
  return ownProc(await look(guest, procCommands), own);
}

async function look<Name extends string>(
  guest: Guest,
  commands: Readonly<Record<Name, string>>,
): Promise<Record<Name, string>> {
  const names = Object.keys(commands) as Name[];
  const text = await guest.must(`${names.map((name) => `echo '@${name}'; ${commands[name]}`).join('\n')}\necho @end`);
  const parts = names.map((name) => {
    const start = text.indexOf(`@${name}\n`) + name.length + 2;
    return [name, text.slice(start, text.indexOf('\n@', start - 1) + 1)];
  });
  return Object.fromEntries(parts) as Record<Name, string>;
}

export function ownFull(listings: FullListings, own: Own): FullListings {
  const addresses = addressesOf(own);
  const printed = addresses.map((address) => (address.includes(':') ? `[${address}]:` : `${address}:`));
  const services = own.marks.map((mark) => `FWM  ${mark} `).concat(printed);
  const saved = own.marks.map((mark) => `-f ${mark} `).concat(printed);
  const lines = listings.saved.split('\n').filter((line) => saved.some((one) => line.includes(` ${one}`)));
  return {
    list: blocks(listings.list, services),
    stats: blocks(listings.stats, services),
    thresholds: blocks(listings.thresholds, services),
    persistent: blocks(listings.persistent, services),
    saved: lines.map((line) => `${line}\n`).join(''),
    connections: rows(listings.connections, printed, 4),
  };
}

export function ownProc(listings: ProcListings, own: Own): ProcListings {
  const addresses = addressesOf(own).map(procAddress);
  const services = own.marks.map((mark) => `FWM  ${hexadecimal(mark)} `).concat(addresses.map((one) => `${one}:`));
  return {
    services: blocks(listings.services, services),
    connections: rows(
      listings.connections,
      addresses.map((one) => one.replace(/[[\]]/g, '')),
      3,
    ),
  };
}

/** Services that begin so, with their servers. */
function blocks(text: string, beginnings: readonly string[]): string {
  let isOwn = false;
  const own = text.split('\n').filter((line) => {
    if (!line.startsWith('  ->'))
      isOwn = beginnings.some((one) => line.startsWith(one) || line.slice(5).startsWith(one));
    return isOwn;
  });
  return own.map((line) => `${line}\n`).join('');
}

/** Rows whose column of the virtual address is one of these; sorted, because their order is that of a hash. */
function rows(text: string, addresses: readonly string[], column: number): string {
  const isOwn = (row: string): boolean => {
    const field = row.trim().split(/\s+/)[column] ?? '';
    return addresses.some((address) => field === address || field.startsWith(address));
  };
  return text
    .split('\n')
    .filter(isOwn)
    .sort()
    .map((row) => `${row}\n`)
    .join('');
}

/** Templates of a mark have it where others have the virtual address. */
const addressesOf = ({ virtuals, marks }: Own): string[] => [...virtuals, ...marks.map(markAddress)];
const markAddress = (mark: number): string => [24, 16, 8, 0].map((shift) => (mark >>> shift) & 255).join('.');
const hexadecimal = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');

function procAddress(address: string): string {
  const bytes = Buffer.from(addressBytes(address)).toString('hex');
  if (familyOf(address) === 4) return bytes.toUpperCase();
  return `[${(bytes.match(/.{4}/g) ?? []).join(':')}]`;
}
