/**
 * The guest's network. It has two ports, both end in this process: eth0 towards the clients, eth1 towards the real servers.
 * Every address of the virtual ranges is the guest's own. Nobody answers ARP: all neighbours are written down.
 */
export const ports = {
  eth0: { mac: '02:00:00:00:00:01', address: '10.200.0.1', address6: 'fd00:200::1' },
  eth1: { mac: '02:00:00:00:00:02', address: '172.16.0.1', address6: 'fd00:16::1' },
} as const;
export type Port = keyof typeof ports;

/** The router behind which all clients are, on eth0, and the one that asks on eth1. */
export const gateways = {
  eth0: { mac: '02:00:00:00:01:01', address: '10.200.0.2', address6: 'fd00:200::2' },
  eth1: { mac: '02:00:00:00:01:02', address: '172.16.0.2', address6: 'fd00:16::2' },
} as const;

export const serverCount = 24;
const two = (value: number): string => value.toString(16).padStart(2, '0');

/** Real servers count from 1. */
export const serverAddress = (index: number, family: 4 | 6): string =>
  family === 4 ? `172.16.1.${index}` : `fd00:16::1:${index.toString(16)}`;
export const serverMac = (index: number): string => `02:00:00:00:02:${two(index)}`;

/** Virtual addresses: 10.128.0.0/10 and fd00:80::/32 are local to the guest. */
export const virtualAddress = (index: number, family: 4 | 6): string =>
  family === 4 ? `10.128.${index >> 8}.${index & 255}` : `fd00:80::${index.toString(16)}`;

/** Clients: 10.0.0.0/9 and fd00:1::/32. */
export const clientAddress = (index: number, family: 4 | 6): string =>
  family === 4 ? `10.${(index >> 16) & 127}.${(index >> 8) & 255}.${index & 255}` : `fd00:1::${clientTail(index)}`;

const clientTail = (index: number): string =>
  index > 0xffff ? `${(index >>> 16).toString(16)}:${(index & 0xffff).toString(16)}` : index.toString(16);

const servers = Array.from({ length: serverCount }, (_, index) => index + 1);

/** For `ip -batch`. */
export const networkCommands = [
  `addr add ${ports.eth0.address}/24 dev eth0`,
  `addr add ${ports.eth1.address}/16 dev eth1`,
  `neigh add ${gateways.eth0.address} lladdr ${gateways.eth0.mac} dev eth0`,
  `neigh add ${gateways.eth1.address} lladdr ${gateways.eth1.mac} dev eth1`,
  `route add 10.0.0.0/9 via ${gateways.eth0.address}`,
  'route add local 10.128.0.0/10 dev lo',
  ...servers.map((index) => `neigh add ${serverAddress(index, 4)} lladdr ${serverMac(index)} dev eth1`),
];

/** For `ip -6 -batch`. */
export const network6Commands = [
  `addr add ${ports.eth0.address6}/64 dev eth0 nodad`,
  `addr add ${ports.eth1.address6}/64 dev eth1 nodad`,
  `neigh add ${gateways.eth0.address6} lladdr ${gateways.eth0.mac} dev eth0`,
  `neigh add ${gateways.eth1.address6} lladdr ${gateways.eth1.mac} dev eth1`,
  `route add fd00:1::/32 via ${gateways.eth0.address6} dev eth0`,
  'route add local fd00:80::/32 dev lo',
  ...servers.map((index) => `neigh add ${serverAddress(index, 6)} lladdr ${serverMac(index)} dev eth1`),
];
