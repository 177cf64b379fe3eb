import type { PoptOption } from './popt.ts';

const flag = <Tag extends string>(tag: Tag, short?: string): PoptOption<Tag> => ({
  tag,
  long: tag,
  argument: 'none',
  ...(short === undefined ? {} : { short }),
});
const valued = <Tag extends string>(tag: Tag, short?: string): PoptOption<Tag> => ({
  ...flag(tag, short),
  argument: 'required',
});

/** Options that say what to do; one of them comes first. */
const commands = [
  flag('add-service', 'A'),
  flag('edit-service', 'E'),
  flag('delete-service', 'D'),
  flag('clear', 'C'),
  flag('list', 'L'),
  { ...flag('list'), short: 'l' },
  flag('zero', 'Z'),
  flag('add-server', 'a'),
  flag('edit-server', 'e'),
  flag('delete-server', 'd'),
  flag('set'),
  flag('help', 'h'),
  flag('version', 'v'),
  flag('restore', 'R'),
  flag('save', 'S'),
  valued('start-daemon'),
  valued('stop-daemon'),
] as const;

const modifiers = [
  valued('tcp-service', 't'),
  valued('udp-service', 'u'),
  valued('sctp-service'),
  valued('fwmark-service', 'f'),
  valued('scheduler', 's'),
  { ...flag('persistent', 'p'), argument: 'optional' as const },
  valued('netmask', 'M'),
  valued('real-server', 'r'),
  flag('masquerading', 'm'),
  flag('ipip', 'i'),
  flag('gatewaying', 'g'),
  valued('weight', 'w'),
  valued('u-threshold', 'x'),
  valued('l-threshold', 'y'),
  flag('numeric', 'n'),
  flag('connection', 'c'),
  valued('mcast-interface'),
  valued('syncid'),
  flag('timeout'),
  flag('daemon'),
  flag('stats'),
  flag('rate'),
  flag('thresholds'),
  flag('persistent-conn'),
  flag('nosort'),
  flag('sort'),
  flag('exact', 'X'),
  flag('ipv6', '6'),
  flag('ops', 'o'),
  valued('pe'),
  valued('sched-flags', 'b'),
  valued('mcast-group'),
  valued('mcast-port'),
  valued('mcast-ttl'),
  valued('sync-maxlen'),
  flag('tun-info'),
  valued('tun-type'),
  valued('tun-port'),
  flag('tun-nocsum'),
  flag('tun-csum'),
  flag('tun-remcsum'),
] as const;

export type CommandTag = (typeof commands)[number]['tag'];
export type ModifierTag = (typeof modifiers)[number]['tag'];
export type Tag = CommandTag | ModifierTag;

/** All options of ipvsadm 1.31 (ipvsadm(8)). */
export const ipvsadmOptions: readonly PoptOption<Tag>[] = [...commands, ...modifiers];

const commandTags = new Set<Tag>(commands.map(({ tag }) => tag));

export function isCommandTag(tag: Tag): tag is CommandTag {
  return commandTags.has(tag);
}
