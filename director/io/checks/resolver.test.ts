import { expect, it } from 'vitest';
import { Resolver, type Lookup } from './resolver.ts';

/** Names whose answer comes when the test says so. */
class SlowLookup {
  readonly asked: string[] = [];
  readonly #answers = new Map<string, Parameters<Lookup>[1]>();
  readonly look: Lookup = (host, done) => {
    this.asked.push(host);
    this.#answers.set(host, done);
  };
  answer(host: string, address?: string): void {
    const done = this.#answers.get(host);
    if (address === undefined) done?.(new Error('ENOTFOUND'));
    else done?.(null, [{ address, family: 4 }]);
  }
}

const setUp = () => {
  const slow = new SlowLookup();
  const said: string[] = [];
  const resolver = new Resolver(slow.look);
  const ask = (host: string, who = host): (() => void) =>
    resolver.resolve(
      host,
      (address) => said.push(`${who}: ${address}`),
      (reason) => said.push(`${who}: ${reason}`),
    );
  return { slow, said, ask };
};

it('asks once for many, and tells each', () => {
  const { slow, said, ask } = setUp();
  ask('web.example', 'first');
  ask('web.example', 'second');
  expect(slow.asked).toEqual(['web.example']);
  slow.answer('web.example', '10.0.0.1');
  expect(said).toEqual(['first: 10.0.0.1', 'second: 10.0.0.1']);
  // The next one is asked for anew: addresses change.
  ask('web.example');
  expect(slow.asked).toHaveLength(2);
});

it('asks for three names at once, so that slow ones leave threads to the others', () => {
  const { slow, said, ask } = setUp();
  for (const host of ['a', 'b', 'c', 'd']) ask(host);
  expect(slow.asked).toEqual(['a', 'b', 'c']);
  slow.answer('b');
  expect(slow.asked).toEqual(['a', 'b', 'c', 'd']);
  expect(said).toEqual(['b: no address is known for b']);
});

it('forgets who does not want to know any more', () => {
  const { slow, said, ask } = setUp();
  const forget = ask('a', 'gone');
  ask('a', 'there');
  ask('b');
  ask('c');
  const never = ask('d');
  forget();
  never();
  slow.answer('a', '10.0.0.1');
  expect(said).toEqual(['there: 10.0.0.1']);
  expect(slow.asked).toEqual(['a', 'b', 'c']);
  ask('d');
  expect(slow.asked).toEqual(['a', 'b', 'c', 'd']);
});
