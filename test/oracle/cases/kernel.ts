import { ports, gateways, type Port } from '../guest/network.ts';
import type { Captured, Guest } from '../guest/guest.ts';

import { ethernet, tcpFlags } from './packets.ts';
import { clientDatagram, describe, findServer, icmpError, serverDatagram } from './answers.ts';
import { lookFull, lookProc, ownFull } from './listings.ts';
import type { Output, Recorded } from './record.ts';
import { ipvsadmArguments } from './render.ts';
import type { Conversation, ConversationPacket, Scenario, ServerEnd, Step } from './scenario.ts';
import type { TableCommand } from '../../../director/api/table.ts';

/** Longer than the kernel's estimator takes to notice all counters (net/netfilter/ipvs/ip_vs_est.c: every 2 s). */
const estimatorMilliseconds = 2200;

/** Plays scenarios to the kernel, one after the other, looks at the listings of all in the end, and empties the table. */
export async function record(guest: Guest, scenarios: readonly Scenario[]): Promise<Recorded[][]> {
  const begin = performance.now();
  const players: Player[] = [];
  for (const scenario of scenarios) {
    const player = new Player(guest, scenario, begin);
    players.push(player);
    await guest.must(forgetRoutes);
    for (const step of scenario.steps) await player.play(step);
  }
  await pause(estimatorMilliseconds);
  await lookUntilCalm(guest, players, begin);
  await guest.must('ipvsadm -C');
  return players.map(({ recorded }) => recorded);
}

/**
 * As `record`, from a kernel that knows of nothing. A scenario that took so long that entries may have ended under it is played
 * once more: when the kernel's timers fire is not to be foretold, and counts decide who is picked.
 */
export async function recordInTime(guest: Guest, scenarios: readonly Scenario[]): Promise<Map<Scenario, Recorded[]>> {
  const recorded = new Map<Scenario, Recorded[]>();
  let left = [...scenarios];
  for (let attempt = 1; left.length > 0 && attempt <= mostAttempts; attempt++) {
    const alone = left.filter(reachesFar);
    for (const group of [left.filter((one) => !reachesFar(one)), ...alone.map((one) => [one])]) {
      if (group.length === 0) continue;
      await guest.must('sh /reset');
      const events = await record(guest, group);
      for (const [index, scenario] of group.entries()) recorded.set(scenario, events[index] ?? []);
    }
    left = left.filter((scenario) => spanOf(recorded.get(scenario) ?? []) > longestMilliseconds);
  }
  return recorded;
}

/** With expire_nodest_conn, a server that leaves takes the connections of all that have left before, whoever's they were. */
const reachesFar = ({ steps }: Scenario): boolean =>
  steps.some(
    (step) =>
      step.type === 'commands' &&
      step.commands.some((command) => command.type === 'set-sysctl' && command.name === 'expire_nodest_conn'),
  );

const mostAttempts = 3;
/** Less than the 10 s of the state CLOSE. */
const longestMilliseconds = 9000;

/** From the first packet to the last. */
function spanOf(events: readonly Recorded[]): number {
  const packets = events.filter(({ type }) => type === 'packet');
  return (packets.at(-1)?.at ?? 0) - (packets[0]?.at ?? 0);
}

/** A new route to the servers knows nothing of what routers said in the scenario before. */
const forgetRoutes = [
  'ip route del 172.16.0.0/16 dev eth1',
  `ip route add 172.16.0.0/16 dev eth1 proto kernel scope link src ${ports.eth1.address}`,
].join('\n');

/**
 * A last look at each scenario, at a moment at which none of its entries is about to end: the kernel's timers are late by up to
 * an eighth, so that nobody could say whether one has. The listings come one after the other, and an entry that ends in between
 * would be in some of them only.
 */
