// A web server that tells who it is and who asked, and a UDP server that does the same; `/bytes/N` sends N bytes.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { createHash } from 'node:crypto';

const block = Buffer.alloc(1 << 20);
for (let at = 0, seed = 1; at < block.length; at += 4) block.writeUInt32LE((seed = (seed * 48271) % 0x7fffffff), at);

async function sendBytes(response, size) {
  response.setHeader('content-length', size);
  for (let left = size; left > 0; left -= block.length) {
    const whole = response.write(left < block.length ? block.subarray(0, left) : block);
    if (!whole) await new Promise((resolve) => response.once('drain', resolve));
  }
  response.end();
}

async function digestOf(request) {
  const hash = createHash('sha256');
  for await (const chunk of request) hash.update(chunk);
  return hash.digest('hex');
}

createServer(async (request, response) => {
  const size = /^\/bytes\/(\d+)$/.exec(request.url)?.[1];
  if (size !== undefined) return sendBytes(response, Number(size));
  if (request.method === 'POST') return response.end(await digestOf(request));
  const ends = [request.socket.localAddress, request.socket.remoteAddress];
  return response.end(`${ends.map((end) => end.replace('::ffff:', '')).join(' ')}\n`);
}).listen(80, '::', () => console.log('listening'));

// From the address to which the question came: a socket for each.
function answerOn(kind, host) {
  const socket = createSocket({ type: kind, ipv6Only: kind === 'udp6' });
  socket.on('message', (message, { address, port }) => {
    const size = /^bytes (\d+)$/.exec(message.toString())?.[1];
    socket.send(size === undefined ? message : block.subarray(0, Number(size)), port, address);
  });
  socket.bind(53, host);
}

for (const addresses of Object.values(networkInterfaces()))
  for (const { address, family, scopeid } of addresses)
    if (!scopeid) answerOn(family === 'IPv4' ? 'udp4' : 'udp6', address);
