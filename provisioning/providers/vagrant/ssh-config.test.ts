import { expect, test } from 'vitest';
import { parseSshConfig } from './ssh-config.ts';

const block = (host: string, name: string, port: number): string => `Host ${host}
  HostName ${name}
  User vagrant
  Port ${String(port)}
  UserKnownHostsFile /dev/null
  IdentityFile "/home/a student/.vagrant.d/insecure_private_key"
`;

test('each machine has its address and port', () => {
  const output = `${block('nas', '192.168.121.180', 22)}\n${block('master', '127.0.0.1', 2200)}\n`;
  expect([...parseSshConfig(output)]).toEqual([
    ['nas', { host: '192.168.121.180', port: 22 }],
    ['master', { host: '127.0.0.1', port: 2200 }],
  ]);
});

test('line ends of Windows and quoted values are understood', () => {
  const output = 'Host nas\r\n  HostName "127.0.0.1"\r\n  Port 2222\r\n';
  expect(parseSshConfig(output).get('nas')).toEqual({ host: '127.0.0.1', port: 2222 });
});

test('a block without an address, and an empty output, name nobody', () => {
  expect(parseSshConfig('Host nas\n  User vagrant\n').size).toBe(0);
  expect(parseSshConfig('').size).toBe(0);
});
