import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../../../provisioning/engine/index.ts';
import type { Engine, EngineOptions } from '../../../provisioning/engine/index.ts';
import { RecordingLabService } from './recording-lab-service.ts';

export interface TestEngine {
  readonly engine: Engine;
  readonly service: RecordingLabService;
  readonly state: string;
  readonly defects: unknown[];
  stop(): Promise<void>;
}

/** An engine in this process, on a state directory of its own, with a page of one file, over a recording lab service. */
export async function startTestEngine(overrides: Partial<EngineOptions> = {}): Promise<TestEngine> {
  const state = mkdtempSync(join(tmpdir(), 'relevo-test-'));
  const pageDirectory = join(state, 'page');
  mkdirSync(join(pageDirectory, 'assets'), { recursive: true });
  writeFileSync(join(pageDirectory, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(pageDirectory, 'assets', 'app-1234.js'), 'export {};');
  writeFileSync(join(state, 'secret.txt'), 'not for the page');
  const service = new RecordingLabService();
  const defects: unknown[] = [];
  const engine = await startEngine({
    stateDirectory: state,
    pageDirectory,
    version: '0.0.0-test',
    port: 0,
    onDemand: false,
    createService: () => Promise.resolve(service),
    exportTestbed: () => Promise.reject(new Error('This engine exports nothing.')),
    importer: {
      importFolder: () => Promise.reject(new Error('This engine imports nothing.')),
      remove: () => Promise.reject(new Error('This engine forgets nothing.')),
    },
    onDefect: (_where, error) => defects.push(error),
    ...overrides,
  });
  const stop = async (): Promise<void> => {
    await engine.stop();
    rmSync(state, { recursive: true, force: true });
  };
  return { engine, service, state, defects, stop };
}
