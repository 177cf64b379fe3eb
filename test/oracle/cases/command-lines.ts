import { Random } from './random.ts';

/** Command lines of `ipvsadm`, each a list of words, many of them wrong in one way or another. */
export function generateCommandLines(number: number, seed: number): string[][] {
  const random = new Random(seed * 7919 + number);
  const names = { services: drawServices(random), servers: drawServers(random) };
  const first = names.services.slice(0, 2).map((key) => ['-A', ...key, '-s', random.pick(schedulers)]);
  const lines = Array.from({ length: random.between(10, 16) }, () => drawLine(random, names));
  return [
    ...first,
    ...lines,
    ['-S', '-n'],
    ['-L', '-n'],
    ['-L', '-n', '--thresholds'],
    ['-L', '-n', '--nosort', '--stats'],
  ];
}

interface Names {
  readonly services: readonly (readonly string[])[];
  readonly servers: readonly string[];
}

function drawServices(random: Random): string[][] {
  const port = random.pick(['80', '443', '53']);
  return [
    ['-t', `10.128.0.1:${port}`],
    ['-u', `10.128.0.1:${port}`],
    ['-t', `[fd00:80::1]:${port}`],
    ['-f', String(random.between(1, 9))],
    ...(random.once(2) ? [['-f', '77', '-6']] : []),
    ...(random.once(2) ? [['-t', '10.128.0.2:0']] : []),
    ...(random.once(3) ? [['--tcp-service', '10.128.0.3:http']] : []),
  ];
}

const drawServers = (random: Random): string[] => [
  '172.16.1.1:80',
  '172.16.1.2',
  '172.16.1.3:8080',
  '[fd00:16::1:1]:80',
  ...(random.once(3) ? ['fd00:16::1:2', '[fd00:16::1:3]:0', '172.16.1.4:https', '10.128.0.1:80'] : []),
];

const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'mh', 'fo', 'ovf'];

function drawLine(random: Random, names: Names): string[] {
  const line = random.pick([
    ...[drawAdd, drawAdd, drawAdd, drawAdd, drawServer, drawServer, drawServer, drawServer, drawServer],
    ...[drawDelete, drawList, drawList, drawOther, drawOdd],
  ])(random, names);
  // Now and then a word goes, or one comes that has no business here.
  if (random.once(12)) line.splice(random.between(0, line.length - 1), 1);
  if (random.once(14))
    line.push(random.pick(['-n', '-w', '-b', '--exact', '-6', 'extra', '-p', '--nosuch', '-X', '-c']));
  return line;
}

const service = (random: Random, { services }: Names): string[] => [...random.pick(services)];

function drawAdd(random: Random, names: Names): string[] {
  const options: string[][] = [];
  if (random.once(2)) options.push(['-s', random.once(15) ? 'nonesuch' : random.pick(schedulers)]);
  if (random.once(3))
    options.push(random.pick([['-p'], ['-p', '100'], ['-p', '0'], ['-p', '2678401'], ['--persistent=50']]));
  if (random.once(6)) options.push(['-M', random.pick(['255.255.255.0', '255.0.255.0', '64', '129', '0.0.0.0', 'x'])]);
  if (random.once(8)) options.push([random.pick(['-o', '--ops'])]);
  if (random.once(6))
    options.push(['-b', random.pick(['sh-port', 'mh-fallback,mh-port', 'flag-1,flag-3', 'sh-fallback', 'no'])]);
  if (random.once(20)) options.push(['--pe', random.pick(['sip', 'none'])]);
  const command = random.pick(['-A', '-A', '-A', '-E', '--add-service', '--edit-service']);
  return [command, ...service(random, names), ...random.shuffled(options).flat()];
}

function drawServer(random: Random, names: Names): string[] {
  const options: string[][] = [];
  if (random.once(2)) options.push([random.pick(['-m', '-g', '-i', '--masquerading', '--ipip', '--gatewaying'])]);
  if (random.once(2)) options.push(['-w', random.pick(['0', '1', '7', '65535', '65536', '-1', 'x', '007'])]);
  if (random.once(5)) options.push(['-x', random.pick(['10', '0', '65535', '65536', '4'])]);
  if (random.once(6)) options.push(['-y', random.pick(['5', '0', '11', '70000'])]);
  if (random.once(12)) options.push(['--tun-type', random.pick(['ipip', 'gre', 'gue', 'foo'])]);
  if (random.once(20)) options.push(['--tun-port', random.pick(['6080', '0'])]);
  if (random.once(20)) options.push([random.pick(['--tun-nocsum', '--tun-csum', '--tun-remcsum'])]);
  const command = random.pick(['-a', '-a', '-a', '-e', '--add-server', '--edit-server']);
  return [command, ...service(random, names), '-r', random.pick(names.servers), ...random.shuffled(options).flat()];
}

