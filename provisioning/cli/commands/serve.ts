import { join } from 'node:path';
import { RelevoError } from '../../contract/error.ts';
import { ownTestbedsDirectory } from '../../discovery/index.ts';
import { startEngine } from '../../engine/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { TestbedImporter } from '../../engine/rpc/handlers.ts';
import { exportVagrantfile } from '../../export/index.ts';
import { importVagrantfile, removeOwnTestbed } from '../../import/index.ts';
import { createLabService } from '../../lab/index.ts';
import { getTestbed } from '../../lab/testbed-source.ts';
import type { CommandContext, CommandOptions, ExitStatus } from '../context.ts';
import { print } from '../context.ts';
import { openLog } from '../engine/log.ts';
import type { EngineLog } from '../engine/log.ts';
import { reportReadiness } from '../engine/readiness.ts';
import { onInterrupt } from '../interrupt.ts';

/** Runs the lab engine in this process until it is asked to end. */
export async function serve(context: CommandContext, options: CommandOptions): Promise<ExitStatus> {
  const log = openLog(context.locations.state);
  watchForDefects(log);
  const engine = await start(context, options, log);
  log.info(`The engine listens at port ${engine.port}.`);
  const stop = (): void => void engine.stop().catch((error: unknown) => log.defect('stop', error));
  const stopListening = onInterrupt(stop);
  // Whoever holds the other end may be killed: then nobody is left to end us.
  if (options.untilInputEnds === true) process.stdin.resume().once('close', stop);
  if (options.onDemand !== true) {
    const { port, address } = engine;
    print(options, { port, address, pid: process.pid }, () => addressText(address));
  }
  await engine.stopped;
  stopListening();
  log.info('The engine ended; labs live on.');
  // What a broken connection or a node may still keep open must not keep the engine.
  process.exit(0);
}

async function start(context: CommandContext, options: CommandOptions, log: EngineLog): Promise<Engine> {
  const { locations, version } = context;
  try {
    const engine = await startEngine({
      stateDirectory: locations.state,
      pageDirectory: join(locations.dist, 'renderer'),
      version,
      port: options.port ?? 0,
      onDemand: options.onDemand ?? false,
      createService: () =>
        createLabService({
          stateDirectory: locations.state,
          cacheDirectory: locations.cache,
          distDirectory: locations.dist,
        }),
      exportTestbed: async ({ testbed, renumber, ...request }) =>
        exportVagrantfile({
          ...request,
          testbed: await getTestbed(testbed, renumber === undefined ? {} : { renumber }),
          distDirectory: locations.dist,
          version,
        }),
      importer: createImporter(),
      onDefect: (where, error) => log.defect(where, error),
    });
    reportReadiness(options.readyDescriptor, 'ready');
    return engine;
  } catch (error) {
    log.defect('start', error);
    const known = error instanceof RelevoError ? error : new RelevoError('INTERNAL', String(error));
    reportReadiness(options.readyDescriptor, known);
    throw known;
  }
}

function createImporter(): TestbedImporter {
  const testbeds = ownTestbedsDirectory();
  return {
    importFolder: (request) => importVagrantfile({ ...request, testbeds, now: Date.now() }),
    remove: (testbed) => removeOwnTestbed(testbeds, testbed),
  };
}

/** A defect ends the engine, and with it nothing: labs belong to their holders. */
function watchForDefects(log: EngineLog): void {
  process.on('uncaughtException', (error) => {
    log.defect('the engine', error);
    process.exit(1);
  });
}

function addressText(address: string): string {
  return `The lab engine runs. Its window:\n\n  ${address}\n\nThe token in this address opens it: keep it to yourself. Ctrl-C ends the engine; labs live on.\n`;
}
