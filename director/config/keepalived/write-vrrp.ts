import type {
  Command,
  NotifyScripts,
  TrackedFile,
  Tracker,
  VirtualAddress,
  VrrpConfiguration,
  VrrpInstanceConfiguration,
} from '../../engine/vrrp/configuration.ts';
import { inSeconds, type BlockText } from '../block-text.ts';
import type { Losses } from '../losses.ts';
import { quotedCommand, word } from './write-words.ts';

type Surroundings = Omit<VrrpConfiguration, 'instances'>;

/** Scripts and files come before what names them, sync groups before their members. */
export function writeVrrp(
  out: BlockText,
  instances: readonly VrrpInstanceConfiguration[],
  vrrp: Surroundings,
  losses: Losses,
): void {
  writeTrackables(out, vrrp, losses);
  const groups = new Map<string, string[]>((vrrp.syncGroups ?? []).map(({ name }) => [name, []]));
  for (const { name, syncGroup } of instances)
    if (syncGroup !== undefined) groups.set(syncGroup, [...(groups.get(syncGroup) ?? []), name]);
  for (const [name, members] of groups)
    out.block(`vrrp_sync_group ${word(name)}`, () => {
      out.block('group', () => {
        for (const member of members) out.line(word(member));
      });
      const group = vrrp.syncGroups?.find((one) => one.name === name);
      writeTrackers(out, group?.track ?? []);
      writeNotify(out, group?.notify, losses);
      out.flag('sync_group_tracking_weight', group?.memberWeights);
    });
  for (const instance of instances) writeInstance(out, instance, losses);
}

function writeTrackables(out: BlockText, { scripts = [], files = [] }: Surroundings, losses: Losses): void {
  for (const script of scripts)
    out.block(`vrrp_script ${word(script.name)}`, () => {
      out.line('script', quotedCommand(script.command.words, losses, script));
      if (script.command.user !== undefined) out.line('user', script.command.user, script.command.group ?? '');
      out.line('interval', inSeconds(script.intervalMs));
      out.line('timeout', inSeconds(script.timeoutMs));
      out.line('rise', script.rise);
      out.line('fall', script.fall);
      out.flag('init_fail', script.startsFailed);
    });
  for (const file of files) writeTrackFile(out, file);
}

export function writeTrackFile(out: BlockText, file: TrackedFile): void {
  out.block(`track_file ${word(file.name)}`, () => {
    out.line('file', word(file.path));
    if (file.initial) out.line('init_file', file.initial.value, file.initial.overwrite ? 'overwrite' : '');
  });
}

function writeInstance(out: BlockText, instance: VrrpInstanceConfiguration, losses: Losses): void {
  out.block(`vrrp_instance ${word(instance.name)}`, () => {
    out.line('version', instance.version);
    out.line('state', instance.startsAs);
    out.line('interface', instance.interface);
    out.line('virtual_router_id', instance.vrid);
    out.line('priority', instance.priority);
    out.line('advert_int', inSeconds(instance.advertIntervalMs));
    out.flag('nopreempt', !instance.preempt);
    if (instance.preemptDelayMs !== 0) out.line('preempt_delay', inSeconds(instance.preemptDelayMs));
    writeArp(out, instance);
    if (instance.password !== undefined)
      out.block('authentication', () => {
        out.line('auth_type PASS');
        out.line('auth_pass', word(instance.password ?? ''));
      });
    writeTransport(out, instance);
    writeAddresses(out, 'virtual_ipaddress', instance.virtualAddresses, instance.interface);
    writeAddresses(out, 'virtual_ipaddress_excluded', instance.excludedAddresses ?? [], instance.interface);
    writeTrackers(out, instance.track ?? []);
    writeNotify(out, instance.notify, losses);
  });
}

