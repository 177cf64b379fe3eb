import type {
  MethodArguments,
  MethodName,
  MethodOutput,
  RpcEvent,
  TestbedSummary,
} from '../../provisioning/contract/index.ts';
import { drillOptionsSchema, drillSummarySchema, RelevoError } from '../../provisioning/contract/index.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { FakeImports } from './fake-import.ts';
import type { FakeLabs } from './fake-labs.ts';
import type { FakeLifecycle } from './fake-lifecycle.ts';
import { fakeFindings } from './fake-findings.ts';
import { fakePlan } from './fake-plan.ts';
import type { FakeSessions } from './fake-sessions.ts';

/** One connected window. */
export interface FakeClient {
  readonly labs: Set<string>;
  wantsLabs: boolean;
  readonly send: (event: RpcEvent) => void;
}

/** One handler a method, no more and no less: the compiler holds the fake to the contract. */
export type Handlers = {
  [M in MethodName]: (parameters: MethodArguments<M>, client: FakeClient) => Promise<MethodOutput<M>> | MethodOutput<M>;
};

export interface World {
  readonly testbeds: readonly ResolvedTestbed[];
  readonly labs: FakeLabs;
  readonly lifecycle: FakeLifecycle;
  readonly sessions: FakeSessions;
  readonly providerAvailable: boolean;
  readonly vagrantAvailable: boolean;
}

export function createHandlers(world: World): Handlers {
  return {
    ...testbedHandlers(world),
    ...labHandlers(world),
    ...lifecycleHandlers(world),
    ...sessionHandlers(world),
    ...drillHandlers(world),
  };
}

type Some<M extends MethodName> = Pick<Handlers, M>;

function testbedHandlers({
  testbeds,
  providerAvailable,
  vagrantAvailable,
}: World): Some<
  | 'engine.info'
  | 'engine.stop'
  | 'testbeds.list'
  | 'testbeds.show'
  | 'testbeds.export'
  | 'testbeds.import'
  | 'testbeds.remove'
  | 'lab.plan'
  | 'lab.preflight'
> {
  const find = (id: string): ResolvedTestbed => findTestbed(testbeds, id);
  const imports = new FakeImports();
  return {
    'engine.info': () => ({
      version: '0.1.0',
      pid: 4711,
      startedAt: Date.now() - 60_000,
      stateDirectory: '/var/lib/relevo',
      providers: [
        providerAvailable
          ? { name: 'namespaces', available: true, reason: 'Linux, and this process may create namespaces.' }
          : {
              name: 'namespaces',
              available: false,
              reason: 'The engine does not run as root.',
              hint: 'Start it with: sudo relevo serve',
            },
        vagrantAvailable
          ? { name: 'vagrant', available: true, reason: 'Vagrant is installed.' }
          : {
              name: 'vagrant',
              available: false,
              reason: 'Vagrant is not installed.',
              hint: 'Install it: https://developer.hashicorp.com/vagrant/install',
            },
      ],
    }),
    'engine.stop': () => ({}),
    'testbeds.list': () => [
      ...testbeds.map(summarize),
      ...imports.all().map(({ testbed, origin }) => ({ ...summarize(testbed), origin })),
    ],
    'testbeds.import': (request) => imports.open(find('tfg'), request),
    'testbeds.remove': ({ testbed }) => {
      imports.remove(testbed);
      return {};
    },
    'testbeds.show': ({ testbed }) => find(testbed),
    'testbeds.export': ({ testbed, options, directory }) => {
      const { nodes } = find(testbed);
      const lab = options.lab ?? testbed;
      return {
        lab,
        directory: directory ?? `/home/reader/relevo-${lab}`,
        files: ['Vagrantfile', 'README.md', 'verify.sh'],
        machines: nodes.map(({ name }) => name),
        memory: nodes.reduce((sum, { machine }) => sum + machine.memory, 0),
      };
    },
    'lab.plan': ({ testbed, lab }) => fakePlan(lab ?? testbed, find(testbed)),
    'lab.preflight': ({ testbed, provider, options }) => fakeFindings(find(testbed), provider, options),
  };
}

function labHandlers({
  testbeds,
  labs,
  lifecycle,
  sessions,
}: World): Some<
  | 'lab.up'
  | 'lab.down'
  | 'lab.list'
  | 'lab.status'
  | 'lab.testbed'
  | 'lab.log'
  | 'operation.cancel'
  | 'node.kill'
  | 'node.start'
  | 'node.freeze'
  | 'link.cut'
  | 'link.restore'
  | 'subscribe.labs'
  | 'subscribe.lab'
  | 'unsubscribe.lab'
