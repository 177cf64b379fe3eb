import type {
  CheckSnapshot,
  Counters,
  DirectorSnapshot,
  Rates,
  RealServerSnapshot,
  TableSnapshot,
  VirtualServiceSnapshot,
} from '../../api/snapshot.ts';
import type { EventCounts } from './event-counts.ts';
import { exposition, type Metric, type Sample } from './exposition.ts';

type Labels = NonNullable<Sample['labels']>;

export interface Measured {
  readonly snapshot: DirectorSnapshot;
  readonly table: TableSnapshot;
  readonly counts: EventCounts;
  readonly drops: Readonly<Record<string, number>>;
}

/** Everything that a director measures, for Prometheus. */
export function formatMetrics({ snapshot, table, counts, drops }: Measured): string {
  return exposition([
    ...directorMetrics(snapshot),
    ...totalMetrics(table),
    counter(
      'dropped_packets',
      'Packets of virtual services that were dropped, by reason.',
      Object.entries(drops).map(([reason, count]) => one({ reason }, count)),
    ),
    ...serviceMetrics(table.services),
    ...serverMetrics(table.services),
    ...checkMetrics(snapshot.checks, counts),
    ...vrrpMetrics(snapshot, counts),
    ...syncMetrics(table),
  ]);
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `relevo_director_${name}`, type: 'gauge', help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `relevo_director_${name}_total`, type: 'counter', help, samples };
}

const one = (labels: Labels, value = 1): Sample => ({ labels, value });

function directorMetrics({ version, startedAt, plane, masquerading }: DirectorSnapshot): Metric[] {
  return [
    gauge('info', 'Version and forwarding plane; always 1.', [one({ version, plane: plane.name })]),
    gauge('start_time_seconds', 'When the director started, since the Unix epoch.', [{ value: startedAt / 1000 }]),
    gauge('masquerading', 'Whether the inner network is let out through this director.', [
      { value: Number(masquerading) },
    ]),
  ];
}

const counterNames: readonly (readonly [keyof Counters, string, string])[] = [
  ['connections', 'connections', 'Connections scheduled'],
  ['inPackets', 'in_packets', 'Packets from clients'],
  ['outPackets', 'out_packets', 'Packets to clients'],
  ['inBytes', 'in_bytes', 'Bytes from clients'],
  ['outBytes', 'out_bytes', 'Bytes to clients'],
];
const rateNames: readonly (readonly [keyof Rates, string, string])[] = [
  ['connectionsPerSecond', 'connections_per_second', 'Connections a second, as IPVS estimates'],
  ['inPacketsPerSecond', 'in_packets_per_second', 'Packets from clients a second, as IPVS estimates'],
  ['outPacketsPerSecond', 'out_packets_per_second', 'Packets to clients a second, as IPVS estimates'],
  ['inBytesPerSecond', 'in_bytes_per_second', 'Bytes from clients a second, as IPVS estimates'],
  ['outBytesPerSecond', 'out_bytes_per_second', 'Bytes to clients a second, as IPVS estimates'],
];

interface Counted {
  readonly labels?: Labels;
  readonly counters: Counters;
  readonly rates: Rates;
}

function countedMetrics(prefix: string, of: string, counted: readonly Counted[]): Metric[] {
  const sample = ({ labels }: Counted, value: number): Sample => (labels === undefined ? { value } : { labels, value });
  return [
    ...counterNames.map(([field, name, help]) =>
      counter(
        `${prefix}${name}`,
        `${help}, ${of}.`,
        counted.map((item) => sample(item, item.counters[field])),
      ),
    ),
    ...rateNames.map(([field, name, help]) =>
      gauge(
        `${prefix}${name}`,
        `${help}, ${of}.`,
        counted.map((item) => sample(item, item.rates[field])),
      ),
    ),
  ];
}

function totalMetrics(table: TableSnapshot): Metric[] {
  return countedMetrics('', 'all services together', [table]);
}

function serviceLabels({ protocol, address, port, mark }: VirtualServiceSnapshot): Labels {
  return protocol === 'FWM' ? { protocol, address, mark: mark ?? 0 } : { protocol, address, port };
}

