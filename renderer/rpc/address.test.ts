import { expect, it } from 'vitest';
import { readLaunchParameters, rpcAddress, rpcProtocols } from './address.ts';
import { base64ToBytes, bytesToBase64, textToBase64 } from './base64.ts';
import { reconnectDelayMs } from './backoff.ts';

it('reads the token and the lab from the fragment', () => {
  expect(readLaunchParameters('#token=abc_-1&lab=tfg')).toEqual({ token: 'abc_-1', lab: 'tfg' });
  expect(readLaunchParameters('#/labs/tfg')).toEqual({});
  expect(readLaunchParameters('')).toEqual({});
});

it('finds the RPC endpoint on the host that served the page', () => {
  expect(rpcAddress({ protocol: 'http:', host: '127.0.0.1:4000' })).toBe('ws://127.0.0.1:4000/rpc');
  expect(rpcAddress({ protocol: 'https:', host: 'lab.test' })).toBe('wss://lab.test/rpc');
  expect(rpcProtocols('abc')).toEqual(['relevo', 'token.abc']);
});

it('carries every byte through base64', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  expect(base64ToBytes(bytesToBase64(bytes))).toEqual(bytes);
  expect(new TextDecoder().decode(base64ToBytes(textToBase64('ñandú π €')))).toBe('ñandú π €');
});

it('doubles the wait up to five seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map(reconnectDelayMs)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
});
