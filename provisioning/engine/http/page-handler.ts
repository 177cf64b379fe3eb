import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isOwnHost, securityHeaders } from './security.ts';
import { findStaticFile } from './static-files.ts';

/** Serves the window's page and nothing else: no API, no listing, no other method than GET and HEAD. */
export function pageHandler(options: { readonly folder: string; readonly port: () => number }): RequestListener {
  return (request, response) => {
    // A client that goes away in the middle is no error of ours.
    handle(request, response, options).catch(() => response.destroy());
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, port }: { readonly folder: string; readonly port: () => number },
): Promise<void> {
  const { host } = request.headers;
  if (host === undefined || !isOwnHost(host, port())) {
    answer(response, 403, 'This engine does not answer to that name.');
    return;
  }
  response.setHeaders(new Map(Object.entries(securityHeaders(host)).map(([name, value]) => [name, String(value)])));
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    answer(response, 405, 'Only GET and HEAD.');
    return;
  }
  const path = (request.url ?? '/').split(/[?#]/, 1)[0] ?? '/';
  const file = await findStaticFile(folder, path);
  if (file === undefined) {
    if (path === '/') {
      answer(response, 503, 'The window is not built yet. Next step: npm run build');
      return;
    }
    answer(response, 404, 'There is no such file.');
    return;
  }
  response.writeHead(200, {
    'Content-Type': file.mediaType,
    'Content-Length': file.size,
    'Cache-Control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-store',
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(file.open(), response);
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}
