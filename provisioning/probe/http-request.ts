import http from 'node:http';
import https from 'node:https';
import { answeringServer } from './answering-server.ts';
import type { Outcome } from './outcome.ts';

/** The document's pages have a few hundred bytes; whatever comes beyond this is read and dropped. */
const keptBytes = 64 * 1024;

/** Requests one page over a connection of its own. Never rejects. */
export function requestPage(url: string, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const client = url.startsWith('https:') ? https : http;
    // agent: false makes a new connection each time; the laboratory's certificates are self-signed.
    const request = client.get(url, { agent: false, rejectUnauthorized: false, headers: { Connection: 'close' } });
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
      request.destroy();
    };
    const timer = setTimeout(() => {
      end({ ok: false, error: `no answer within ${timeoutMs} ms` });
    }, timeoutMs);
    request.on('error', (error) => {
      end({ ok: false, error: errorText(error) });
    });
    request.on('response', (response) => {
      let page = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (page.length < keptBytes) page += text;
      });
      response.on('error', (error) => {
        end({ ok: false, error: errorText(error) });
      });
      response.on('end', () => {
        end(pageOutcome(response.statusCode ?? 0, page));
      });
    });
  });
}

function pageOutcome(status: number, page: string): Outcome {
  if (status !== 200) return { ok: false, error: `status ${status}` };
  const server = answeringServer(page);
  return server === undefined ? { ok: true } : { ok: true, server };
}

function errorText(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code ?? error.message;
}