> {
  return {
    'lab.up': ({ testbed, lab, options, provider }) =>
      labs.up(lab ?? testbed, findTestbed(testbeds, testbed), options ?? {}, provider),
    'lab.down': async ({ lab }) => {
      await labs.down(lab);
      sessions.forgetLab(lab);
      return {};
    },
    'lab.list': () => labs.list(),
    'lab.status': ({ lab }) => labs.get(lab).status(),
    'lab.testbed': ({ lab }) => labs.get(lab).testbed,
    'lab.log': ({ lab }) => [
      { at: labs.get(lab).since, level: 'info', source: 'engine', message: 'Every node and daemon answers.' },
    ],
    'operation.cancel': ({ operation }) => {
      labs.cancel(operation);
      lifecycle.cancel(operation);
      return {};
    },
    'node.kill': ({ lab, node }) => {
      const status = labs.get(lab).kill(node);
      sessions.nodeLost(lab, node);
      return status;
    },
    'node.start': ({ lab, node }) => labs.get(lab).start(node),
    'node.freeze': ({ lab, node }) => labs.get(lab).freeze(node),
    'link.cut': ({ lab, node, network }) => labs.get(lab).cable(node, network, 'cut'),
    'link.restore': ({ lab, node, network }) => labs.get(lab).cable(node, network, 'connected'),
    'subscribe.labs': (_parameters, client) => {
      client.wantsLabs = true;
      client.send({ event: 'labs', payload: { labs: labs.list() } });
      return {};
    },
    'subscribe.lab': ({ lab }, client) => {
      const found = labs.get(lab);
      client.labs.add(lab);
      client.send({ event: 'lab-snapshot', payload: { lab, status: found.status(), testbed: found.testbed } });
      return {};
    },
    'unsubscribe.lab': ({ lab }, client) => {
      client.labs.delete(lab);
      return {};
    },
  };
}

function lifecycleHandlers({
  labs,
  lifecycle,
}: World): Some<
  'lab.halt' | 'lab.suspend' | 'lab.start' | 'lab.reload' | 'lab.upgrade' | Extract<MethodName, `snapshot.${string}`>
> {
  const after = async (lab: string, done: Promise<void>): Promise<MethodOutput<'lab.status'>> => {
    await done;
    return labs.get(lab).status();
  };
  return {
    'lab.halt': ({ lab, nodes }) => after(lab, lifecycle.halt(labs.get(lab), nodes)),
    'lab.suspend': ({ lab, nodes }) => after(lab, lifecycle.suspend(labs.get(lab), nodes)),
    'lab.start': ({ lab, nodes }) => after(lab, lifecycle.start(labs.get(lab), nodes)),
    'lab.reload': ({ lab, nodes, provision }) => after(lab, lifecycle.reload(labs.get(lab), nodes, provision)),
    'lab.upgrade': ({ lab }) => lifecycle.upgrade(labs.get(lab)),
    'snapshot.list': ({ lab }) => lifecycle.list(labs.get(lab)),
    'snapshot.take': ({ lab, name }) => lifecycle.take(labs.get(lab), name),
    'snapshot.restore': ({ lab, name }) => after(lab, lifecycle.restore(labs.get(lab), name)),
    'snapshot.delete': async ({ lab, name }) => {
      await lifecycle.delete(labs.get(lab), name);
      return {};
    },
  };
}

function sessionHandlers({
  labs,
  sessions,
}: World): Some<
  | 'session.open'
  | 'session.list'
  | 'session.attach'
  | 'session.write'
  | 'session.end'
  | 'session.resize'
  | 'session.close'
  | 'file.read'
  | 'file.write'
> {
  return {
    'session.open': ({ lab, node }, client) => ({ session: sessions.open(labs.get(lab), node, client.send) }),
    'session.list': ({ lab }) => sessions.list(lab),
    'session.attach': ({ session }, client) => sessions.attach(session, client.send),
    'session.write': ({ session, data }) => {
      sessions.write(session, data);
      return {};
    },
    'session.end': () => ({}),
    'session.resize': () => ({}),
    'session.close': ({ session }) => {
      sessions.close(session);
      return {};
    },
    'file.read': () => ({ data: '' }),
    'file.write': () => ({}),
  };
}

function drillHandlers({ labs }: World): Some<'drill.run' | 'drill.reports' | 'drill.report'> {
  return {
    'drill.run': ({ lab, drill, options }) => labs.drill(lab, drill, drillOptionsSchema.parse(options ?? {})),
    'drill.reports': ({ lab }) => labs.reports(lab).map((report) => drillSummarySchema.parse(report)),
    'drill.report': ({ lab, id }) => {
      const report = labs.reports(lab).find((candidate) => candidate.id === id);
      if (report === undefined) throw new RelevoError('UNKNOWN_DRILL', `There is no report "${id}".`, { lab });
      return report;
    },
  };
}

function findTestbed(testbeds: readonly ResolvedTestbed[], id: string): ResolvedTestbed {
  const found = testbeds.find((testbed) => testbed.id === id);
  if (found === undefined) throw new RelevoError('UNKNOWN_TESTBED', `There is no testbed "${id}".`);
  return found;
}

function summarize({ id, title, description, source, nodes, networks }: ResolvedTestbed): TestbedSummary {
  return { id, title, description, source, nodes: nodes.length, networks: networks.length };
}
