import { pseudoHeader } from './advert.ts';
import { internetChecksum } from './checksum.ts';
import { bytesOf } from './datagram.ts';

const icmpv6 = 58;
const neighbourAdvertisement = 136;
const targetLinkLayerAddress = 2;
const flagRouter = 0x80;
const flagOverride = 0x20;
const allNodes = 'ff02::1';

/**
 * An unsolicited neighbour advertisement (RFC 4861 section 7.2.6) as a whole Ethernet frame: to all nodes, from the
 * virtual address, with the override flag, so that neighbours replace the hardware address that they remember.
 * `router`: this machine forwards IPv6; without the flag neighbours would drop it from their list of default routers.
 */
export function neighbourAdvertisementFrame(hardwareAddress: Uint8Array, address: string, router: boolean): Uint8Array {
  const message = new Uint8Array(32);
  const view = new DataView(message.buffer);
  message[0] = neighbourAdvertisement;
  message[4] = flagOverride | (router ? flagRouter : 0);
  message.set(bytesOf(address), 8);
  message.set([targetLinkLayerAddress, 1], 24);
  message.set(hardwareAddress.subarray(0, 6), 26);
  const path = { source: address, destination: allNodes };
  view.setUint16(2, internetChecksum(pseudoHeader(path, message.length, icmpv6), message));

  const frame = new Uint8Array(14 + 40 + message.length);
  const frameView = new DataView(frame.buffer);
  frame.set([0x33, 0x33, 0, 0, 0, 1]);
  frame.set(hardwareAddress.subarray(0, 6), 6);
  frameView.setUint16(12, 0x86dd);
  frame[14] = 0x60;
  frameView.setUint16(18, message.length);
  // A hop limit other than 255 would be refused: it proves that no router was in between.
  frame.set([icmpv6, 255], 20);
  frame.set(bytesOf(address), 22);
  frame.set(bytesOf(allNodes), 38);
  frame.set(message, 54);
  return frame;
}
