import type {
  DrillOptions,
  DrillReport,
  ExportSummary,
  ImportResult,
  MethodInput,
  MethodName,
  MethodOutput,
} from '../../provisioning/contract/index.ts';
import { toRpcError } from '../rpc/failure.ts';
import type { StartRequest } from './app-state.ts';
import type { AppStore } from './store.ts';
import { without } from './without.ts';

/** The one thing that commands need of the client. */
export interface Caller {
  call<M extends MethodName>(method: M, params: MethodInput<M>): Promise<MethodOutput<M>>;
}

/** Methods that act on one node and answer with its status. */
export type NodeCommand = 'node.kill' | 'node.start' | 'node.freeze';
export type LinkCommand = 'link.cut' | 'link.restore';

/** Methods that act on a lab that is up, or on some of its nodes, as an operation with progress. */
export const labCommands = [
  'lab.halt',
  'lab.suspend',
  'lab.start',
  'lab.reload',
  'lab.upgrade',
  'snapshot.take',
  'snapshot.restore',
  'snapshot.delete',
] as const satisfies readonly MethodName[];
export type LabCommand = (typeof labCommands)[number];

/** What a reader can ask for. Each is shown as pending while it runs; a failure ends in `AppState.failure`. */
export interface Commands {
  start(request: StartRequest): void;
  dismissAttempt(lab: string): void;
  cancel(operation: string): void;
  stop(lab: string, done: () => void): void;
  node(command: NodeCommand, lab: string, node: string): void;
  link(command: LinkCommand, lab: string, node: string, network: string): void;
  lab<C extends LabCommand>(command: C, params: MethodInput<C>, done?: (result: MethodOutput<C>) => void): void;
  drill(lab: string, drill: string, options: Partial<DrillOptions>, done: (report: DrillReport) => void): void;
  export(request: MethodInput<'testbeds.export'>, done: (summary: ExportSummary) => void): void;
  /** Looks into a folder, or imports it. */
  import(request: MethodInput<'testbeds.import'>, done: (result: ImportResult) => void): void;
  removeTestbed(testbed: string, done: () => void): void;
  /** Without a word when it fails: the list that is there stays. */
  refreshTestbeds(): void;
  dismissFailure(): void;
}

/** The name under which a command is pending. */
export function pendingName(command: string, ...target: readonly string[]): string {
  return [command, ...target].join(' ');
}

export function createCommands(store: AppStore, client: Caller): Commands {
  const run = <T>(name: string, action: () => Promise<T>, done?: (result: T) => void): void => {
    store.setState(({ pending }) => ({ pending: { ...pending, [name]: true } }));
    const ended = (): void => store.setState(({ pending }) => ({ pending: without(pending, name) }));
    action().then(
      (result) => {
        ended();
        done?.(result);
      },
      (thrown: unknown) => {
        ended();
        const failure = toRpcError(thrown);
        // Cancelling is what the reader asked for, not something that went wrong.
        if (failure.code !== 'CANCELLED') store.setState({ failure });
      },
    );
  };
  return {
    start: (request) => startLab(store, client, request),
    dismissAttempt: (lab) => store.setState(({ attempts }) => ({ attempts: without(attempts, lab) })),
    cancel: (operation) =>
      run(pendingName('operation.cancel', operation), () => client.call('operation.cancel', { operation })),
    stop: (lab, done) => run(pendingName('lab.down', lab), () => client.call('lab.down', { lab }), done),
    node: (command, lab, node) => run(pendingName(command, lab, node), () => client.call(command, { lab, node })),
    link: (command, lab, node, network) =>
      run(pendingName(command, lab, node, network), () => client.call(command, { lab, node, network })),
    lab: (command, params, done) => run(pendingName(command, params.lab), () => client.call(command, params), done),
    drill: (lab, drill, options, done) =>
      run(pendingName('drill.run', lab), () => client.call('drill.run', { lab, drill, options }), done),
    export: (request, done) =>
      run(pendingName('testbeds.export', request.testbed), () => client.call('testbeds.export', request), done),
    import: (request, done) =>
      run(
        pendingName('testbeds.import'),
        () => client.call('testbeds.import', request),
        (result) => {
          if (result.saved) refreshTestbeds(store, client);
          done(result);
        },
      ),
    removeTestbed: (testbed, done) =>
      run(
        pendingName('testbeds.remove', testbed),
        () => client.call('testbeds.remove', { testbed }),
        () => {
          refreshTestbeds(store, client);
          done();
        },
      ),
    refreshTestbeds: () => refreshTestbeds(store, client),
    dismissFailure: () => store.setState({ failure: undefined }),
  };
}

function refreshTestbeds(store: AppStore, client: Caller): void {
  client.call('testbeds.list', {}).then(
    (testbeds) => store.setState({ testbeds }),
    () => undefined,
  );
}

/** Starts a lab. Its failure stays with the attempt, where it can be read and retried, and not in a dialog. */
function startLab(store: AppStore, client: Caller, request: StartRequest): void {
  const { lab, testbed, provider, options } = request;
  const attempt = { request, startedAt: Date.now() };
  store.setState(({ attempts, views }) => ({
    attempts: { ...attempts, [lab]: attempt },
    views: views[lab]?.removed === true ? without(views, lab) : views,
  }));
  client.call('lab.up', { testbed, lab, provider, options }).then(
    () => store.setState(({ attempts }) => ({ attempts: without(attempts, lab) })),
    (thrown: unknown) => {
      const error = toRpcError(thrown);
      // The start may well go on without us; once connected again, the lab's own events tell.
      if (error.code === 'ENGINE_UNREACHABLE') store.setState((state) => ({ attempts: without(state.attempts, lab) }));
      else store.setState(({ attempts }) => ({ attempts: { ...attempts, [lab]: { ...attempt, error } } }));
    },
  );
}
