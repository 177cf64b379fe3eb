import { createInterface } from 'node:readline';
import type { ProbeTarget } from '../../testbeds/resolved.ts';
import { now } from './clock.ts';
import { parseConfiguration } from './configuration.ts';
import { askName } from './dns-request.ts';
import { requestPage } from './http-request.ts';
import type { Outcome } from './outcome.ts';
import { startProbe } from './probe.ts';
import { SampleWriter } from './sample-writer.ts';

/*
 * The probe: runs on a client node, reads one line of JSON (ProbeConfiguration), prints one line of JSON per request
 * (ProbeSample) until its standard input closes or it gets SIGTERM. Exit status 0; 2 when the configuration is wrong; 3 when
 * one of its own hard limits ended it.
 */

const writer = new SampleWriter(process.stdout);
let stop: () => void = () => undefined;

async function leave(exitCode: number): Promise<void> {
  stop();
  await writer.flush();
  // exit() and not exitCode: requests without an answer would keep the process until their time-out.
  process.exit(exitCode);
}

function fail(message: string, exitCode: number): Promise<void> {
  process.stderr.write(`probe: ${message}\n`);
  return leave(exitCode);
}

function request(target: ProbeTarget, timeoutMs: number): Promise<Outcome> {
  return target.kind === 'http' ? requestPage(target.url, timeoutMs) : askName(target.server, target.query, timeoutMs);
}

function callAt(at: number, callback: () => void): () => void {
  const timer = setTimeout(callback, Math.max(0, at - now()));
  return () => {
    clearTimeout(timer);
  };
}

function begin(line: string): void {
  stop = startProbe(parseConfiguration(line), {
    now,
    callAt,
    request,
    sample: (sample) => {
      writer.write(sample);
    },
    exhausted: (reason) => {
      fail(reason, 3).catch(() => process.exit(3));
    },
  });
}

// The reader is gone: nobody wants the samples any more.
process.stdout.on('error', () => process.exit(0));
process.on('SIGTERM', () => {
  leave(0).catch(() => process.exit(1));
});

const input = createInterface({ input: process.stdin });
input.once('line', (line) => {
  try {
    begin(line);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), 2).catch(() => process.exit(2));
  }
});
input.on('close', () => {
  leave(0).catch(() => process.exit(1));
});
