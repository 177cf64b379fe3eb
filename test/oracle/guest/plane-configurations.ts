import { serverAddress, virtualAddress } from './network.ts';

export const schedulers = [
  ...['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'mh', 'fo', 'ovf'],
] as const;
const methods = ['NAT', 'DR', 'TUN'] as const;

/** The service of the scheduler at this place of the list, from 0. */
export const scheduledAddress = (index: number): string => virtualAddress(index + 1, 4);
export const opsAddress = virtualAddress(60, 4);
export const persistentAddress = virtualAddress(61, 4);
export const limitedAddress = virtualAddress(62, 4);
export const address6 = virtualAddress(1, 6);
export const markedAddress = virtualAddress(99, 4);
export const mark = 7;
export const checkedAddress = virtualAddress(70, 4);
export const inhibitedAddress = virtualAddress(71, 4);
export const sorryAddress = virtualAddress(72, 4);

function real(index: number, weight: number, more = '', port = 80, family: 4 | 6 = 4): string {
  return `  real_server ${serverAddress(index, family)} ${port} {\n    weight ${weight}\n${more}  }\n`;
}

function service(head: string, body: string): string {
  return `virtual_server ${head} {\n  delay_loop 1\n${body}}\n`;
}

/** As `misc_path`: up while the file has the word. */
const script = (name: string): string =>
  `    MISC_CHECK {\n      misc_path "/bin/grep -q up /run/${name}"\n      warmup 0\n    }\n`;
const tcpCheck = `    TCP_CHECK {\n      connect_port 8081\n      connect_ip 172.16.0.1\n      warmup 0\n    }\n`;

const scheduled = schedulers.map((scheduler, index) => {
  const kind = methods[index % methods.length] ?? 'NAT';
  const body = `  lb_algo ${scheduler}\n  lb_kind ${kind}\n  protocol TCP\n`;
  return service(`${scheduledAddress(index)} 80`, body + real(1, 3) + real(2, 1) + real(3, 2));
});

/** Of all kinds of services; each scheduler with one of the three methods. */
export const everything = [
  ...scheduled,
  service(
    `${opsAddress} 53`,
    `  lb_algo rr\n  ops\n  lb_kind NAT\n  protocol UDP\n${real(4, 1, '', 5353)}${real(5, 1, '', 5353)}`,
  ),
  service(
    `${persistentAddress} 0`,
    `  lb_algo wlc\n  lb_kind NAT\n  protocol TCP\n  persistence_timeout 300\n  persistence_granularity 255.255.255.0\n${real(6, 1, '', 0)}${real(7, 1, '', 0)}`,
  ),
  service(
    `${limitedAddress} 80`,
    `  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n${real(8, 1, '    uthreshold 2\n    lthreshold 1\n')}${real(9, 4, '    uthreshold 100\n')}`,
  ),
  service(
    `fwmark ${mark}`,
    `  lb_algo sh\n  sh-port\n  sh-fallback\n  lb_kind NAT\n  persistence_timeout 120\n${real(10, 1, '', 0)}${real(11, 1, '', 0)}`,
  ),
  service(
    `${address6} 443`,
    `  lb_algo mh\n  mh-port\n  lb_kind NAT\n  protocol TCP\n  persistence_timeout 60\n  persistence_granularity 64\n${real(1, 5, '', 443, 6)}${real(2, 1, '', 443, 6)}`,
  ),
].join('');

/** The same with another weight, another scheduler, a server less, a server more, a service less and a service more. */
export const changed = [
  service(
    `${scheduledAddress(0)} 80`,
    `  lb_algo wrr\n  lb_kind NAT\n  protocol TCP\n${real(1, 9)}${real(2, 1)}${real(12, 1)}`,
  ),
  ...scheduled.slice(2),
  service(`${virtualAddress(50, 4)} 80`, `  lb_algo rr\n  lb_kind DR\n  protocol TCP\n${real(1, 1)}`),
].join('');

/** Three services whose servers are checked: removed, quiesced, with a sorry server. */
export const checked = [
  service(
    `${checkedAddress} 80`,
    `  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n${real(1, 4, script('one'))}${real(2, 5, tcpCheck)}`,
  ),
  service(
    `${inhibitedAddress} 80`,
    `  lb_algo rr\n  lb_kind DR\n  protocol TCP\n${real(1, 4, `    inhibit_on_failure\n${script('one')}`)}${real(2, 5)}`,
  ),
  service(
    `${sorryAddress} 80`,
    `  lb_algo rr\n  lb_kind TUN\n  protocol TCP\n  sorry_server ${serverAddress(20, 4)} 80\n${real(1, 4, script('one'))}`,
  ),
].join('');

export const plain = service(
  `${virtualAddress(90, 4)} 80`,
  `  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n${real(1, 1)}`,
);