async function lookUntilCalm(guest: Guest, players: readonly Player[], begin: number): Promise<void> {
  let left = players;
  for (let attempt = 1; left.length > 0; attempt++) {
    if (attempt > mostLooks) throw new Error('There was no moment at which no entry was about to end.');
    if (attempt > 1) await pause(500);
    const before = await guest.must('ipvsadm -Lcn');
    const at = performance.now() - begin + justEnded;
    const all = await lookFull(guest);
    const until = performance.now() - begin + justEnded;
    left = left.filter((player) => {
      const listings = ownFull(all, player.scenario);
      const first = ownFull({ ...all, connections: before }, player.scenario).connections;
      const isCalm = [first, listings.connections].every((rows) => !/ 00:0[0-2] /.test(rows));
      if (!isCalm || rowsOf(first) !== rowsOf(listings.connections)) return true;
      player.recorded.push({ type: 'look-full', at, until, listings });
      return false;
    });
  }
}

/** Milliseconds. What has just ended there has ended here as long after; nothing else can, as all others have longer to live. */
const justEnded = 1000;
const rowsOf = (connections: string): number => connections.split('\n').length;

const mostLooks = 60;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Milliseconds. */
const someTicks = 20;
/** Longer than the director takes to notice that a server has gone. */
const goneMilliseconds = 300;

/** A SYN that is not the first packet. */
const isReopening = ({ packets }: Conversation, packet: ConversationPacket): boolean =>
  packet !== packets[0] && (packet.flags & tcpFlags.syn) !== 0;

class Player {
  readonly recorded: Recorded[] = [];
  readonly #guest: Guest;
  readonly scenario: Scenario;
  readonly #begin: number;
  #reopenedAt = -Infinity;

  constructor(guest: Guest, scenario: Scenario, begin: number) {
    this.#guest = guest;
    this.scenario = scenario;
    this.#begin = begin;
  }

  async play(step: Step): Promise<void> {
    switch (step.type) {
      case 'commands':
        await this.#commands(step.commands);
        break;
      case 'conversation':
        await this.#converse(step.conversation);
        break;
      case 'stray':
        await this.#stray(step.conversation, step.server);
        break;
      case 'look':
        await this.#look();
        break;
      case 'let-count':
        await pause(estimatorMilliseconds);
        break;
    }
  }

