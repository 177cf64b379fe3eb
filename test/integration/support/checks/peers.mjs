import { createServer } from 'node:net';

/** Servers that answer as their table says, for checks: each on a port of its own. Text is said at the beginning, or as an answer. */

/** Says `hello`, and answers each line with what `answer` gives for it; undefined ends the connection. */
const lines = (hello, answer) => (socket) => {
  let text = '';
  socket.write(hello);
  socket.on('data', (part) => {
    text += part.toString('latin1');
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n')) {
      const reply = answer(text.slice(0, at).trim());
      text = text.slice(at + 1);
      if (reply === undefined) socket.end();
      else socket.write(reply);
    }
  });
};

const pop = (known) =>
  lines('+OK hello\r\n', (line) => {
    const word = line.split(' ')[0]?.toUpperCase();
    if (word === 'CAPA') return '+OK\r\nUSER\r\n.\r\n';
    if (word === 'PASS' && !known) return '-ERR no\r\n';
    if (word === 'STAT') return '+OK 0 0\r\n';
    return word === 'QUIT' ? undefined : '+OK\r\n';
  });

const page = (status, body, headers = '') =>
  `HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n${headers}\r\n${body}`;
const moved = (status, location) => page(`${status} Moved`, 'gone', `Location: ${location}\r\n`);

const pages = {
  '/ok': page('200 OK', 'well\n'),
  '/o%20k': page('200 OK', 'well\n'),
  '/crlf': page('200 OK', 'a\r\nb\r\n'),
  '/dir/up': moved(302, '../ok'),
  '/query?x': moved(302, '?y=1'),
  '/query?y=1': page('200 OK', 'well\n'),
  '/absolute': moved(302, 'http://127.0.0.1:8099/ok'),
  '/named': moved(302, 'http://localhost:8099/ok'),
  '/slashes': moved(302, '//127.0.0.1:8099/ok'),
  '/fragment': moved(302, '/ok#there'),
  '/blank': moved(302, '/o k'),
  '/dead': moved(302, 'http://127.0.0.1:1/ok'),
  '/nobody': moved(302, 'http://no.such.name.invalid/ok'),
  '/mail': moved(302, 'mailto:me@web.example'),
  '/file': moved(302, 'file:///etc/hostname'),
  '/nowhere': page('302 Found', ''),
  '/short': 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nwell',
  '/chunk': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwe',
  '/refresh': page('200 OK', 'x', 'Refresh: 0; url=/nobody\r\n'),
  '/closed': page('401 Unauthorized', '', 'WWW-Authenticate: Basic realm="x"\r\n'),
};

const web = (socket) => {
  let text = '';
  socket.on('data', (part) => {
    text += part.toString('latin1');
    if (!text.includes('\r\n\r\n')) return;
    const path = /^\S+ (?:http:\/\/[^/]*)?(\S+)/.exec(text)?.[1] ?? '';
    const host = /^Host: *(.*?)\r$/im.exec(text)?.[1] ?? '';
    const [, status, left] = /^\/moved\/(\d+)\/(\d+)$/.exec(path) ?? [];
    if (path === '/host') socket.end(page('200 OK', `(${host})`));
    else if (path === '/to-host') socket.end(moved(302, '/host'));
    else if (left === '0') socket.end(pages['/ok']);
    else if (left !== undefined) socket.end(moved(status, `/moved/${status}/${Number(left) - 1}`));
    else socket.end(pages[path] ?? page('404 Not Found', 'none'));
  });
};

const listening = {
  8099: web,
  8110: pop(true),
  8111: pop(false),
  8119: (socket) => socket.write('2'),
  8120: (socket) => socket.end('400 no\r\n'),
  8001: (socket) => socket.on('data', () => socket.end('one\ntwo\nlast')),
  8002: (socket) => socket.on('data', () => socket.end()),
};
for (const [port, talk] of Object.entries(listening))
  createServer((socket) => {
    socket.on('error', () => undefined);
    talk(socket);
  }).listen(Number(port), '127.0.0.1');
