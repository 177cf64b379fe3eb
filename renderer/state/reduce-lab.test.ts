import { describe, expect, it } from 'vitest';
import type { DirectorSnapshot, RealServerSnapshot, VirtualServiceSnapshot } from '../../director/index.ts';
import type { LabStatus, NodeStatus } from '../../provisioning/contract/index.ts';
import type { AppState } from './app-state.ts';
import { initialState, reduceEvent } from './app-state.ts';
import type { LabView } from './lab-view.ts';
import { labFromSnapshot } from './lab-view.ts';
import type { LabEvent } from './reduce-lab.ts';
import { reduceLab } from './reduce-lab.ts';
import { masterToKill, masterToStart, holdingOf } from './roles.ts';
import { smallTestbed } from './small-testbed.fixture.ts';
import { serverKey } from './table.ts';

const lab = 'tfg';
const rates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};
const counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };

function server(address: string, activeConnections = 0): RealServerSnapshot {
  return {
    address,
    port: 80,
    forwarding: 'masq',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    persistentConnections: 0,
    order: 0,
    activeConnections,
    inactiveConnections: 0,
    counters,
    rates,
  };
}

function service(...realServers: RealServerSnapshot[]): VirtualServiceSnapshot {
  return {
    protocol: 'TCP',
    address: '192.168.1.200',
    port: 80,
    scheduler: 'rr',
    schedulerFlags: [],
    onePacket: false,
    counters,
    rates,
    realServers,
  };
}

function check(serverAddress: string, up: boolean) {
  const [serviceAddress, servicePort, serverPort] = ['192.168.1.200', 80, 80];
  return {
    protocol: 'TCP',
    serviceAddress,
    servicePort,
    serverAddress,
    serverPort,
    kind: 'TCP_CHECK',
    up,
    reason: 'refused',
    since: 0,
  } as const;
}

function snapshot(state: 'MASTER' | 'BACKUP'): DirectorSnapshot {
  const instance = {
    version: 2,
    vrid: 51,
    interface: 'eth0',
    priority: 150,
    advertIntervalMs: 1000,
    since: 0,
  } as const;
  return {
    version: '0.1.0',
    pid: 1,
    startedAt: 0,
    configFile: '',
    plane: { name: 'packet', reason: '' },
    masquerading: true,
    instances: [{ ...instance, name: 'VI_E', state, virtualAddresses: ['192.168.1.200'] }],
    services: [service(server('10.0.100.2'), server('10.0.100.3'))],
    checks: [check('10.0.100.2', true), check('10.0.100.3', true)],
  };
}

function node(name: string, state: NodeStatus['state'] = 'running', since = 0): NodeStatus {
  return {
    name,
    role: 'director',
    state,
    since,
    interfaces: [{ name: 'eth0', network: 'nat', mac: '', mtu: 1500, addresses: [], cable: 'connected' }],
  };
}

const virtual = (holders: string[]) => [{ address: '192.168.1.200', network: 'nat', instance: 'VI_E', holders }];

function status(): LabStatus {
  return {
    lab,
    testbed: 'small',
    provider: 'namespaces',
    phase: 'running',
    since: 0,
    nodesRunning: 2,
    nodesTotal: 2,
    options: {},
    nodes: [node('master'), node('standby')],
    virtualAddresses: virtual(['master']),
    directors: [
      { node: 'master', snapshot: snapshot('MASTER'), at: 0 },
      { node: 'standby', snapshot: snapshot('BACKUP'), at: 0 },
    ],
    sharing: { kind: 'sshfs', reason: { en: '', es: '', gl: '' } },
  };
}

const first = (): LabView => labFromSnapshot(undefined, { lab, status: status(), testbed: smallTestbed() });
const play = (view: LabView, ...events: LabEvent[]): LabView =>
  events.reduce((before, event) => reduceLab(before, event, 5000), view);
const kinds = (view: LabView) => view.timeline.map(({ happening }) => happening.kind);

