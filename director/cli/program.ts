import { Command } from 'commander';
import { addConfigurationCommands } from './config-commands.ts';
import { DirectorError, errorCode, errorMessage } from '../io/errors.ts';
import type { Log } from '../io/log.ts';
import { paths } from '../io/paths.ts';
import { version } from '../io/version.ts';
import { addTableCommands } from './table-commands.ts';

/** Runs one command line, without the program's own name; the exit status goes to `process.exitCode`. */
export async function runCommandLine(parameters: readonly string[]): Promise<void> {
  try {
    // Its options are those of the real ipvsadm, which no general parser would get right.
    if (parameters[0] === 'ipvsadm') {
      const { runIpvsadm } = await import('./ipvsadm.ts');
      process.exitCode = await runIpvsadm(parameters.slice(1));
    } else await program().parseAsync([...parameters], { from: 'user' });
  } catch (error) {
    await report(error);
  }
}

async function report(error: unknown): Promise<void> {
  const message = error instanceof DirectorError || !(error instanceof Error) ? errorMessage(error) : error.stack;
  process.stderr.write(`director: ${message ?? errorMessage(error)}\n`);
  const { tellParent } = await import('./daemon.ts');
  tellParent({ error: { code: errorCode(error) ?? 'internal', message: errorMessage(error) } });
  process.exitCode = 1;
}

/** Commands load what they need themselves: `status` must not wait for the parts that only `run` uses. */
function program(): Command {
  const root = new Command('director');
  root
    .description(
      'Load balancer with automatic take-over: IPVS and VRRP, configured by keepalived.conf, ldirectord.cf, lvs.cf, ipvsadm rules or YAML',
    )
    .version(version, '--version', 'print the version');
  root
    .command('run')
    .description('start the director; returns once it answers on its socket')
    .option('--config <file>', 'configuration in any of the formats that "director check" knows', paths.configuration)
    .option('--foreground', 'stay in this terminal and log to it', false)
    .option('--admin-listen <address>', 'the admin API over HTTP too: ADDRESS:PORT, or a port of 127.0.0.1')
    .option('--admin-token-file <file>', 'what callers of the HTTP API must know')
    .action(run);
  root
    .command('status')
    .description('show instances, services and servers of the running director')
    .option('--json', 'the snapshot as JSON', false)
    .action(status);
  root
    .command('watch')
    .description('like "events", but always all of them; for programs that fold them into a snapshot')
    .option('--adverts', 'with every advertisement sent and heard', false)
    .action(watch);
  root.command('stop').description('hand over to the standby and stop').action(stop);
  root.command('reload').description('read the configuration again, as SIGHUP does').action(reload);
  addConfigurationCommands(root);
  root.command('ipvsadm').description('ipvsadm(8) for the running director, as in "ipvsadm -L -n"').helpOption(false);
  addTableCommands(root);
  root
    .command('decap')
    .description(
      'on a real server of LVS-TUN whose kernel has no ipip: take the outer headers off; ends with its process',
    )
    .option('--device <name>', 'the tunnel device that it makes, for the virtual addresses', 'tunl0')
    .action(decapsulate);
  return root;
}

interface RunOptions {
  readonly config: string;
  readonly foreground: boolean;
  readonly adminListen?: string;
  readonly adminTokenFile?: string;
}

async function run({ config, foreground, ...admin }: RunOptions): Promise<void> {
  if (foreground) {
    const { runInForeground } = await import('./run.ts');
    await runInForeground(config, admin);
    return;
  }
  const path = await import('node:path');
  const { startDaemon } = await import('./daemon.ts');
  const { adminListen, adminTokenFile } = admin;
  const pid = await startDaemon(path.resolve(config), [
    ...(adminListen === undefined ? [] : ['--admin-listen', adminListen]),
    ...(adminTokenFile === undefined ? [] : ['--admin-token-file', path.resolve(adminTokenFile)]),
  ]);
  process.stdout.write(`director runs as process ${pid}, log in ${paths.logFile}\n`);
}

async function status({ json }: { json: boolean }): Promise<void> {
  const { requestSnapshot } = await import('./admin-client.ts');
  const { runningDecapsulator } = await import('../io/tunnel-decap/running.ts');
  const decapsulator = runningDecapsulator();
  const snapshot = await requestSnapshot().catch((error: unknown) => {
    // A real server of LVS-TUN has no director, and is asked all the same.
    if (decapsulator === undefined || json || errorCode(error) !== 'not-running') throw error;
    return undefined;
  });
  if (decapsulator !== undefined && !json)
    process.stdout.write(
      `decap: process ${decapsulator.pid} takes tunnels apart on ${decapsulator.device}, in the place of the kernel's ipip\n`,
    );
  if (snapshot === undefined) return;
  if (json) process.stdout.write(`${JSON.stringify(snapshot)}\n`);
  else {
    const { formatStatus } = await import('./status.ts');
    process.stdout.write(`${formatStatus(snapshot)}\n`);
  }
}

async function watch({ adverts }: { adverts: boolean }): Promise<void> {
  const { watchLines } = await import('./admin-client.ts');
  // A reader that has read enough closes its end; that is how a watch ends.
  process.stdout.on('error', () => {
    process.exit(0);
  });
  for await (const line of watchLines({ adverts })) process.stdout.write(`${line}\n`);
}

async function decapsulate({ device }: { device: string }): Promise<void> {
  const { TunnelDecapsulator } = await import('../io/tunnel-decap/index.ts');
  const log: Log = (level, message) => void process.stderr.write(`${level} ${message}\n`);
  const { noteDecapsulator } = await import('../io/tunnel-decap/running.ts');
  const decapsulator = new TunnelDecapsulator({ device, log });
  noteDecapsulator(device);
  log('info', `takes tunnels apart on ${device}`);
  decapsulator.run();
}

async function stop(): Promise<void> {
  const { requestStop } = await import('./admin-client.ts');
  await requestStop();
}

async function reload(): Promise<void> {
  const { request } = await import('./admin-client.ts');
  const { notices } = await request('reload', {});
  for (const notice of notices) process.stdout.write(`${notice}\n`);
}
