import { createContext, use } from 'react';
import { useStore } from 'zustand';
import { RpcClient } from '../rpc/client.ts';
import { openSocket } from '../rpc/browser-socket.ts';
import { readLaunchParameters, rpcAddress, rpcProtocols } from '../rpc/address.ts';
import { reduceEvent } from '../state/app-state.ts';
import type { AppState } from '../state/app-state.ts';
import type { Caller, Commands } from '../state/commands.ts';
import { createCommands } from '../state/commands.ts';
import type { LabView } from '../state/lab-view.ts';
import type { AppStore } from '../state/store.ts';
import { createAppStore } from '../state/store.ts';
import { Subscriptions } from '../state/subscriptions.ts';
import { TerminalScreen } from '../terminal/screen.ts';
import { fontSizes } from '../terminal/tab.ts';
import { Terminals } from '../terminal/terminals.ts';
import { darkTerminal } from '../terminal/theme.ts';
import { writeRoute } from './route.ts';

export type WindowTerminals = Terminals<TerminalScreen>;

/** What every part of the window may use. */
export interface Services {
  readonly store: AppStore;
  readonly client: Caller;
  readonly commands: Commands;
  readonly subscriptions: Pick<Subscriptions, 'watch'>;
  readonly terminals: WindowTerminals;
  readonly retryConnection: () => void;
  /** The window was opened without the engine's token: nothing will ever connect. */
  readonly hasToken: boolean;
}

/** Pixels of a letter in a window of ordinary size (global.css). */
const normalLetterSize = 16;

/** xterm.js wants pixels, so the growth of very large windows is given to it here. */
function letterSize(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

const tokenKey = 'relevo.token';

/** Takes the token out of the address, where it could be seen and copied, and remembers it for this window. */
function takeToken(): string | undefined {
  const { token, lab } = readLaunchParameters(window.location.hash);
  if (token === undefined) return sessionStorage.getItem(tokenKey) ?? undefined;
  sessionStorage.setItem(tokenKey, token);
  const route = writeRoute(lab === undefined ? { screen: 'start' } : { screen: 'lab', lab, section: 'overview' });
  window.history.replaceState(null, '', `${window.location.pathname}${route}`);
  return token;
}

export function createServices(): Services {
  const token = takeToken();
  const store = createAppStore();
  const client = new RpcClient({
    connect: () => openSocket(rpcAddress(window.location), rpcProtocols(token ?? '')),
    reachable: async () => (await fetch(window.location.pathname, { method: 'HEAD' })).ok,
    onState: (connection) => {
      store.setState({ connection });
      if (connection.state !== 'open') return;
      subscriptions.connected();
      terminals.connected();
    },
    onEvent: (event) => {
      if (event.event === 'session-output' || event.event === 'session-exit') terminals.receive(event);
      else store.setState((state) => reduceEvent(state, event, Date.now()));
    },
    onMalformed: (reason) => console.warn('The engine sent something that breaks the contract:', reason),
  });
  const subscriptions = new Subscriptions(store, client);
  const terminals: WindowTerminals = new Terminals(
    client,
    localStorage,
    (listener, fontSize) => new TerminalScreen(listener, fontSize, darkTerminal),
    Math.round((fontSizes.normal / normalLetterSize) * letterSize()),
  );
  if (token !== undefined) client.start();
  return {
    store,
    client,
    commands: createCommands(store, client),
    subscriptions,
    terminals,
    retryConnection: () => client.retryNow(),
    hasToken: token !== undefined,
  };
}

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (services === undefined) throw new Error('This component is used outside ServicesContext.');
  return services;
}

/** A part of the window's state; the component is drawn again only when that part is another object. */
export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(useServices().store, select);
}

/** A part of one lab's view. The lab's screen is only shown while there is one. */
export function useLab<T>(lab: string, select: (view: LabView) => T): T {
  return useApp((state) => {
    const view = state.views[lab];
    if (view === undefined) throw new Error(`The lab "${lab}" is not being watched.`);
    return select(view);
  });
}

export function usePending(name: string): boolean {
  return useApp(({ pending }) => pending[name] === true);
}
