import type { MethodArguments, MethodOutput } from '../../contract/index.ts';
import type { LabService } from '../../lab/lab-service.ts';
import type { SessionManager } from '../sessions/session-manager.ts';
import type { RpcClient } from './client.ts';
import type { Handlers } from './dispatcher.ts';
import { fileHandlers } from './file-handlers.ts';

export interface EngineFacts {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
  readonly stateDirectory: string;
}

export type TestbedExporter = (request: MethodArguments<'testbeds.export'>) => Promise<MethodOutput<'testbeds.export'>>;

/** What makes testbeds of folders, and forgets them. */
export interface TestbedImporter {
  importFolder(request: MethodArguments<'testbeds.import'>): Promise<MethodOutput<'testbeds.import'>>;
  remove(testbed: string): Promise<void>;
}

export interface HandlerDependencies {
  readonly service: LabService;
  readonly sessions: SessionManager;
  readonly facts: EngineFacts;
  /** Writes a testbed as a folder for other tools. */
  readonly exportTestbed: TestbedExporter;
  readonly importer: TestbedImporter;
  /** Called when a client asks the engine to end; the answer is sent first. */
  readonly stop: () => void;
}

/** Every method of the contract, wired to who does it. */
export function createHandlers(dependencies: HandlerDependencies): Handlers {
  return {
    ...engineHandlers(dependencies),
    ...testbedHandlers(dependencies),
    ...labHandlers(dependencies),
    ...nodeHandlers(dependencies),
    ...sessionHandlers(dependencies),
    ...fileHandlers(dependencies.service),
    ...snapshotHandlers(dependencies),
    ...drillHandlers(dependencies),
    ...subscriptionHandlers(dependencies),
  };
}

type Slice<Prefix extends string> = Pick<Handlers, Extract<keyof Handlers, `${Prefix}.${string}`>>;

const nothing = {};

function engineHandlers({ service, facts, stop }: HandlerDependencies): Slice<'engine'> {
  return {
    'engine.info': () => ({ ...facts, providers: service.info() }),
    'engine.stop': () => {
      setImmediate(stop);
      return nothing;
    },
  };
}

function testbedHandlers({ service, exportTestbed, importer }: HandlerDependencies): Slice<'testbeds'> {
  return {
    'testbeds.list': () => service.listTestbeds(),
    'testbeds.show': ({ testbed }) => service.showTestbed(testbed),
    'testbeds.export': (request) => exportTestbed(request),
    'testbeds.import': (request) => importer.importFolder(request),
    'testbeds.remove': async ({ testbed }) => {
      await importer.remove(testbed);
      return nothing;
    },
  };
}

function labHandlers({ service }: HandlerDependencies): Slice<'lab' | 'operation'> {
  return {
    'lab.plan': (request) => service.plan(request),
    'lab.preflight': (request) => service.preflight(request),
    'lab.up': (request) => service.up(request),
    'lab.down': async ({ lab }) => {
      await service.down(lab);
      return nothing;
    },
    'lab.halt': (request) => service.operations.halt(request),
    'lab.suspend': (request) => service.operations.suspend(request),
    'lab.start': (request) => service.operations.start(request),
    'lab.reload': (request) => service.operations.reload(request),
    'lab.upgrade': ({ lab }) => service.operations.upgrade(lab),
    'lab.list': () => service.list(),
    'lab.status': async ({ lab: name }) => {
      const lab = service.lab(name);
      await lab.refresh();
      return lab.status();
    },
    'lab.testbed': ({ lab }) => service.lab(lab).testbed,
    'lab.log': (request) => service.log(request),
    'operation.cancel': ({ operation }) => {
      service.cancel(operation);
      return nothing;
    },
  };
}

function nodeHandlers({ service }: HandlerDependencies): Slice<'node' | 'link'> {
  return {
    'node.kill': ({ lab, node }) => service.idleLab(lab).kill(node),
    'node.start': ({ lab, node }) => service.idleLab(lab).start(node),
    'node.freeze': ({ lab, node }) => service.idleLab(lab).freeze(node),
    'link.cut': ({ lab, node, network }) => service.idleLab(lab).cutLink(node, network),
    'link.restore': ({ lab, node, network }) => service.idleLab(lab).restoreLink(node, network),
  };
}

function sessionHandlers({ service, sessions }: HandlerDependencies): Slice<'session'> {
  return {
    'session.open': (input, client) => sessions.open(input, client),
    'session.list': ({ lab }) => sessions.list(service.lab(lab).name),
    'session.attach': ({ session }, client) => sessions.attach(session, client),
    'session.write': async ({ session, data }) => {
      await sessions.find(session).write(Buffer.from(data, 'base64'));
      return nothing;
    },
    'session.end': ({ session }) => {
      sessions.find(session).end();
      return nothing;
    },
    'session.resize': ({ session, columns, rows }) => {
      sessions.find(session).resize({ columns, rows });
      return nothing;
    },
    'session.close': async ({ session }) => {
      await sessions.close(session);
      return nothing;
    },
  };
}

function snapshotHandlers({ service }: HandlerDependencies): Slice<'snapshot'> {
  return {
    'snapshot.list': ({ lab }) => service.operations.snapshots(lab),
    'snapshot.take': (request) => service.operations.takeSnapshot(request),
    'snapshot.restore': (request) => service.operations.restoreSnapshot(request),
    'snapshot.delete': async (request) => {
      await service.operations.deleteSnapshot(request);
      return nothing;
    },
  };
}

function drillHandlers({ service }: HandlerDependencies): Slice<'drill'> {
  return {
    'drill.run': (request) => service.operations.runDrill(request),
    'drill.reports': ({ lab }) => service.drillReports(lab),
    'drill.report': ({ lab, id }) => service.drillReport(lab, id),
  };
}

/** The snapshot is sent in the same turn in which the subscription begins, so nothing can be lost or doubled in between. */
function subscriptionHandlers({ service }: HandlerDependencies): Slice<'subscribe' | 'unsubscribe'> {
  return {
    'subscribe.labs': (_input, client) => {
      client.send({ event: 'labs', payload: { labs: service.list() } });
      client.wantsLabs = true;
      return nothing;
    },
    'subscribe.lab': ({ lab }, client): MethodOutput<'subscribe.lab'> => {
      subscribeToLab(service, lab, client);
      return nothing;
    },
    'unsubscribe.lab': ({ lab }, client) => {
      client.labs.delete(lab);
      return nothing;
    },
  };
}

function subscribeToLab(service: LabService, name: string, client: RpcClient): void {
  const lab = service.lab(name);
  const payload = { lab: name, status: lab.status(), testbed: lab.testbed };
  client.send({ event: 'lab-snapshot', payload });
  client.labs.add(name);
}
