import { describe, expect, it } from 'vitest';
import {
  decodeAdvert,
  encodeAdvert,
  passwordBytes,
  vrrpMulticastAddress,
  vrrpMulticastAddress6,
  type Advert,
} from './advert.ts';

const bytes = (hex: string) =>
  Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (pair) => parseInt(pair, 16));
const path = (source: string) => ({ source, destination: vrrpMulticastAddress });
const source = '10.9.0.2';

// The version 2 advert was captured from keepalived 2.2.7. The version 3 one was too, from the source address below.
const captured: { what: string; hex: string; source: string; advert: Advert }[] = [
  {
    what: 'version 2 with PASS',
    hex: '21339601 0101dafa 0a090064 31313131 00000000',
    source,
    advert: {
      version: 2,
      vrid: 51,
      priority: 150,
      advertIntervalMs: 1000,
      addresses: ['10.9.0.100'],
      authentication: { type: 1, data: passwordBytes('1111') },
    },
  },
  {
    what: 'version 3',
    hex: '31349601 000a41ba 0a090164',
    source: '10.9.1.1',
    advert: { version: 3, vrid: 52, priority: 150, advertIntervalMs: 100, addresses: ['10.9.1.100'] },
  },
];

describe('the captured adverts of keepalived', () => {
  it.each(captured)('$what are read', ({ hex, source, advert }) => {
    expect(decodeAdvert(bytes(hex), path(source))).toEqual(advert);
  });
  it.each(captured)('$what are written byte for byte', ({ hex, source, advert }) => {
    expect(encodeAdvert(advert, path(source))).toEqual(bytes(hex));
  });
});

describe('decodeAdvert', () => {
  const [v2 = '', v3 = ''] = captured.map(({ hex }) => hex);
  it.each([
    ['too-short', '213396'],
    ['version', v2.replace('21', '41')],
    ['type', v2.replace('21', '22')],
    ['length', v2.slice(0, -2)],
    ['length', `${v3}00`],
    ['length', v2.replace('21339601', '21339602')],
    ['checksum', v2.replace('dafa', 'dafb')],
    ['checksum', v2.replace('31313131', '31313132')],
    ['checksum', v3.replace('0a090164', '0a090165')],
  ])('calls it %s: %s', (problem, hex) => {
    expect(decodeAdvert(bytes(hex), path('10.9.1.1'))).toBe(problem);
  });

  it('sums the pseudo-header in version 3, so another source is noticed, and not in version 2', () => {
    expect(decodeAdvert(bytes(v3), path('10.9.1.2'))).toBe('checksum');
    expect(decodeAdvert(bytes(v2), path('10.9.1.2'))).toMatchObject({ vrid: 51 });
  });

  it('masks the reserved bits before the interval of version 3', () => {
    const advert: Advert = { version: 3, vrid: 1, priority: 1, advertIntervalMs: 40_950, addresses: ['10.0.0.1'] };
    expect(decodeAdvert(encodeAdvert(advert, path(source)), path(source))).toEqual(advert);
  });

  it('holds many addresses', () => {
    const addresses = Array.from({ length: 255 }, (_, index) => `10.1.2.${index}`);
    const advert: Advert = { version: 3, vrid: 255, priority: 255, advertIntervalMs: 10, addresses };
    expect(decodeAdvert(encodeAdvert(advert, path(source)), path(source))).toEqual(advert);
  });

  it('survives whatever 2,000 random strings of bytes it is given', () => {
    let seed = 20181;
    const random = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff);
    for (let round = 0; round < 2000; round++) {
      const noise = Uint8Array.from({ length: random() % 64 }, () => random() >> 8);
      const result = decodeAdvert(noise, path(source));
      expect(typeof result === 'string' || result.addresses.length * 4 + 8 <= noise.length).toBe(true);
    }
  });
});

describe('the checksum of version 3', () => {
  const advert: Advert = { version: 3, vrid: 1, priority: 1, advertIntervalMs: 1000, addresses: ['10.9.1.100'] };

  it('may leave the pseudo-header out over IPv4, as RFC 9568 has it; both are read', () => {
    const written = encodeAdvert(advert, path(source), true);
    expect(written).not.toEqual(encodeAdvert(advert, path(source)));
    expect(decodeAdvert(written, path('10.99.99.99'))).toEqual(advert);
  });

  it('holds the peer of unicast; that of an old keepalived holds the multicast group, and is read too', () => {
    const unicast = { source, destination: '10.9.0.3' };
    expect(encodeAdvert(advert, unicast)).not.toEqual(encodeAdvert(advert, path(source)));
    expect(decodeAdvert(encodeAdvert(advert, unicast), unicast)).toEqual(advert);
    expect(decodeAdvert(encodeAdvert(advert, path(source)), unicast)).toEqual(advert);
    expect(decodeAdvert(encodeAdvert(advert, unicast), path(source))).toBe('checksum');
  });
});

describe('adverts over IPv6', () => {
  const way = { source: 'fe80::1', destination: vrrpMulticastAddress6 };
  const advert: Advert = {
    version: 3,
    vrid: 61,
    priority: 100,
    advertIntervalMs: 1000,
    addresses: ['fe80::61', '2001:db8::61'],
  };

  it('have 16 bytes an address', () => {
    const written = encodeAdvert(advert, way);
    expect(written).toHaveLength(8 + 2 * 16);
    expect(decodeAdvert(written, way)).toEqual(advert);
  });

  it('always sum the pseudo-header up', () => {
    expect(encodeAdvert(advert, way, true)).toEqual(encodeAdvert(advert, way));
    expect(decodeAdvert(encodeAdvert(advert, way), { ...way, source: 'fe80::2' })).toBe('checksum');
  });

  it('have no version 2', () => {
    const written = encodeAdvert({ ...advert, version: 2, addresses: [] }, way);
    expect(decodeAdvert(written, way)).toBe('version');
  });
});

describe('passwordBytes', () => {
  it('pads with zeros and cuts after eight', () => {
    expect(passwordBytes('ab')).toEqual(Uint8Array.of(97, 98, 0, 0, 0, 0, 0, 0));
    expect(passwordBytes('mypasswdX')).toEqual(passwordBytes('mypasswd'));
  });
});
