import type { Explanation, FlowQuestion } from '../api/explain.ts';
import type { ConfiguredService, ConnectionSnapshot, DirectorSnapshot, TableSnapshot } from '../api/snapshot.ts';
import type { TableCommand, TableResult } from '../api/table.ts';
import type { DirectorConfiguration } from '../config/configuration.ts';
import type { VirtualAddress } from '../engine/vrrp/configuration.ts';
import { CheckRunner, type CheckListener } from './check-runner.ts';
import { describeNews, describeCheck, describeServer, newsEvent, serverEvent } from './checks/describe.ts';
import { epochNow } from './clock.ts';
import { RunnerServers } from './control/checked-servers.ts';
import { createPlane, needsPlane, type ChosenPlane } from './control/create-plane.ts';
import { Operator } from './control/operator.ts';
import { SysctlSettings } from './control/sysctl-settings.ts';
import { TableControl } from './control/table-control.ts';
import { DirectorError, errorMessage } from './errors.ts';
import { EventBus } from './event-bus.ts';
import { HostMarkFollower, markServices } from './host-marks/follower.ts';
import { removeLeftovers } from './leftovers.ts';
import { loadConfiguration } from './load-configuration.ts';
import { LocalAddresses } from './local-addresses.ts';
import type { Log } from './log.ts';
import { Masquerading, masqueradeTable } from './masquerading.ts';
import { PlaneSlot } from './plane-slot.ts';
import { checkSnapshot, configuredSnapshot, instanceSnapshot, missingNotices, timersSnapshot } from './snapshot.ts';
import type { StateFile } from './state-file.ts';
import { awaitConnections, mayTakeConnectionsOver } from './sync/await-connections.ts';
import { describeSync, SyncRoleFollower } from './sync/role.ts';
import { ipForward, readSysctl, writeSysctl } from './sysctl.ts';
import { version } from './version.ts';
import { VrrpController } from './vrrp/controller.ts';
import { logVrrpEvent } from './vrrp/log-event.ts';

export interface DirectorOptions {
  readonly configFile: string;
  readonly stateFile: StateFile;
  readonly log: Log;
  /** The director cannot go on and has to be stopped. */
  readonly onFatal: (reason: string) => void;
}

/** Puts VRRP, checks, forwarding plane and masquerading together, and answers for what they add to the machine. */
export class Director {
  readonly events = new EventBus();
  readonly #options: DirectorOptions;
  readonly #startedAt = epochNow();
  readonly #local = new LocalAddresses();
  readonly #plane = new PlaneSlot();
  readonly #masquerading: Masquerading;
  readonly #checks: CheckRunner;
  readonly #control: TableControl;
  readonly #sync: SyncRoleFollower;
  readonly #marks: HostMarkFollower;
  readonly #sysctls: SysctlSettings;
  readonly operator: Operator;
  #configuration: DirectorConfiguration = { instances: [], virtualServers: [], marks: [], plane: 'auto' };
  /** Whoever needs a plane first starts it for all. */
  #planeStart: Promise<void> | undefined;
  #forwardBefore = '';
  /** The addresses that the state file names. */
  #recorded: readonly VirtualAddress[] = [];
  /** The start and the reloads, one after the other. */
  #turns: Promise<void> = Promise.resolve();
  #ending = false;
  #vrrp: VrrpController | undefined;

