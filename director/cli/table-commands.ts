import { Argument, type Command } from 'commander';
import type { QuestionOptions } from './explain.ts';
import { procFiles, type ProcFile } from './proc.ts';

const print = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

/** A reader that has read enough closes its end; that is how a listing without end ends. */
function endWithReader(): void {
  process.stdout.on('error', () => process.exit(0));
}

/** Commands about the table of the running director; each one loads what it needs. */
export function addTableCommands(root: Command): void {
  root
    .command('proc')
    .description('the table as a kernel shows it in /proc/net')
    .addArgument(new Argument('[file]', 'which of them').choices(procFiles).default('ip_vs'))
    .action(proc);
  root
    .command('explain')
    .description('which server a packet would get now, and why; changes nothing')
    .argument('<client>', 'ADDRESS:PORT from which it comes')
    .argument('<virtual>', 'ADDRESS:PORT to which it goes')
    .option('--udp', 'a datagram in place of a TCP segment', false)
    .option('--mark <number>', 'with this firewall mark, in place of the one that the mark rules give it')
    .option('--interface <name>', 'in by this interface, in place of the one by which the client is reached')
    .option('--json', 'as JSON', false)
    .action(explain);
  root
    .command('connections')
    .description('the connection entries')
    .option('-n, --numeric', 'addresses and ports as numbers', false)
    .option('--json', 'as JSON', false)
    .action(connections);
  root
    .command('events')
    .description('print events as lines of JSON, a snapshot first, until interrupted')
    .option('--adverts', 'with every advertisement sent and heard', false)
    .option('--types <names...>', 'only these: table, check, vrrp-state, log, …')
    .action(events);
  root
    .command('sysctl')
    .description("net.ipv4.vs of the running director's plane: NAME shows, NAME=VALUE sets, as sysctl(8) does")
    .argument('[names...]', 'with or without "net.ipv4.vs." before them')
    .option('-a, --all', 'show all', false)
    .option('-n, --values', 'values without names', false)
    .option('-w, --write', 'no difference; taken because sysctl(8) has it')
    .action(sysctl);
  root.command('metrics').description('everything that is measured, in the text format of Prometheus').action(metrics);
  root
    .command('handover')
    .description('let the standby take the virtual addresses over, and go on until it has; see takeback')
    .action(() => changeVrrp('handover'));
  root
    .command('takeback')
    .description('go back to the configured priorities after a handover')
    .action(() => changeVrrp('takeback'));
  addServerCommands(root);
}

function addServerCommands(root: Command): void {
  const withServer = (name: string, description: string): Command =>
    root
      .command(name)
      .description(description)
      .argument('<service>', 'tcp/ADDRESS:PORT, udp/ADDRESS:PORT, fwm/MARK or fwm6/MARK')
      .argument('<server>', 'ADDRESS or ADDRESS:PORT');
  withServer('weight', "give a server a weight in place of the configuration's, until it is enabled again")
    .argument('<weight>', '0 takes no new connections')
    .action((service: string, server: string, weight: string) => changeServer('weight', service, server, weight));
  withServer('drain', 'no new connections for a server; those that it has go on').action(
    (service: string, server: string) => changeServer('drain', service, server),
  );
  withServer('maintenance', 'take a server out of the table, whatever the checks say').action(
    (service: string, server: string) => changeServer('maintenance', service, server),
  );
  withServer('enable', 'back to what configuration and checks say').action((service: string, server: string) =>
    changeServer('enable', service, server),
  );
}

async function proc(file: ProcFile): Promise<void> {
  const { requestConnections, requestTable } = await import('./admin-client.ts');
  const { formatProc } = await import('./proc.ts');
  endWithReader();
  const hasConnections = file === 'ip_vs_conn' || file === 'ip_vs_conn_sync' || file === 'ip_vs_app';
  print(formatProc(file, await requestTable(), hasConnections ? await requestConnections() : []));
}

async function explain(
  client: string,
  virtual: string,
  { json, ...options }: QuestionOptions & { readonly json: boolean },
): Promise<void> {
  const { request } = await import('./admin-client.ts');
  const { formatExplanation, parseQuestion } = await import('./explain.ts');
  const question = parseQuestion(client, virtual, options);
  const explanation = await request('explain', { question });
  print(json ? JSON.stringify(explanation) : formatExplanation(explanation));
}

async function connections({ numeric, json }: { numeric: boolean; json: boolean }): Promise<void> {
  endWithReader();
  if (json) {
    const { requestConnections } = await import('./admin-client.ts');
    print(JSON.stringify(await requestConnections()));
    return;
  }
  const { runIpvsadm } = await import('./ipvsadm.ts');
  process.exitCode = await runIpvsadm(numeric ? ['-L', '-c', '-n'] : ['-L', '-c']);
}

async function events({ adverts, types }: { adverts: boolean; types?: string[] }): Promise<void> {
  const { watchLines } = await import('./admin-client.ts');
  endWithReader();
  for await (const line of watchLines({ adverts, types: types as never })) print(line);
}

async function sysctl(names: string[], options: { all: boolean; values: boolean }): Promise<void> {
  const { runSysctl } = await import('./sysctl.ts');
  await runSysctl(names, options);
}

async function changeVrrp(method: 'handover' | 'takeback'): Promise<void> {
  const { request } = await import('./admin-client.ts');
  await request(method, {});
}

async function metrics(): Promise<void> {
  const { request } = await import('./admin-client.ts');
  print(await request('metrics', {}));
}

async function changeServer(
  method: 'weight' | 'drain' | 'maintenance' | 'enable',
  serviceName: string,
  serverName: string,
  weightText?: string,
): Promise<void> {
  const { request } = await import('./admin-client.ts');
  const { parseServerName, parseServiceName } = await import('./server-selector.ts');
  const service = parseServiceName(serviceName);
  const server = parseServerName(serverName, service);
  if (method !== 'weight') await request(method, { service, server });
  else await request('weight', { service, server, weight: Number(weightText) });
}