function serviceMetrics(services: readonly VirtualServiceSnapshot[]): Metric[] {
  const counted = services.map((service) => ({ ...service, labels: serviceLabels(service) }));
  return [
    gauge(
      'service_info',
      'Scheduler of a virtual service; always 1.',
      services.map((service) => one({ ...serviceLabels(service), scheduler: service.scheduler })),
    ),
    gauge(
      'service_servers',
      'Servers of a virtual service that are in the table.',
      services.map((service) => one(serviceLabels(service), service.realServers.length)),
    ),
    ...countedMetrics('service_', 'by virtual service', counted),
  ];
}

function serverMetrics(services: readonly VirtualServiceSnapshot[]): Metric[] {
  const servers = services.flatMap((service) =>
    service.realServers.map((server) => ({
      ...server,
      labels: { ...serviceLabels(service), server: server.address, server_port: server.port },
    })),
  );
  const gaugeOf = (name: string, help: string, value: (server: RealServerSnapshot) => number): Metric =>
    gauge(
      `server_${name}`,
      help,
      servers.map((server) => one(server.labels, value(server))),
    );
  return [
    gaugeOf('weight', 'Weight of a server; 0 takes no new connections.', ({ weight }) => weight),
    gaugeOf('active_connections', 'Established connections.', ({ activeConnections }) => activeConnections),
    gaugeOf('inactive_connections', 'All other connection entries.', ({ inactiveConnections }) => inactiveConnections),
    gaugeOf('persistent_connections', 'Persistence templates.', ({ persistentConnections }) => persistentConnections),
    ...countedMetrics('server_', 'by server', servers),
  ];
}

function checkMetrics(checks: readonly CheckSnapshot[], { checkChanges }: EventCounts): Metric[] {
  return [
    gauge(
      'check_up',
      'Whether a health check holds its server for well.',
      checks.map((check) =>
        one(
          {
            protocol: check.protocol,
            address: check.serviceAddress,
            ...(check.mark === undefined ? { port: check.servicePort } : { mark: check.mark }),
            server: check.serverAddress,
            server_port: check.serverPort,
            kind: check.kind,
          },
          Number(check.up),
        ),
      ),
    ),
    counter('check_changes', 'Verdicts of health checks that turned.', [
      one({ to: 'up' }, checkChanges.up),
      one({ to: 'down' }, checkChanges.down),
    ]),
  ];
}

function vrrpMetrics({ instances, timers, receiveProblems = {} }: DirectorSnapshot, counts: EventCounts): Metric[] {
  const lateness = (quantile: string, milliseconds: number): Sample => one({ quantile }, milliseconds / 1000);
  return [
    gauge(
      'vrrp_state',
      'State of a VRRP instance: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.',
      instances.map(({ name, state }) => one({ instance: name }, ['INIT', 'BACKUP', 'MASTER', 'FAULT'].indexOf(state))),
    ),
    gauge(
      'vrrp_priority',
      'Priority of a VRRP instance.',
      instances.map(({ name, priority }) => one({ instance: name }, priority)),
    ),
    counter(
      'vrrp_transitions',
      'Times that a VRRP instance entered a state.',
      [...counts.transitions.values()].map(({ instance, state, count }) => one({ instance, state }, count)),
    ),
    counter(
      'vrrp_adverts',
      'Advertisements sent and heard.',
      [...counts.adverts.values()].map(({ instance, direction, count }) => one({ instance, direction }, count)),
    ),
    counter(
      'vrrp_announcements',
      'Gratuitous ARP requests and unsolicited neighbour advertisements.',
      [...counts.announcements].map(([device, count]) => one({ interface: device }, count)),
    ),
    counter(
      'vrrp_refused_packets',
      'VRRP packets that were refused, by reason.',
      Object.entries(receiveProblems).map(([reason, count]) => one({ reason }, count)),
    ),
    gauge(
      'vrrp_timer_lateness_seconds',
      'How late VRRP timers fired: of the last thousand; quantile 1 is the worst since the start.',
      timers ? [lateness('0.5', timers.medianMs), lateness('0.99', timers.p99Ms), lateness('1', timers.maxMs)] : [],
    ),
  ];
}

function syncMetrics({ syncDaemons }: TableSnapshot): Metric[] {
  return [
    gauge(
      'sync_daemon',
      'Connection synchronisation daemons that run; always 1.',
      syncDaemons.map((daemon) => one({ role: daemon.role, interface: daemon.interface, syncid: daemon.syncId })),
    ),
  ];
}