describe('a table event', () => {
  const key = 'TCP 192.168.1.200:80';
  const [web1, web2] = ['10.0.100.2', '10.0.100.3'].map((address) => serverKey(key, address, 80)) as [string, string];

  it('changes the row of the server that it is about and no other', () => {
    const before = first();
    const services = [service(server('10.0.100.2', 7), server('10.0.100.3'))];
    const after = play(before, {
      event: 'director',
      payload: { lab, node: 'master', event: { type: 'table', at: 1, services } },
    });
    const [old, now] = [before.directors['master']!.table, after.directors['master']!.table];
    expect(now.servers[web1]?.entry?.activeConnections).toBe(7);
    expect(now.servers[web2]).toBe(old.servers[web2]);
    expect(now.serviceKeys).toBe(old.serviceKeys);
    expect(now.serverKeys).toBe(old.serverKeys);
    expect(after.directors['standby']).toBe(before.directors['standby']);
    expect(after.nodes).toBe(before.nodes);
  });

  it('keeps the row of a server whose check is down, with the reason', () => {
    const after = play(
      first(),
      {
        event: 'director',
        payload: { lab, node: 'master', event: { type: 'check', at: 1, check: check('10.0.100.3', false) } },
      },
      {
        event: 'director',
        payload: { lab, node: 'master', event: { type: 'table', at: 2, services: [service(server('10.0.100.2'))] } },
      },
    );
    const { table } = after.directors['master']!;
    expect(table.serverKeys[key]).toEqual([web1, web2]);
    expect(table.servers[web2]).toMatchObject({ address: '10.0.100.3', check: { up: false, reason: 'refused' } });
    expect(table.servers[web2]?.entry).toBeUndefined();
    expect(kinds(after)).toEqual(['check']);
  });

  it('adds up the connections of a service', () => {
    const services = [service(server('10.0.100.2', 3), server('10.0.100.3', 4))];
    const after = play(first(), {
      event: 'director',
      payload: { lab, node: 'master', event: { type: 'table', at: 1, services } },
    });
    expect(after.directors['master']?.table.services[key]?.activeConnections).toBe(7);
  });
});

describe('the master’s death', () => {
  const killed = play(
    first(),
    { event: 'node-changed', payload: { lab, node: node('master', 'off', 1000) } },
    { event: 'director-lost', payload: { lab, node: 'master' } },
    { event: 'virtual-addresses', payload: { lab, virtualAddresses: virtual([]) } },
  );
  const taken = play(
    killed,
    {
      event: 'director',
      payload: {
        lab,
        node: 'standby',
        event: {
          type: 'vrrp-state',
          at: 4600,
          instance: 'VI_E',
          vrid: 51,
          from: 'BACKUP',
          to: 'MASTER',
          reason: 'timeout',
        },
      },
    },
    {
      event: 'director',
      payload: {
        lab,
        node: 'standby',
        event: { type: 'address', at: 4610, action: 'added', address: '192.168.1.200', interface: 'eth0' },
      },
    },
    { event: 'virtual-addresses', payload: { lab, virtualAddresses: virtual(['standby']) } },
  );

  it('leaves nobody to kill and the master to start', () => {
    expect(holdingOf(killed.virtualAddresses)).toEqual({ kind: 'nobody', addresses: ['192.168.1.200'] });
    expect([masterToKill(killed), masterToStart(killed)]).toEqual([undefined, 'master']);
    expect(killed.directors['master']).toMatchObject({ answering: false });
    expect(killed.directors['master']?.table.serviceKeys).toHaveLength(1);
  });

  it('makes the standby the one to kill', () => {
    expect(holdingOf(taken.virtualAddresses)).toEqual({ kind: 'held', node: 'standby' });
    expect([masterToKill(taken), masterToStart(taken)]).toEqual(['standby', 'master']);
    expect(taken.directors['standby']?.instances[0]).toMatchObject({ state: 'MASTER', since: 4600 });
  });

  it('is told in order, with the time from the power cut to the new holder', () => {
    expect(kinds(taken)).toEqual(['node', 'director', 'vrrp', 'address', 'handover']);
    expect(taken.timeline.at(-1)?.happening).toMatchObject({ from: 'master', node: 'standby', gapMs: 3610 });
  });

  it('is told once, and also when the new holder is known before it says so', () => {
    const added = {
      event: 'director',
      payload: {
        lab,
        node: 'standby',
        event: { type: 'address', at: 4610, action: 'added', address: '192.168.1.200', interface: 'eth0' },
      },
    } as const;
    const known = { event: 'virtual-addresses', payload: { lab, virtualAddresses: virtual(['standby']) } } as const;
    expect(kinds(play(killed, known, added, added))).toEqual(['node', 'director', 'address', 'handover', 'address']);
  });

  it('shows what a director says once, though the engine logs it too', () => {
    const entry = { at: 1, level: 'info', source: 'master', message: '192.168.1.200 added to eth0' } as const;
    const own = { at: 1, level: 'info', source: 'engine', message: 'Re-attached.' } as const;
    const after = play(
      first(),
      { event: 'log', payload: { lab, entry } },
      { event: 'log', payload: { lab, entry: own } },
    );
    expect(after.timeline.map(({ happening }) => happening)).toEqual([
      { kind: 'log', source: 'engine', level: 'info', message: 'Re-attached.' },
    ]);
  });

  it('tells no handover when the address only comes back to a living node', () => {
    const back = play(first(), {
      event: 'director',
      payload: {
        lab,
        node: 'standby',
        event: { type: 'address', at: 9, action: 'added', address: '192.168.1.200', interface: 'eth0' },
      },
    });
    expect(kinds(back)).toEqual(['address']);
  });
});

