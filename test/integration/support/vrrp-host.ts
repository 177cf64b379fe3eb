import { readFileSync } from 'node:fs';
import { parseKeepalived } from '../../../director/config/keepalived/parse.ts';
import type { VrrpConfiguration } from '../../../director/engine/vrrp/configuration.ts';
import { decodeDatagram, textOf } from '../../../director/engine/vrrp/datagram.ts';
import * as libc from '../../../director/io/libc.ts';
import { currentThread } from '../../../director/io/threads.ts';
import { VrrpController } from '../../../director/io/vrrp/controller.ts';
import { runThread } from '../../../director/io/vrrp/thread.ts';

/** What the observer prints for each frame that has to do with VRRP. `at`: the kernel's time of it, in milliseconds. */
export type Observed =
  | { at: number; type: 'advert'; source: string; destination: string; vrid: number; priority: number; ttl: number }
  | { at: number; type: 'arp' | 'neighbour'; address: string };

function load(file: string): VrrpConfiguration {
  const { configuration, problems } = parseKeepalived(readFileSync(file, 'utf8'), file);
  if (!configuration) throw new Error(problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return { ...configuration.vrrp, instances: configuration.instances };
}

const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

/** A process with the VRRP of the director and nothing else; events come out as JSON lines. */
function speak(file: string): void {
  const controller = new VrrpController(load(file), {
    event: (event) => event.type !== 'advert' && print(event),
    instancesChanged: () => undefined,
    held: () => undefined,
    failed: (error) => {
      throw error;
    },
  });
  process.on('SIGHUP', () => void controller.reconfigure(load(file)).then(() => print({ type: 'reloaded' })));
  process.on('SIGUSR1', () => print({ type: 'status', status: controller.status }));
  process.on('SIGTERM', () => {
    void controller.stop().then(() => process.exit(0));
  });
}

/** Prints every advert and announcement on an interface, with the kernel's time. */
function observe(device: string): never {
  const familyPacket = 17;
  const allProtocols = 0x0003;
  const timeOfLastPacket = 0x8906;
  const fd = libc.socket(familyPacket, 2, 0);
  const address = new Uint8Array(20);
  const view = new DataView(address.buffer);
  view.setUint16(0, familyPacket, true);
  view.setUint16(2, allProtocols);
  view.setInt32(4, libc.ifNametoindex(device) ?? 0, true);
  libc.bind(fd, address);
  const buffer = new Uint8Array(65_536);
  const time = new Uint8Array(16);
  print({ type: 'ready' });
  for (;;) {
    const length = libc.recv(fd, buffer, 0);
    if (length <= 0) continue;
    libc.ioctl(fd, timeOfLastPacket, time);
    const stamp = new DataView(time.buffer);
    const at = Number(stamp.getBigInt64(0, true)) * 1000 + Number(stamp.getBigInt64(8, true)) / 1000;
    const found = describe(buffer.slice(0, length), at);
    if (found) print(found);
  }
}

/** `packet` starts after the Ethernet header. */
function describe(packet: Uint8Array, at: number): Observed | undefined {
  const datagram = decodeDatagram(packet);
  if (datagram) {
    const { source, destination, ttl, payload } = datagram;
    return { at, type: 'advert', source, destination, ttl, vrid: payload[1] ?? 0, priority: payload[2] ?? 0 };
  }
  const isArp = packet[0] === 0 && packet[1] === 1 && packet[2] === 8 && packet[7] === 1;
  if (isArp && textOf(packet.subarray(14, 18)) === textOf(packet.subarray(24, 28)))
    return { at, type: 'arp', address: textOf(packet.subarray(14, 18)) };
  if ((packet[0] ?? 0) >>> 4 === 6 && packet[6] === 58 && packet[40] === 136 && packet[24] === 0xff)
    return { at, type: 'neighbour', address: textOf(packet.subarray(48, 64)) };
  return undefined;
}

const thread = currentThread();
const [mode, argument = ''] = process.argv.slice(2);
if (thread) runThread(thread.data);
else if (mode === 'observe') observe(argument);
else speak(argument);