  constructor(options: DirectorOptions) {
    this.#options = options;
    this.#masquerading = new Masquerading(options.log);
    const listener: CheckListener = {
      verdict: (status) => {
        options.log('info', describeCheck(checkSnapshot(status)));
        this.events.emit({ type: 'check', at: epochNow(), check: checkSnapshot(status) });
      },
      server: (status) => {
        options.log('info', describeServer(status));
        this.events.emit(serverEvent(status));
      },
      service: (service, news) => {
        options.log('info', describeNews(service, news));
        this.events.emit(newsEvent(service, news));
      },
      table: () => void this.#control.want(this.#checks.checker.services),
    };
    this.#checks = new CheckRunner(listener, options.log);
    this.#control = new TableControl(options.log);
    this.#sync = new SyncRoleFollower(
      (commands) => this.#plane.execute(commands),
      options.log,
      (news) => {
        options.log('info', describeSync(news));
        this.events.emit({ type: 'sync', at: epochNow(), ...news });
      },
    );
    this.#marks = new HostMarkFollower(options.log, (rules) => this.#plane.setMarks(rules));
    this.#sysctls = new SysctlSettings(this.#plane, options.log);
    this.operator = new Operator(new RunnerServers(this.#checks), this.#plane);
  }

  /** Rejects with DirectorError when the configuration cannot be used; `stop` is to be called then as well. */
  start(): Promise<void> {
    const turn = this.#start();
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  async #start(): Promise<void> {
    const { configFile, stateFile, log } = this.#options;
    const left = stateFile.read();
    if (left)
      for (const what of removeLeftovers(left, log)) log('warn', `Removed ${what}, left by a director that was killed`);
    // Only now: addresses that nobody answers for must go even when the file has become unusable.
    this.#configuration = await loadConfiguration(configFile, log);
    if (this.#isEnding()) return;
    this.#local.refresh(this.#configuration.instances);
    this.#forwardBefore = left?.sysctls[ipForward] ?? readSysctl(ipForward);
    this.#record(this.#local.recordable(this.#configuration.instances));
    writeSysctl(ipForward, '1');
    this.#plane.setLocalAddresses(this.#local.all);
    this.#checks.configure(this.#configuration.virtualServers);
    const plane = needsPlane(this.#configuration) ? this.#ensurePlane(this.#configuration) : Promise.resolve();
    // At once: its timers are what everyone waits for, and they leave the plane more than the time it needs, but for the owner
    // of an address, who takes it without waiting (RFC 5798, section 6.4.1).
    if (this.#configuration.instances.some(({ priority }) => priority === 255)) await plane;
    if (mayTakeConnectionsOver(this.#configuration)) {
      await plane;
      await awaitConnections(this.#plane, log, () => this.#isEnding());
    }
    if (!this.#isEnding()) this.#startVrrp();
    await plane;
  }

  /**
   * Takes the file again. Resolves with what a person should know. Rejects with DirectorError, and changes nothing, when it
   * cannot be used.
   */
  reload(): Promise<string[]> {
    const turn = this.#turns.then(() => this.#reload());
    this.#turns = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn.then(() => this.#noticeMissing());
  }

  async #noticeMissing(): Promise<string[]> {
    if (this.#isEnding() || !this.#plane.running) return [];
    // What is new now has to be in the table first.
    await this.#control.want(this.#checks.checker.services);
    const notices = missingNotices(this.#configured(this.#plane.table().services));
    for (const notice of notices) this.#options.log('warn', notice);
    return notices;
  }

  async #reload(): Promise<void> {
    const configuration = await loadConfiguration(this.#options.configFile, this.#options.log);
    const { instances, virtualServers } = configuration;
    // Before anything is changed, because it may be impossible.
    if (needsPlane(configuration)) await this.#ensurePlane(configuration);
    if (this.#isEnding()) return;
    this.#configuration = configuration;
    this.#local.refresh(instances);
    // The old addresses are ours until they have left: a SIGKILL may come in between.
    this.#record([...this.#recorded, ...this.#local.recordable(instances)]);
    this.#checks.configure(virtualServers);
    this.#plane.addInterfaces(this.#planeInterfaces(configuration));
    if (this.#vrrp) await this.#vrrp.reconfigure({ ...configuration.vrrp, instances });
    else this.#startVrrp();
    if (this.#isEnding()) return;
    this.#record(this.#local.recordable(instances));
    this.#followAddresses();
    if (this.#plane.running) await this.#setUpPlane(configuration);
    this.#options.log('info', 'The configuration was read again');
  }

  /** See VrrpRouter.yield. */
  yield(yielding: boolean): void {
    this.#vrrp?.yield(yielding);
  }

  /** In this order: peers hear that we go and the addresses leave; then nothing depends on the rest. */
  async stop(): Promise<void> {
    const { stateFile, log } = this.#options;
    this.#ending = true;
    const notified = this.#checks.stop();
    await this.#vrrp?.stop();
    await notified;
    this.#masquerading.stop();
    this.#marks.stop();
    try {
      await this.#plane.stop();
    } catch (error) {
      // Its rules are tried once more below, without nft.
      log('error', `Stopping the forwarding plane: ${errorMessage(error)}`);
    }
    const state = stateFile.read();
    if (state) removeLeftovers(state, log);
    stateFile.remove();
  }

  /** A call, because it may change wherever something is awaited. */
  #isEnding(): boolean {
    return this.#ending;
  }

  get configuration(): DirectorConfiguration {
    return this.#configuration;
  }

  snapshot(): DirectorSnapshot {
    const status = this.#vrrp?.status;
    const { services } = this.#plane.table();
    return {
      version,
      pid: process.pid,
      startedAt: this.#startedAt,
      configFile: this.#options.configFile,
      plane: this.#plane.description,
      masquerading: this.#masquerading.active,
      instances: status?.instances.map(instanceSnapshot) ?? [],
      services,
      checks: this.#checks.checker.status().map(checkSnapshot),
      configured: this.#plane.running ? this.#configured(services) : [],
      ...(status ? timersSnapshot(status) : {}),
    };
  }

  #configured(services: DirectorSnapshot['services']): ConfiguredService[] {
    return this.#checks.checker.poolStatus().map((status) => configuredSnapshot(status, services));
  }

  table(): TableSnapshot {
    return this.#plane.table();
  }

  connections(): Promise<ConnectionSnapshot[]> {
    return this.#plane.connections();
  }

  /** Packets of virtual services that were dropped, by reason. */
  drops(): Readonly<Record<string, number>> {
    return this.#plane.drops();
  }

  explain(question: FlowQuestion): Promise<Explanation> {
    return this.#plane.explain(question);
  }

  /** What `ipvsadm` and the admin API want done; the first service brings the plane with it. */
  async execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]> {
    // Not between the steps of a start or a reload.
    await this.#turns;
    if (!this.#isEnding()) await this.#ensurePlane(this.#configuration);
    const results = await this.#plane.execute(commands);
    this.#tellTable();
    return results;
  }

  #startVrrp(): void {
    const { instances, vrrp } = this.#configuration;
    if (instances.length === 0) return;
    this.#vrrp = new VrrpController(
      { ...vrrp, instances },
      {
        event: (event) => {
          logVrrpEvent(event, this.#options.log);
          if (event.type === 'vrrp-state') void this.#sync.follow(event.instance, event.to);
          if (event.type !== 'log') this.events.emit(event);
        },
        // Who watched before the thread's first word has never heard of them, and folds no change of theirs.
        instancesChanged: () => this.events.emit({ type: 'snapshot', at: epochNow(), snapshot: this.snapshot() }),
        held: (addresses) => {
          this.#local.held = addresses.map(({ address }) => address);
          this.#followAddresses();
        },
        failed: (error) => this.#options.onFatal(`The VRRP thread failed: ${error.stack ?? error.message}`),
      },
    );
  }

  #followAddresses(): void {
    this.#plane.setLocalAddresses(this.#local.all);
    if (this.#local.held.length > 0) this.#masquerading.start(this.#configuration, this.#local.interfaces);
    else this.#masquerading.stop();
  }

  /** Rejects with DirectorError `no-forwarding`: a director that forwards nothing must leave the addresses to the standby. */
  #ensurePlane(configuration: DirectorConfiguration): Promise<void> {
    if (this.#plane.running) return Promise.resolve();
    this.#planeStart ??= this.#startPlane(configuration).finally(() => (this.#planeStart = undefined));
    return this.#planeStart;
  }

  async #startPlane(configuration: DirectorConfiguration): Promise<void> {
    const chosen = await this.#openPlane(configuration);
    if (!chosen) return;
    const { plane, reason } = chosen;
    plane.onChange(() => this.#tellTable());
    this.#plane.setPlane(chosen);
    this.#options.log('info', `Forwarding plane ${plane.name}: ${reason}`);
    await this.#setUpPlane(configuration);
    await this.#control.attach(plane);
  }

  /** A plane that runs; undefined when the director has begun to end meanwhile. */
  async #openPlane(configuration: DirectorConfiguration): Promise<ChosenPlane | undefined> {
    const { log, onFatal } = this.#options;
    try {
      const chosen = await createPlane(configuration.plane, {
        isAccelerated: configuration.plane !== 'rings',
        interfaces: this.#planeInterfaces(configuration),
        log,
        failed: (error) => onFatal(`The forwarding plane has died: ${error.stack ?? error.message}`),
      });
      await chosen.plane.start();
      if (!this.#isEnding()) return chosen;
      await chosen.plane.stop();
      return undefined;
    } catch (error) {
      throw new DirectorError('no-forwarding', `No forwarding: ${errorMessage(error)}`, { cause: error });
    }
  }

  /** All that a configuration says about the plane but its services. */
  async #setUpPlane({ timeouts, sync, marks, sysctls = {} }: DirectorConfiguration): Promise<void> {
    if (this.#plane.setsMarks) this.#marks.setOwn(marks);
    else if (marks.length > 0)
      this.#options.log('warn', "Marks are the kernel's own with this plane: nft or iptables has to set them");
    await this.#sysctls.configure(sysctls);
    if (timeouts) await this.#plane.execute([{ type: 'set-timeouts', timeouts }]);
    const instance = this.#vrrp?.status?.instances.find(({ configuration }) => configuration.name === sync?.instance);
    await this.#sync.configure(sync, instance?.state);
  }

  #tellTable(): void {
    const { services } = this.#plane.table();
    if (this.#plane.setsMarks) this.#marks.setServices(markServices(services));
    this.events.emit({ type: 'table', at: epochNow(), services });
  }

  #planeInterfaces({ instances }: DirectorConfiguration): string[] {
    const named = new Set(instances.map((instance) => instance.interface));
    return named.size > 0 ? [...named] : this.#local.names;
  }

  /** Writes down what may be added from here on, before any of it is. */
  #record(addresses: readonly VirtualAddress[]): void {
    this.#recorded = addresses;
    const sysctls = { [ipForward]: this.#forwardBefore };
    this.#options.stateFile.write({ pid: process.pid, addresses, tables: [masqueradeTable], sysctls });
  }
}