  #now(): number {
    return performance.now() - this.#begin;
  }

  async #commands(commands: readonly TableCommand[]): Promise<void> {
    // How fast a server that has gone comes back decides whether its connections stay, and differs on purpose.
    const isSlow = reachesFar(this.scenario);
    for (const group of isSlow ? commands.map((command) => [command]) : [commands]) {
      const at = this.#now();
      await execute(this.#guest, group);
      this.recorded.push({ type: 'commands', at, commands: group });
      if (isSlow && group.some(({ type }) => type === 'delete-server' || type === 'delete-service'))
        await pause(goneMilliseconds);
    }
  }

  async #converse(conversation: Conversation): Promise<void> {
    let server: ServerEnd | undefined;
    const sequence = { client: 1000, server: 5000 };
    const last: { client?: Buffer; server?: Buffer } = {};
    for (const packet of conversation.packets) {
      const { from, payload } = packet;
      const what = describe(conversation, packet);
      let outputs: readonly Output[] = [];
      if (packet.icmp !== undefined) {
        const datagram = icmpError(last[from], packet.icmp, packet);
        if (datagram !== undefined) outputs = await this.#send(from === 'client' ? 'eth0' : 'eth1', 0, datagram, what);
      } else if (from === 'client') {
        const datagram = clientDatagram(conversation, packet, sequence);
        outputs = await this.#send('eth0', conversation.mark, datagram, what);
        if (isReopening(conversation, packet)) this.#reopenedAt = performance.now();
        // A SYN may begin another connection, with another server.
        server = findServer(outputs, conversation) ?? server;
      } else if (server !== undefined) {
        const datagram = serverDatagram(conversation, server, packet, sequence);
        outputs = await this.#send('eth1', 0, datagram, what);
      }
      for (const { port, datagram } of outputs) last[port === 'eth0' ? 'client' : 'server'] = datagram;
      sequence[from] += payload.length + ((packet.flags & (tcpFlags.syn | tcpFlags.fin)) === 0 ? 0 : 1);
    }
  }

  /** At a moment like that of lookUntilCalm. */
  async #look(): Promise<void> {
    for (let attempt = 1; attempt <= mostLooks; attempt++) {
      const before = (await lookProc(this.#guest, this.scenario)).connections;
      const at = this.#now() + justEnded;
      const listings = await lookProc(this.#guest, this.scenario);
      const isCalm = [before, listings.connections].every((rows) => !/ [0-2]$/m.test(rows));
      if (isCalm && rowsOf(before) === rowsOf(listings.connections)) {
        this.recorded.push({ type: 'look', at, until: this.#now() + justEnded, listings });
        return;
      }
      await pause(250);
    }
    throw new Error('There was no moment at which no entry was about to end.');
  }

  async #stray(conversation: Conversation, server: ServerEnd): Promise<void> {
    for (const packet of conversation.packets) {
      const datagram = serverDatagram(conversation, server, packet, { client: 1, server: 1 });
      await this.#send('eth1', 0, datagram, `stray ${describe(conversation, packet)}`);
    }
  }

  /** A connection that begins anew ends its old entry with the kernel's next tick, of which there are 250 a second. */
  async #letOldEntryEnd(): Promise<void> {
    const left = this.#reopenedAt + someTicks - performance.now();
    if (left > 0) await pause(left);
  }

  async #send(port: Port, mark: number, datagram: Buffer, what: string): Promise<Output[]> {
    await this.#letOldEntryEnd();
    const at = this.#now();
    this.#guest.send(port, ethernet(ports[port].mac, senderMac(port, mark), datagram));
    const captured = await this.#guest.settle(port);
    const outputs = captured.map(toOutput).filter((output) => output !== undefined);
    this.recorded.push({ type: 'packet', at, port, mark, datagram, outputs, what });
    return outputs;
  }
}

/** Gives commands to the real `ipvsadm`, as many as possible to one. */
export async function execute(guest: Guest, commands: readonly TableCommand[]): Promise<void> {
  const lines = commands.filter(({ type }) => type !== 'set-sysctl').map(ipvsadmArguments);
  const sysctls = commands.flatMap((command) =>
    command.type === 'set-sysctl' ? [`echo ${command.value.join(' ')} > /proc/sys/net/ipv4/vs/${command.name}`] : [],
  );
  if (lines.length > 0) sysctls.push(`ipvsadm -R << END\n${lines.join('\n')}\nEND`);
  const { stdout, stderr, code } = await guest.run(['set -e', ...sysctls].join('\n'));
  // ipvsadm -R ends with the outcome of its last line only.
  if (code !== 0 || stderr !== '') throw new Error(`The kernel refused ${lines.join('; ')}: ${stdout}${stderr}`);
}

/** See init.sh: a source address of its own carries the mark, lowest byte first. */
export function senderMac(port: Port, mark: number): string {
  if (mark === 0) return gateways[port].mac;
  const bytes = [0, 8, 16, 24].map((shift) => ((mark >>> shift) & 255).toString(16).padStart(2, '0'));
  return `06:00:${bytes.join(':')}`;
}

/** undefined for what the guest says on its own: neighbour discovery, group membership. */
export function toOutput({ port, frame }: Captured): Output | undefined {
  const type = frame.readUInt16BE(12);
  const datagram = frame.subarray(14);
  if (type === 0x0800 && datagram[9] === 2) return undefined;
  if (type === 0x86dd && (datagram[6] === 0 || (datagram[6] === 58 && (datagram[40] ?? 0) >= 130))) return undefined;
  if (type !== 0x0800 && type !== 0x86dd) return undefined;
  const to = [...frame.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  return { port, to, datagram };
}
