#!/usr/bin/env node
// How many heads of HTTP/1 a second the director's reader takes, and how many it takes and writes anew, beside llhttp as Node's
// own parser reaches it (process.binding: with and without the header list that node:http gets for each message). One thread.
// Each measurement is the median of several runs that take turns, per second of processor time; the heads are those of a browser and of a web server.
//   --runs N (7)   --milliseconds N (300)
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { keep } from './relevo.mjs';

const engine = fileURLToPath(new URL('../director/engine/http/', import.meta.url));

function option(name, fallback) {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? fallback : Number(process.argv[at + 1]);
}

const REQUEST = `GET /articles/2024/high-availability?page=2 HTTP/1.1\r
Host: www.example.org\r
Connection: keep-alive\r
Cache-Control: max-age=0\r
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
Referer: http://www.example.org/articles\r
Accept-Encoding: gzip, deflate\r
Accept-Language: en-GB,en;q=0.9,es;q=0.8\r
Cookie: session=5d41402abc4b2a76b9719d911017c592; SRV=w1\r
Upgrade-Insecure-Requests: 1\r
\r
`;
const RESPONSE = `HTTP/1.1 200 OK\r
Date: Sat, 21 Nov 2026 12:00:00 GMT\r
Server: Apache/2.4.62 (Debian)\r
Last-Modified: Fri, 20 Nov 2026 08:30:00 GMT\r
ETag: "2aa6-5d41402abc4b2"\r
Accept-Ranges: bytes\r
Content-Length: 0\r
Cache-Control: max-age=3600\r
Vary: Accept-Encoding\r
Content-Type: text/html; charset=utf-8\r
Connection: keep-alive\r
\r
`;

async function loadEngine(folder) {
  const outfile = path.join(folder, 'http.mjs');
  const contents = `
    export { RequestHead } from './request-head.ts';
    export { ResponseHead } from './response-head.ts';
    export { HeadEdits } from './head-edits.ts';
    export { HeadWriter } from './head-writer.ts';
    export { outgoingRequest, outgoingResponse } from './forwarding.ts';`;
  const stdin = { contents, resolveDir: engine, loader: 'ts' };
  await build({ stdin, bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'error' });
  return import(pathToFileURL(outfile).href);
}

function ours(http) {
  const request = Buffer.from(REQUEST, 'latin1');
  const response = Buffer.from(RESPONSE, 'latin1');
  const into = new Uint8Array(4096);
  const [asking, answer] = [new http.RequestHead(), new http.ResponseHead()];
  const [edits, writer] = [new http.HeadEdits(), new http.HeadWriter()];
  const asked = { method: 'GET', upgrades: false };
  const ask = () => {
    asking.begin(0);
    if (asking.read(request, request.length) !== 'done') throw new Error(asking.refusal);
  };
  const reply = () => {
    answer.begin(0, asked);
    if (answer.read(response, response.length) !== 'done') throw new Error(answer.refusal);
  };
  ask();
  const written = (end) => {
    if (end === -1) throw new Error('no room');
  };
  return {
    'request, ours': ask,
    'request, ours, written anew': () => {
      ask();
      edits.begin(asking.fields);
      written(writer.request(asking, edits, http.outgoingRequest(asking, 'keep-alive'), into, 0));
    },
    'response, ours': reply,
    'response, ours, written anew': () => {
      reply();
      edits.begin(answer.fields);
      written(writer.response(answer, edits, http.outgoingResponse(asking, answer, 'keep-alive'), into, 0));
    },
  };
}

/** llhttp behind Node's binding, one parser for one message after another, as a connection of node:http has it. */
function nodes() {
  const { HTTPParser } = createRequire(import.meta.url)('node:_http_common');
  const make = (type, octets, callback) => {
    const parser = new HTTPParser();
    parser.initialize(type, {});
    let heads = 0;
    parser[HTTPParser.kOnHeadersComplete | 0] = callback ? () => void heads++ : undefined;
    const buffer = Buffer.from(octets, 'latin1');
    return () => {
      const read = parser.execute(buffer);
      if (read !== buffer.length) throw new Error('llhttp refuses');
    };
  };
  return {
    'request, llhttp in Node': make(HTTPParser.REQUEST, REQUEST, true),
    'request, llhttp in Node, nobody told': make(HTTPParser.REQUEST, REQUEST, false),
    'response, llhttp in Node': make(HTTPParser.RESPONSE, RESPONSE, true),
    'response, llhttp in Node, nobody told': make(HTTPParser.RESPONSE, RESPONSE, false),
  };
}

/** Of this process's own processor time, because others use the machine too. */
function perSecond(run, milliseconds) {
  const start = process.cpuUsage();
  for (let heads = 0; ;) {
    for (let count = 0; count < 1000; count++) run();
    heads += 1000;
    const { user, system } = process.cpuUsage(start);
    if (user + system >= milliseconds * 1000) return (heads * 1e6) / (user + system);
  }
}

/** Octets of the heap for a head, over so many that one collection would show. */
function allocated(run) {
  for (let count = 0; count < 20_000; count++) run();
  const before = process.memoryUsage().heapUsed;
  for (let count = 0; count < 20_000; count++) run();
  return Math.max(0, (process.memoryUsage().heapUsed - before) / 20_000);
}

const median = (numbers) => [...numbers].sort((left, right) => left - right)[Math.floor(numbers.length / 2)];

const folder = mkdtempSync(path.join(tmpdir(), 'http-parser-'));
try {
  const runs = Object.entries({ ...ours(await loadEngine(folder)), ...nodes() });
  const rates = new Map(runs.map(([name]) => [name, []]));
  const [rounds, milliseconds] = [option('runs', 7), option('milliseconds', 300)];
  for (const [, run] of runs) perSecond(run, 100);
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of runs) rates.get(name).push(perSecond(run, milliseconds));
  const rows = runs.map(([name, run]) => ({
    name,
    headsPerSecond: Math.round(median(rates.get(name))),
    nanoseconds: Math.round(1e9 / median(rates.get(name))),
    heapOctetsPerHead: Math.round(allocated(run)),
  }));
  console.table(rows);
  keep('http-parser', { request: REQUEST.length, response: RESPONSE.length, rounds, milliseconds, rows });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
