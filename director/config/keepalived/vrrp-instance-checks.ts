import type { VirtualAddress } from '../../engine/vrrp/configuration.ts';
import type { Reader } from '../reader.ts';
import { familyOf } from '../values.ts';
import type { InstanceDraft } from './vrrp-instance.ts';

/** What fits into one packet at an MTU of 1500: the count has 8 bits, IPv6 addresses 16 bytes (vrrp.c). */
const maxAddresses = { 4: 255, 6: 89 } as const;

/** Reports what cannot be, and changes what keepalived changes in a file that it takes all the same. */
export function checkDraft(reader: Reader, draft: InstanceDraft): void {
  const { at, name } = draft;
  if (!draft.interface) reader.error(at, `instance "${name}" names no interface`, { expected: 'interface NAME' });
  if (draft.vrid === undefined)
    reader.error(at, `instance "${name}" has no virtual router identifier`, { expected: 'virtual_router_id 1–255' });
  checkAddresses(reader, draft);
  checkWay(reader, draft);
  if (draft.strict) makeStrict(reader, draft);
  checkTimers(reader, draft);
  if (draft.version === 3 && draft.passwordAt && !draft.strict)
    reader.warn(draft.passwordAt, 'version 3 of VRRP has no authentication; the password is not used');
  if (!draft.preempt && draft.state === 'MASTER')
    reader.warn(at, 'nopreempt needs the initial state BACKUP; it is not used');
  if (!draft.preempt && draft.priority === 255) {
    reader.warn(at, 'the owner of the addresses (priority 255) always preempts; nopreempt is not used');
    draft.preempt = true;
  }
}

function checkAddresses(reader: Reader, draft: InstanceDraft): void {
  const { at, name, addresses } = draft;
  if (draft.addressLines.length === 0)
    reader.error(at, `instance "${name}" has no address to move`, { expected: 'virtual_ipaddress { … }' });
  const [first] = addresses;
  if (!first) return;
  const family = familyOf(first.address);
  for (const [index, { address }] of addresses.entries())
    if (familyOf(address) !== family)
      reader.error(draft.addressLines[index]?.keyword ?? at, 'the addresses of an instance are all of one family', {
        expected: `IPv${family}, or virtual_ipaddress_excluded for it`,
      });
  if (family === 6) checkIpv6(reader, draft, first);
  const max = maxAddresses[family];
  if (addresses.length > max) {
    reader.warn(at, `one advert holds ${max} addresses: the others move with the instance, but are not in it`);
    draft.addresses = addresses.slice(0, max);
    draft.excluded = [...addresses.slice(max), ...draft.excluded];
  }
}

function checkIpv6(reader: Reader, draft: InstanceDraft, first: VirtualAddress): void {
  if (draft.version === 2) draft.version = 3;
  if (draft.unicastAt || /^fe[89ab]/.test(first.address)) return;
  // RFC 9568 section 5.2.9; keepalived takes it unless it is strict.
  const message = 'the first IPv6 address of an instance should be a link-local one';
  const word = draft.addressLines[0]?.keyword ?? draft.at;
  if (draft.strict) reader.error(word, message, { expected: 'such as fe80::10' });
  else reader.warn(word, message, { expected: 'such as fe80::10' });
}

function checkWay(reader: Reader, draft: InstanceDraft): void {
  const { addresses, sourceAddress, peers, unicastAt, at } = draft;
  const family = addresses[0] && familyOf(addresses[0].address);
  const others = [...peers.map(({ address }) => address), ...(sourceAddress === undefined ? [] : [sourceAddress])];
  const other = others.find((address) => family !== undefined && familyOf(address) !== family);
  if (other !== undefined)
    reader.error(unicastAt ?? at, `${other} is not of the family of the instance's addresses`, {
      expected: `an IPv${family ?? 4} address`,
    });
  if (unicastAt && peers.length === 0)
    reader.error(unicastAt, 'unicast needs a peer', { expected: 'the addresses of the other directors' });
  if (draft.accept === false)
    reader.error(at, 'no_accept is not supported: the machine answers on its virtual addresses', {
      expected: 'accept',
    });
}

function checkTimers(reader: Reader, { at, advertAt = at, version, advertIntervalMs }: InstanceDraft): void {
  if (version === 2 && advertIntervalMs % 1000 !== 0)
    reader.error(advertAt, 'version 2 of VRRP counts whole seconds', { expected: 'whole seconds, or version 3' });
  // RFC 9568 section 5.2.7: 12 bits of hundredths of a second.
  if (version === 3 && advertIntervalMs > 40_950)
    reader.error(advertAt, 'version 3 of VRRP counts up to 40.95 seconds', { expected: 'seconds from 0.01 to 40.95' });
  if (version === 3 && advertIntervalMs % 10 !== 0)
    reader.error(advertAt, 'version 3 of VRRP counts hundredths of a second', { expected: 'such as 0.1 or 0.25' });
}

/** keepalived.conf(5), vrrp_strict. */
function makeStrict(reader: Reader, draft: InstanceDraft): void {
  const { at, name, passwordAt, preemptDelayAt, unicastAt } = draft;
  if (unicastAt) reader.error(unicastAt, 'strict mode allows no unicast peers');
  if (passwordAt) reader.warn(passwordAt, 'strict mode has no authentication; the password is not used');
  if (preemptDelayAt && draft.preemptDelayMs > 0) {
    reader.warn(preemptDelayAt, 'strict mode has no preempt_delay; it is not used');
    draft.preemptDelayMs = 0;
  }
  const state = draft.priority === 255 ? 'MASTER' : 'BACKUP';
  if (draft.state && draft.state !== state)
    reader.warn(at, `instance "${name}": in strict mode priority ${draft.priority} starts as ${state}`);
  draft.state = state;
  draft.garpLowerRepeat = 0;
  draft.lowerPriorityNoAdvert = true;
  draft.higherPrioritySendAdvert = false;
  if (draft.priority < 255 && draft.accept !== true)
    reader.warn(at, `instance "${name}": strict mode would drop packets to the addresses; this director accepts them`);
}
