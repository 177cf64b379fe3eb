// A web server that hands one file out slowly, a little every 50 ms, as a large download over a thin line would be.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const [, , file, bytesASecond] = process.argv;
const PERIOD_MS = 50;
const content = readFileSync(file);
const step = Math.ceil((Number(bytesASecond) * PERIOD_MS) / 1000);

createServer(async (request, response) => {
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  response.setHeader('content-length', content.length);
  for (let at = 0; at < content.length && !response.destroyed; at += step) {
    const whole = response.write(content.subarray(at, at + step));
    if (!whole) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
    await sleep(PERIOD_MS);
  }
  response.end();
}).listen(80, '0.0.0.0', () => console.log('listening'));
