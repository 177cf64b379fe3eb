import { expect, it } from 'vitest';
import { GatheredNames } from './host-names.ts';
import { parseLdirectord } from './ldirectord/parse.ts';

it('a file with names is read again once they are known', async () => {
  const asked: string[] = [];
  const names = new GatheredNames({
    hostAddress: (name, family) => {
      asked.push(`${name} ${family}`);
      return Promise.resolve(name === 'web.example' ? '10.0.0.9' : undefined);
    },
    servicePort: (name) => {
      asked.push(name);
      return Promise.resolve(name === 'webcache' ? 8080 : undefined);
    },
  });
  const text = 'virtual=10.0.0.1:webcache\n\treal=web.example:webcache gate\n\treal=web.example:80 gate\n';
  const read = () => parseLdirectord(text, 'l.cf', names);
  read();
  for (let turns = 0; names.isWaiting; turns++) {
    expect(turns).toBeLessThan(3);
    await names.gather();
    read();
  }
  expect(read().configuration?.virtualServers[0]).toMatchObject({
    port: 8080,
    realServers: [
      { address: '10.0.0.9', port: 8080 },
      { address: '10.0.0.9', port: 80 },
    ],
  });
  // Each once, whoever asks for it and however often.
  expect(asked.sort()).toEqual(['web.example 4', 'webcache']);
});

it('a name that nobody knows is an error in the end, and not asked for again', async () => {
  let asked = 0;
  const unknown = () => Promise.resolve((asked++, undefined));
  const names = new GatheredNames({ hostAddress: unknown, servicePort: unknown });
  const read = () => parseLdirectord('virtual=web.example:80\n\treal=10.0.0.2:80 gate\n', 'l.cf', names);
  read();
  await names.gather();
  expect(read().problems.map(({ message }) => message)).toEqual([
    '"web.example" is a name, and no IPv4 address is known for it',
  ]);
  expect(names.isWaiting).toBe(false);
  expect(asked).toBe(1);
});

it('asks for eight at once', async () => {
  let running = 0;
  let most = 0;
  const slow = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return undefined;
  };
  const names = new GatheredNames({ hostAddress: slow, servicePort: slow });
  for (let index = 0; index < 30; index++) names.hostAddress(`web${index}`);
  await names.gather();
  expect(most).toBe(8);
});
