// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { act, Profiler } from 'react';
import type { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RealServerSnapshot, VirtualServiceSnapshot } from '../../director/index.ts';
import type { Services } from '../app/services.ts';
import { ServicesContext } from '../app/services.ts';
import { applyDirectorEvent, silentDirector } from '../state/director-view.ts';
import type { LabView } from '../state/lab-view.ts';
import { reduceEvent } from '../state/app-state.ts';
import { smallTestbed } from '../state/small-testbed.fixture.ts';
import { createAppStore } from '../state/store.ts';
import { IpvsTable } from './ipvs-table.tsx';

// Counts how often each row is drawn, from inside: the cells are replaced by a component that reports.
const drawn = vi.hoisted(() => [] as number[]);
vi.mock('./rate-cells.tsx', () => ({
  RateCells: ({ rates }: { rates: { inBytesPerSecond: number } }) => {
    drawn.push(rates.inBytesPerSecond);
    return <td data-rate={rates.inBytesPerSecond}>{rates.inBytesPerSecond}</td>;
  },
}));

const counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
const rates = (inBytesPerSecond: number) => ({
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond,
  outBytesPerSecond: 0,
});

function server(address: string, rate: number): RealServerSnapshot {
  return {
    address,
    port: 80,
    forwarding: 'masq',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    persistentConnections: 0,
    order: 0,
    activeConnections: 1,
    inactiveConnections: 2,
    counters,
    rates: rates(rate),
  };
}

/** Each row is known by its rate: the service has 1, its servers 10 and 20. */
function services(...realServers: RealServerSnapshot[]): VirtualServiceSnapshot[] {
  return [
    {
      protocol: 'TCP',
      address: '192.168.1.200',
      port: 80,
      scheduler: 'rr',
      schedulerFlags: [],
      onePacket: false,
      counters,
      rates: rates(1),
      realServers,
    },
  ];
}

const store = createAppStore();
let root: Root;
let tableDraws: number;

beforeEach(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  const start = applyDirectorEvent(silentDirector('master'), {
    type: 'table',
    at: 0,
    services: services(server('10.0.100.2', 10), server('10.0.100.3', 20)),
  });
  const view = {
    lab: 'tfg',
    testbed: smallTestbed(),
    directors: { master: start },
    losses: {},
    timeline: [],
    nodes: {},
  } as unknown as LabView;
  store.setState({ views: { tfg: view } });
  const place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
  tableDraws = 0;
  act(() =>
    root.render(
      <Frame>
        <IpvsTable lab="tfg" node="master" />
      </Frame>,
    ),
  );
});
afterEach(() => {
  act(() => root.unmount());
});

function Frame({ children }: { children: ReactNode }) {
  return (
    <MantineProvider>
      <ServicesContext value={{ store } as unknown as Services}>
        <Profiler id="table" onRender={() => (tableDraws += 1)}>
          {children}
        </Profiler>
      </ServicesContext>
    </MantineProvider>
  );
}

function tableEvent(...realServers: RealServerSnapshot[]): void {
  const event = { type: 'table', at: 1, services: services(...realServers) } as const;
  act(() =>
    store.setState((state) =>
      reduceEvent(state, { event: 'director', payload: { lab: 'tfg', node: 'master', event } }, 1),
    ),
  );
}

const shown = () => [...document.querySelectorAll('[data-rate]')].map((cell) => cell.textContent);

it('draws every row once at first', () => {
  expect([...drawn].sort((left, right) => left - right)).toEqual([1, 10, 20]);
  expect(shown()).toEqual(['1', '10', '20']);
});

it('draws only the row of the server that an event changed', () => {
  drawn.length = 0;
  tableEvent(server('10.0.100.2', 10), server('10.0.100.3', 25));
  expect(drawn).toEqual([25]);
  expect(shown()).toEqual(['1', '10', '25']);
});

it('draws nothing when an event changed nothing', () => {
  drawn.length = 0;
  const before = tableDraws;
  tableEvent(server('10.0.100.2', 10), server('10.0.100.3', 20));
  expect(drawn).toEqual([]);
  expect(tableDraws).toBe(before);
});

it('adds the row of a server that came, and leaves the others', () => {
  drawn.length = 0;
  tableEvent(server('10.0.100.2', 10), server('10.0.100.3', 20), server('10.0.100.4', 30));
  expect(drawn.filter((rate) => rate === 10 || rate === 20)).toEqual([]);
  expect(shown()).toEqual(['1', '10', '20', '30']);
});
