import type { Server } from '../servers.ts';
import type { BackendRuntime } from './backend-runtime.ts';
import { ServerCounters, TimeAverages } from './counters.ts';
import { FrequencyCounter } from './frequency-counter.ts';

/** What checks make of a server: `starting` while its weight grows (`slowstart`), `stopping` when a check said 404. */
export type OperationalState = 'stopped' | 'starting' | 'running' | 'stopping';

/** What people, the file and tracked servers make of it; each is told apart, as each is taken back by another hand. */
export interface AdministrativeState {
  /** `set server … state maint`, the page's MAINT; and the file's `disabled`. */
  maintenance: boolean;
  /** Follows the server that it tracks. */
  inheritedMaintenance: boolean;
  drain: boolean;
  inheritedDrain: boolean;
}

/** Where the last check stands: `check_status`, `check_code`, `check_duration`, `check_desc` of the statistics. */
export interface CheckReport {
  /** As statistics spell it: `L7OK`, `L4CON`, … */
  readonly status: string;
  readonly code?: number;
  readonly durationMs: number;
  readonly description: string;
  /** The server's answer, or why there was none. */
  readonly last: string;
}

/** A server as it is now. Whoever changes what balancing looks at tells the backend (`BackendRuntime.serverChanged`). */
export class ServerRuntime {
  readonly settings: Server;
  readonly backend: BackendRuntime;
  /** Unique in the backend, from 1. */
  readonly id: number;
  operational: OperationalState = 'running';
  readonly administrative: AdministrativeState = {
    maintenance: false,
    inheritedMaintenance: false,
    drain: false,
    inheritedDrain: false,
  };
  /** Of the file, 0 to 256, and the one that somebody has set since. */
  readonly initialWeight: number;
  userWeight: number;
  /** What balancing uses: the user's, in HAProxy's sixteenths (`BE_WEIGHT_SCALE`), less while it is starting. */
  effectiveWeight: number;
  /** Resolved; may be set at run time. Absent: not known (`initialAddress` none). */
  address: string | undefined;
  port: number;
  maxConnections: number;
  /** Streams that it has; those that wait for it are in `queued`. */
  current = 0;
  queued = 0;
  /** Connections kept for reuse. */
  idle = 0;
  readonly counters = new ServerCounters();
  readonly averages = new TimeAverages();
  readonly sessionRate: FrequencyCounter;
  /** When the operational or administrative state changed last, and how long it was down in all before. */
  changedAt: number;
  downMs = 0;
  lastSessionAt: number | undefined;
  check: CheckReport | undefined;
  agent: CheckReport | undefined;
  /** Whether checks, and agents, are asked; somebody may have switched them off (`disable health`, `disable agent`). */
  checking: boolean;
  agentChecking: boolean;
  /** What somebody has set since of where checks go (`set server … check-addr`), and what agents are sent. */
  readonly checkTarget: { address?: string; port?: number } = {};
  readonly agentTarget: { address?: string; port?: number; send?: string } = {};
  /** Checks in a row that went as the last one: HAProxy's `health`, from 0 (down) to `rise + fall - 1`. */
  health: number;
  /** Values of the persistence cookie: the file's, or computed. */
  cookie: string | undefined;

  constructor(settings: Server, backend: BackendRuntime, id: number, now: number) {
    this.settings = settings;
    this.backend = backend;
    this.id = id;
    this.initialWeight = settings.weight;
    this.userWeight = settings.weight;
    this.effectiveWeight = settings.weight * WEIGHT_SCALE;
    this.port = settings.endpoint.kind === 'inet' ? settings.endpoint.port.number : 0;
    this.maxConnections = settings.maxConnections;
    this.cookie = settings.cookie;
    this.sessionRate = new FrequencyCounter(now);
    this.changedAt = now;
    this.administrative.maintenance = settings.disabled;
    this.health = settings.check?.rise ?? 1;
    this.checking = settings.check !== undefined;
    this.agentChecking = settings.agent !== undefined;
  }

  get inMaintenance(): boolean {
    return this.administrative.maintenance || this.administrative.inheritedMaintenance;
  }

  get draining(): boolean {
    return this.administrative.drain || this.administrative.inheritedDrain;
  }

  /** HAProxy's srv_willbe_usable: balancing may choose it. */
  get usable(): boolean {
    if (this.inMaintenance || this.draining || this.effectiveWeight === 0) return false;
    return this.operational === 'starting' || this.operational === 'running';
  }

  /** Whether those who are bound to it may still come: not down, not in maintenance. */
  get up(): boolean {
    return !this.inMaintenance && this.operational !== 'stopped';
  }
}

/** `BE_WEIGHT_SCALE`: a weight of the file is so many of the balancing's. */
export const WEIGHT_SCALE = 16;