describe('the lab', () => {
  it('knows a split brain from a torn sync group', () => {
    const [one] = virtual(['master']);
    const other = { ...one!, address: '10.0.100.200', holders: ['standby'] };
    expect(holdingOf(virtual(['master', 'standby'])).kind).toBe('split');
    expect(holdingOf([one!, other])).toEqual({ kind: 'torn', nodes: ['master', 'standby'] });
  });

  it('tells a cut cable', () => {
    const cut = node('master');
    const after = play(first(), {
      event: 'node-changed',
      payload: { lab, node: { ...cut, interfaces: [{ ...cut.interfaces[0]!, cable: 'cut' }] } },
    });
    expect(after.timeline.at(-1)?.happening).toEqual({ kind: 'cable', node: 'master', network: 'nat', cable: 'cut' });
  });

  it('keeps its timeline and its drill when a new snapshot comes after a reconnection', () => {
    const before = play(
      first(),
      { event: 'node-changed', payload: { lab, node: node('master', 'off', 1000) } },
      {
        event: 'drill-samples',
        payload: { lab, id: 'd1', samples: [{ target: 'http', sequence: 1, sentAt: 1, endedAt: 2, ok: true }] },
      },
    );
    const after = labFromSnapshot(before, { lab, status: status(), testbed: smallTestbed() });
    expect(after.timeline).toBe(before.timeline);
    expect(after.drill?.samples).toHaveLength(1);
    expect(after.testbed).toBe(before.testbed);
  });

  it('keeps a failed start to show where it stood, and forgets other operations when they end', () => {
    const operation = {
      id: 'o1',
      lab,
      title: '',
      startedAt: 0,
      cancellable: true,
      steps: [{ step: 'base', state: 'waiting' as const }],
    };
    const error = { code: 'RECIPE_FAILED' as const, message: '', detail: {} };
    const end = { event: 'operation-ended' as const, payload: { lab, operation: 'o1', error } };
    const up = play(
      first(),
      { event: 'operation-started', payload: { lab, operation: { ...operation, kind: 'up' } } },
      { event: 'operation-progress', payload: { lab, operation: 'o1', steps: [{ step: 'base', state: 'failed' }] } },
      end,
    );
    expect([up.operation?.steps, up.error]).toEqual([[{ step: 'base', state: 'failed' }], error]);
    const drill = play(
      first(),
      { event: 'operation-started', payload: { lab, operation: { ...operation, kind: 'drill' } } },
      end,
    );
    expect([drill.operation, drill.error, drill.ended]).toEqual([undefined, undefined, undefined]);
  });
});

describe('the list of labs', () => {
  const withLab = (): AppState =>
    reduceEvent(
      initialState,
      { event: 'lab-snapshot', payload: { lab, status: status(), testbed: smallTestbed() } },
      0,
    );

  it('marks a lab as gone when it left the list unnoticed', () => {
    const after = reduceEvent(withLab(), { event: 'labs', payload: { labs: [] } }, 0);
    expect(after.views[lab]?.removed).toBe(true);
  });

  it('ignores events of labs that are not being watched', () => {
    const before = withLab();
    expect(reduceEvent(before, { event: 'lab-removed', payload: { lab: 'other' } }, 0)).toBe(before);
  });
});