function drawDelete(random: Random, names: Names): string[] {
  if (random.once(2)) return ['-D', ...service(random, names)];
  return [random.pick(['-d', '--delete-server']), ...service(random, names), '-r', random.pick(names.servers)];
}

function drawList(random: Random, names: Names): string[] {
  const options = ['--stats', '--thresholds', '--persistent-conn', '--nosort', '--exact', '--tun-info', '--sort'];
  const chosen = options.filter(() => random.once(5));
  const which = random.once(3) ? service(random, names) : [];
  const special = random.once(5) ? [random.pick(['--timeout', '--daemon', '-c'])] : [];
  return [random.pick(['-L', '-l', '--list', '-Ln']), '-n', ...which, ...chosen, ...special];
}

function drawOther(random: Random, names: Names): string[] {
  return random.pick<() => string[]>([
    () => ['-Z'],
    () => ['-Z', ...service(random, names)],
    () => ['-C'],
    () => ['-S', '-n'],
    () => ['--set', String(random.between(0, 2000)), String(random.between(0, 300)), String(random.between(0, 500))],
    () => ['--set', '10', random.pick(['-1', 'x', '2678401', '0'])],
    () => ['--set', random.pick(['-1', 'x', '2678401', '2678400']), '5', '5'],
    () => ['--start-daemon', random.pick(['master', 'backup', 'other']), ...drawDaemonOptions(random)],
    () => ['--stop-daemon', random.pick(['master', 'backup', 'other'])],
    () => ['-L', '--daemon'],
    () => ['-L', '--timeout'],
  ])();
}

function drawDaemonOptions(random: Random): string[] {
  const options: string[][] = [];
  if (!random.once(5)) options.push(['--mcast-interface', random.pick(['eth0', 'eth1', 'eth0', 'nosuch0'])]);
  if (random.once(2)) options.push(['--syncid', random.pick(['0', '7', '255', '256', 'x'])]);
  if (random.once(4)) options.push(['--mcast-group', random.pick(['224.0.0.82', '10.0.0.1', 'ff05::5a', 'x'])]);
  if (random.once(4)) options.push(['--mcast-port', random.pick(['9000', '0', '65536'])]);
  if (random.once(4)) options.push(['--mcast-ttl', random.pick(['3', '0', '256'])]);
  if (random.once(4)) options.push(['--sync-maxlen', random.pick(['1000', '0', '70000', '1'])]);
  return random.shuffled(options).flat();
}

function drawOdd(random: Random): string[] {
  return random.pick([
    ['--version'],
    ['-v'],
    ['-A'],
    ['-D'],
    ['-a', '-t', '10.128.0.1:80'],
    ['-t', '10.128.0.1:80', '-A'],
    ['-A', '-t', '10.128.0.1'],
    ['-A', '-t', '10.128.0.300:80'],
    ['-A', '-t', '10.128.0.1:70000'],
    ['-A', '-t', '10.128.0.1:80', '-u', '10.128.0.1:80'],
    ['-A', '-f', '0'],
    ['-A', '-f', 'x'],
    ['-A', '-f', '4294967296'],
    ['-A', '-t', '224.0.0.1:80'],
    ['-A', '-t', '[fd00:80::9]:80', '-s', 'rr', '-M', '32', '-p', '10'],
    ['-A', '-t', 'fd00:80::9', '-s', 'rr'],
    ['-AD', '-t', '10.128.0.1:80'],
    ['-A', '-C'],
    ['-a', '-t', '10.128.0.1:80', '-r', '0.0.0.0:80'],
    ['-a', '-t', '10.128.0.1:80', '-r', '10.128.0.1:80', '-m'],
    ['-a', '-t', '10.128.0.1:80', '-r', '172.16.1.9:81', '-g'],
    ['-a', '-t', '10.128.0.1:80', '-r', 'fd00:16::1:5', '-i'],
    ['-a', '-f', '3', '-r', 'fd00:16::1:5', '-i'],
    ['-L', '-n', '-t', '10.99.0.1:80'],
    ['-L', '-n', '--rate', '--stats'],
    ['-Z', '-t', '10.99.0.1:80'],
    ['--help', 'x'],
  ]);
}

/** As one word for a shell. */
export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