function writeArp(out: BlockText, { gratuitousArp: arp }: VrrpInstanceConfiguration): void {
  out.line('garp_master_delay', inSeconds(arp.delayMs));
  out.line('garp_master_repeat', arp.repeat);
  out.line('garp_master_refresh', inSeconds(arp.refreshMs));
  out.line('garp_master_refresh_repeat', arp.refreshRepeat);
  if (arp.lowerPriorityDelayMs !== undefined) out.line('garp_lower_prio_delay', inSeconds(arp.lowerPriorityDelayMs));
  out.optional('garp_lower_prio_repeat', arp.lowerPriorityRepeat);
}

function writeTransport(out: BlockText, instance: VrrpInstanceConfiguration): void {
  const { unicast, sourceAddress, multicastGroup } = instance;
  if (sourceAddress !== undefined) out.line(unicast ? 'unicast_src_ip' : 'mcast_src_ip', sourceAddress);
  out.optional('mcast_dst_ip', multicastGroup);
  if (unicast) {
    if (unicast.ttl !== 255) out.line('unicast_ttl', unicast.ttl);
    out.flag('check_unicast_src', unicast.checkSource);
    out.block('unicast_peer', () => {
      for (const { address, minTtl, maxTtl } of unicast.peers) {
        const lowest = minTtl === undefined ? [] : ['min_ttl', minTtl];
        out.line(address, ...lowest, ...(maxTtl === undefined ? [] : ['max_ttl', maxTtl]));
      }
    });
  }
  if (instance.checksumAsVersion2 === true) out.line('unicast_checksum_compatibility', 'never');
  out.flag('skip_check_adv_addr', instance.skipAddressCheck);
  out.flag('lower_prio_no_advert', instance.lowerPriorityNoAdvert);
  out.flag('higher_prio_send_advert', instance.higherPrioritySendAdvert);
  out.optional('down_timer_adverts', instance.downTimerAdverts);
  out.flag('dont_track_primary', instance.ignoreInterfaceState);
}

const scopes: Readonly<Record<number, string>> = { 0: 'global', 200: 'site', 253: 'link', 254: 'host' };

function writeAddresses(out: BlockText, keyword: string, addresses: readonly VirtualAddress[], device: string): void {
  if (addresses.length === 0) return;
  out.block(keyword, () => {
    for (const one of addresses) {
      const words = [`${one.address}/${one.prefixLength}`];
      if (one.broadcast !== undefined) words.push(`brd ${one.broadcast}`);
      if (one.interface !== device) words.push(`dev ${one.interface}`);
      if (one.scope !== undefined) words.push(`scope ${scopes[one.scope] ?? one.scope}`);
      if (one.label !== undefined) words.push(`label ${one.label}`);
      if (one.untracked === true) words.push('no_track');
      out.line(words.join(' '));
    }
  });
}

function writeTrackers(out: BlockText, trackers: readonly Tracker[]): void {
  for (const kind of ['interface', 'script', 'file'] as const) {
    const mine = trackers.filter((tracker) => tracker.kind === kind);
    if (mine.length === 0) continue;
    out.block(`track_${kind}`, () => {
      for (const { name, weight, reverse } of mine)
        out.line(`${word(name)} weight ${weight}${reverse ? ' reverse' : ''}`);
    });
  }
}

const notifyWords: Readonly<Record<keyof NotifyScripts, string>> = {
  master: 'notify_master',
  backup: 'notify_backup',
  fault: 'notify_fault',
  stop: 'notify_stop',
  deleted: 'notify_deleted',
  masterReceivedLowerPriority: 'notify_master_rx_lower_pri',
  any: 'notify',
};

function writeNotify(out: BlockText, scripts: NotifyScripts | undefined, losses: Losses): void {
  for (const [key, keyword] of Object.entries(notifyWords)) {
    const command: Command | undefined = scripts?.[key as keyof NotifyScripts];
    if (!command) continue;
    const account = [command.user, command.group].filter((name) => name !== undefined);
    out.line(keyword, quotedCommand(command.words, losses, command), ...account);
  }
}
