import { formatAddress, fromBytes } from '../../../director/engine/address.ts';
import { OurDirector, type Verdict } from '../ours/director.ts';
import { isGuests } from '../ours/paths.ts';
import type { FullListings, Output, ProcListings, Recorded } from './record.ts';
import type { Scenario } from './scenario.ts';

export interface Difference {
  /** What had been done before, at last. */
  readonly after: string;
  readonly what: string;
  readonly kernel: unknown;
  readonly ours: unknown;
}

/** Does the same to our director as was done to the kernel. */
export async function compare(scenario: Scenario, recorded: readonly Recorded[]): Promise<Difference[]> {
  const ours = new OurDirector(scenario, 0);
  const all: Difference[] = [];
  let after = 'the start';
  for (const event of recorded) {
    const differences = await compareEvent(scenario, ours, event);
    all.push(...differences.map((one) => ({ after, ...one })));
    if (event.type === 'packet') after = event.what;
    if (event.type === 'commands') after = event.commands.map((one) => JSON.stringify(one)).join('; ');
  }
  return all;
}

type Finding = Omit<Difference, 'after'>;

async function compareEvent(scenario: Scenario, ours: OurDirector, event: Recorded): Promise<Finding[]> {
  const counts = ({ what }: Finding): boolean => scenario.uncompared?.includes(what) !== true;
  switch (event.type) {
    case 'commands': {
      const refused = ours.execute(event.commands, event.at).filter(({ ok }) => !ok);
      return refused.map((result) => ({ what: 'command', kernel: 'ok', ours: result }));
    }
    case 'packet': {
      const verdict = ours.handle(event.port, event.mark, event.datagram, event.at);
      return comparePacket(event, verdict);
    }
    case 'look':
      return compareListings(event.listings, ours.lookProc(scenario, event.at), event.until - event.at).filter(counts);
    case 'look-full':
      return compareListings(event.listings, await ours.lookFull(scenario, event.at), event.until - event.at).filter(
        counts,
      );
  }
}

/** `took`: the milliseconds in which the kernel's listings came. */
function compareListings<Listings extends FullListings | ProcListings>(
  kernel: Listings,
  ours: Listings,
  took: number,
): Finding[] {
  const findings: Finding[] = [];
  for (const name of Object.keys(kernel) as (keyof Listings & string)[]) {
    const [theirs, own] = [String(kernel[name]), String(ours[name])];
    const isSame = name === 'connections' ? haveSameConnections(theirs, own, took) : theirs === own;
    if (!isSame) findings.push({ what: name, kernel: theirs.split('\n'), ours: own.split('\n') });
  }
  return findings;
}

/** Seconds of freedom in when entries end: packets take their time to the kernel, listings theirs. */
const tolerance = 3;

/** Row by row; `took` as in compareListings. */
export function haveSameConnections(kernel: string, ours: string, took = 0): boolean {
  const most = tolerance + took / 1000;
  const [theirs, own] = [kernel, ours].map((text) =>
    text
      .split('\n')
      .filter((row) => row !== '')
      .map(readRow)
      .sort(byText),
  );
  return (
    theirs?.length === own?.length &&
    (theirs ?? []).every(({ text, expires }, index) => {
      const other = own?.[index];
      return other?.text === text && Math.abs(other.expires - expires) <= most;
    })
  );
}

const byText = (left: { text: string }, right: { text: string }): number => (left.text < right.text ? -1 : 1);

/** A row of `ipvsadm -Lcn`, or one of /proc, whose last column is the time. */
function readRow(row: string): { text: string; expires: number } {
  const clock = / (\d+):(\d\d) +/.exec(row);
  if (clock !== null) {
    return { text: row.replace(clock[0], ' '), expires: Number(clock[1]) * 60 + Number(clock[2]) };
  }
  return { text: row.replace(/ +\d+$/, ''), expires: Number(/\d+$/.exec(row)?.[0]) };
}

function comparePacket(event: Extract<Recorded, { type: 'packet' }>, verdict: Verdict): Finding[] {
  const isSame = verdict.type === 'stack' ? isStacksWork(event) : haveSameOutputs(event.outputs, verdict.outputs);
  if (isSame) return [];
  const ours = verdict.type === 'stack' ? 'left to the stack' : verdict.outputs.map(show);
  return [{ what: `${event.what}: ${event.datagram.toString('hex')}`, kernel: event.outputs.map(show), ours }];
}

const show = ({ port, to, datagram }: Output): string => `${port} ${to} ${datagram.toString('hex')}`;

/** Was nothing done to the packet that only a virtual server does? */
function isStacksWork({ outputs, datagram }: Extract<Recorded, { type: 'packet' }>): boolean {
  return outputs.every((output) => {
    const [source, destination] = endsOf(datagram);
    const [outSource, outDestination] = endsOf(output.datagram);
    // An answer of the guest's own stack, or the packet as it was, routed.
    if (outDestination === source) return isGuests(outSource);
    return outSource === source && outDestination === destination && !isGuests(destination);
  });
}

function haveSameOutputs(kernel: readonly Output[], ours: readonly Output[]): boolean {
  return (
    kernel.length === ours.length &&
    kernel.every((output, index) => {
      const other = ours[index];
      return (
        other?.port === output.port && other.to === output.to && masked(output.datagram).equals(masked(other.datagram))
      );
    })
  );
}

/** Without what the kernel draws at random for packets of its own: identification (IPv4) and flow label (IPv6). */
function masked(datagram: Buffer): Buffer {
  const copy = Buffer.from(datagram);
  const [source] = endsOf(copy);
  if ((copy[0] ?? 0) >> 4 !== 4) {
    if (isGuests(source)) copy.writeUInt32BE((copy.readUInt32BE(0) & 0xfff00000) >>> 0, 0);
    return copy;
  }
  if (!isGuests(source) || (![1, 4, 41].includes(copy[9] ?? 0) && !isReset(copy))) return copy;
  copy.writeUInt16BE(0, 4);
  copy.writeUInt16BE(0, 10);
  return copy;
}

const isReset = (datagram: Buffer): boolean => datagram[9] === 6 && ((datagram[33] ?? 0) & 4) !== 0;

function endsOf(datagram: Buffer): [source: string, destination: string] {
  const isIpv4 = (datagram[0] ?? 0) >> 4 === 4;
  const [source, destination, end] = isIpv4 ? [12, 16, 20] : [8, 24, 40];
  return [
    formatAddress(fromBytes(datagram.subarray(source, destination))),
    formatAddress(fromBytes(datagram.subarray(destination, end))),
  ];
}
