import { expect, it } from 'vitest';
import type { MarkRule } from '../marks.ts';
import { describeUnmarked, unmarkedServices } from './unmarked-services.ts';

it.each<[string, MarkRule[], boolean]>([
  ['no rule', [], true],
  ['a rule for another mark', [{ mark: 2 }], true],
  ['a rule for the mark', [{ mark: 1, destination: '192.0.2.1' }], false],
  ['a rule for every family', [{ mark: 1, protocol: 'TCP' }], false],
  ['a rule for the other family', [{ mark: 1, destination: '::/0' }], true],
  ['a rule for the bit', [{ mark: 1, mask: 1 }], false],
  ['a rule for other bits of it', [{ mark: 0, mask: 1 }], true],
])('a service of a mark is missed with %s: %#', (_, rules, isMissed) => {
  const service = { mark: 1, family: 4 } as const;
  expect(unmarkedServices([service], rules)).toEqual(isMissed ? [service] : []);
});

it('says what to add', () => {
  expect(describeUnmarked({ mark: 7, family: 6 })).toContain(
    'ip6tables -t mangle -A PREROUTING -d 2001:db8::1 -p tcp --dport 80 -j MARK --set-mark 7',
  );
});
