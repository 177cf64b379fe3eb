import { expect, test } from 'vitest';
import { hostNetworks, linuxRoutes, macRoutes, windowsRoutes, worthAvoiding } from './host-networks.ts';

test('the routes of Linux', () => {
  const text = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
wlan0	00000000	0107A8C0	0003	0	0	600	00000000	0	0	0
wlan0	0007A8C0	00000000	0001	0	0	600	00FFFFFF	0	0	0
tun0	0000000A	0100080A	0003	0	0	50	000000FF	0	0	0
virbr0	007AA8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
`;
  expect(worthAvoiding(linuxRoutes(text))).toEqual([
    { device: 'wlan0', cidr: '192.168.7.0/24' },
    { device: 'tun0', cidr: '10.0.0.0/8' },
    { device: 'virbr0', cidr: '192.168.122.0/24' },
  ]);
});

test('those of Windows', () => {
  const text =
    'WiFi\t255.255.255.255/32\r\nWiFi\t224.0.0.0/4\r\nLoopback 1\t127.0.0.0/8\r\nVPN del trabajo\t10.8.0.0/16\r\nWiFi\t0.0.0.0/0\r\n';
  expect(worthAvoiding(windowsRoutes(text))).toEqual([{ device: 'VPN del trabajo', cidr: '10.8.0.0/16' }]);
});

test('those of macOS', () => {
  const text = `Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.168.7.1        UGScg                 en0
0/1                10.8.0.1           UGSc                utun4
10                 10.8.0.1           UGSc                utun4
127                127.0.0.1          UCS                   lo0
169.254            link#14            UCS                   en0      !
172.16/12          10.8.0.1           UGSc                utun4
192.168.7          link#14            UCS                   en0      !
192.168.7.1/32     link#14            UCS                   en0      !
224.0.0/4          link#14            UmCS                  en0      !
`;
  expect(worthAvoiding(macRoutes(text))).toEqual([
    { device: 'utun4', cidr: '10.0.0.0/8' },
    { device: 'utun4', cidr: '172.16.0.0/12' },
    { device: 'en0', cidr: '192.168.7.0/24' },
    { device: 'en0', cidr: '192.168.7.1/32' },
  ]);
});

test('of this computer, each with a length', async () => {
  for (const { cidr } of await hostNetworks()) expect(cidr).toMatch(/^\d+\.\d+\.\d+\.\d+\/\d+$/);
});
