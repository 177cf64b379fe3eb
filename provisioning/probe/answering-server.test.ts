import { expect, it } from 'vitest';
import { answeringServer } from './answering-server.ts';

it('reads the address of the web server from the page', () => {
  expect(answeringServer('11:21:30<br>Soy el servidor IP: 10.0.100.3<br>Cliente IP: 192.168.1.10<br>')).toBe(
    '10.0.100.3',
  );
});

it('knows no server when the page names none', () => {
  expect(answeringServer('<h1>503 Service Unavailable</h1> Cliente IP: 192.168.1.10')).toBeUndefined();
});
