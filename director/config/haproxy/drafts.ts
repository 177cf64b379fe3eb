import type { BackTimeouts, Balance, BackSide, HashSettings, PersistenceCookie } from '../../engine/proxy/backend.ts';
import type { HttpCheckSend, HttpCheckStep, TcpCheckStep } from '../../engine/proxy/checks.ts';
import type {
  CommonTimeouts,
  ErrorAnswer,
  ForwardFor,
  FrontSide,
  Rules,
  StatisticsPage,
} from '../../engine/proxy/configuration.ts';
import type { Bind, SourceAddress } from '../../engine/proxy/endpoints.ts';
import type { Condition } from '../../engine/proxy/expressions.ts';
import type { LogTarget } from '../../engine/proxy/global.ts';
import type { Server } from '../../engine/proxy/servers.ts';
import type { StickRule, StickTable } from '../../engine/proxy/stick-tables.ts';
import type { Word } from '../statements.ts';
import type { GrowingAcl } from './scope.ts';
import type { ServerSettings } from './server-settings.ts';

export type Kind = 'frontend' | 'backend' | 'listen' | 'defaults';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** `no option X` differs from not having said anything only where a default is on. */
export type OptionSetting = 'on' | 'off';

/** A proxy while its lines are read; nothing within it is ever changed in place but its own lists and maps. */
export interface Draft {
  readonly kind: Kind;
  readonly name: string;
  readonly at: Word;
  /** What its defaults were, if any. */
  readonly parent: Draft | undefined;
  readonly acls: Map<string, GrowingAcl>;
  readonly options: Map<string, OptionSetting>;
  id?: { readonly at: Word; readonly value: number };
  description?: string;
  disabled: boolean;
  mode: 'tcp' | 'http';
  logs: LogTarget[];
  logTag?: string;
  /** The format of logs, by keyword. */
  logFormat?: LogFormatChoice;
  errorLogFormat?: Word;
  structuredData?: Word;
  uniqueIdFormat?: Word;
  uniqueIdHeader?: string;
  rules: Writable<Rules>;
  timeouts: Writable<CommonTimeouts> & Writable<FrontSide['timeouts']> & Writable<BackTimeouts>;
  connectionMode: 'keepAlive' | 'serverClose' | 'close';
  forwardFor?: ForwardFor;
  originalTo?: Omit<ForwardFor, 'ifNone'>;
  oddHeaderNames?: 'preserve' | 'delete' | 'reject';
  errors: ErrorAnswer[];
  statistics?: Writable<StatisticsPage>;
  stickTable?: StickTable;
  stickTableAt?: Word;
  front: FrontDraft;
  back: BackDraft;
  /** The first line of some keywords, for warnings about modes that ignore them. */
  readonly seen: Map<string, Word>;
}

export type LogFormatChoice =
  { readonly kind: 'httplog' | 'tcplog' | 'httpslog' | 'clf' } | { readonly kind: 'own'; readonly word: Word };

export interface UseBackendDraft {
  readonly at: Word;
  readonly name: Word;
  readonly when?: Condition;
}

export interface FrontDraft {
  binds: Bind[];
  maxConnections: number;
  backlog?: number;
  sessionRate: number;
  useBackend: UseBackendDraft[];
  defaultBackend?: Word;
  captures: {
    request: Writable<CaptureList>;
    response: Writable<CaptureList>;
    cookie?: FrontSide['capture']['cookie'];
  };
  monitorUri?: string;
  monitorFailures: Condition[];
  maxSessionServerConnections: number;
}

type CaptureList = FrontSide['capture']['request'];

export interface BackDraft {
  servers: ServerDraft[];
  readonly serverDefaults: ServerSettings;
  /** Without its hash, which another line may say. */
  balance?: BalanceChoice;
  hash: HashSettings;
  retries: number;
  retryOn: BackSide['retryOn'];
  redispatch?: number;
  cookie?: PersistenceCookie;
  dynamicCookieKey?: string;
  checkKind: 'none' | 'http' | 'tcp' | 'sslHello';
  httpCheck: { steps: HttpStepDraft[]; fromOption?: HttpSendDraft; disableOn404: boolean; sendState: boolean };
  tcpCheck: TcpCheckStep[];
  fullConnections?: number;
  source?: SourceAddress;
  reuse?: BackSide['reuse'];
  stickRules: StickRule[];
  useServer: { at: Word; name: Word; when: Condition }[];
  persist: { kind: 'force' | 'ignore'; when: Condition }[];
  serverNameHeader?: string;
  dispatch?: { host: string; port: number };
  maxKeepAliveQueue: number;
  serverState: 'none' | 'global' | 'local';
  serverStateFile?: string;
}

/** What it does not say, `option httpchk` says or nobody. */
export type HttpSendDraft = Pick<HttpCheckSend, 'action'> & Partial<HttpCheckSend>;
export type HttpStepDraft = Exclude<HttpCheckStep, HttpCheckSend> | HttpSendDraft;

export type BalanceChoice = Balance extends infer One ? (One extends Balance ? Omit<One, 'hash'> : never) : never;

export interface ServerDraft {
  readonly at: Word;
  readonly server: Server;
  readonly tracks?: Word;
}

export const hasFront = ({ kind }: Pick<Draft, 'kind'>): boolean => kind !== 'backend';
export const hasBack = ({ kind }: Pick<Draft, 'kind'>): boolean => kind !== 'frontend';
