import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const prefix = `rlvbench${process.pid}`;
const namespaceOf = (host) => `${prefix}-${host}`;

/** One client and one server, and between them as many forwarders as there are ways: a cable from each to both. */
const script = (forwarders) => `set -e
${['client', 'server', ...forwarders.map(({ host }) => host)]
  .map((host) => `ip netns add ${namespaceOf(host)}; ip -n ${namespaceOf(host)} link set lo up`)
  .join('\n')}
${forwarders.map(cables).join('\n')}
`;

const cables = ({ host, number, virtual }) => `
ip -n ${namespaceOf('client')} link add eth${number} type veth peer name eth0 netns ${namespaceOf(host)}
ip -n ${namespaceOf('server')} link add eth${number} type veth peer name eth1 netns ${namespaceOf(host)}
ip -n ${namespaceOf('client')} address add 10.61.${number}.2/24 dev eth${number}
ip -n ${namespaceOf(host)} address add 10.61.${number}.1/24 dev eth0
ip -n ${namespaceOf(host)} address add ${virtual}/24 dev eth0
ip -n ${namespaceOf(host)} address add 10.62.${number}.1/24 dev eth1
ip -n ${namespaceOf('server')} address add 10.62.${number}.2/24 dev eth${number}
ip -n ${namespaceOf('client')} link set eth${number} up
ip -n ${namespaceOf('server')} link set eth${number} up
ip -n ${namespaceOf(host)} link set eth0 up
ip -n ${namespaceOf(host)} link set eth1 up
ip -n ${namespaceOf('client')} route add 10.62.${number}.0/24 via 10.61.${number}.1
ip -n ${namespaceOf('server')} route add 10.61.${number}.0/24 via 10.62.${number}.1
ip netns exec ${namespaceOf(host)} sysctl -q -w net.ipv4.ip_forward=1`;

/**
 * The hosts, the server with nginx and iperf3, and a folder for files. `forwarders` are as many as asked for, each with the
 * virtual address it takes and the address of the server behind it. `close` takes everything away.
 */
export async function openTopology(count) {
  const folder = await mkdtemp('/tmp/relevo-forwarding-');
  const daemons = new Set();
  const forwarders = Array.from({ length: count }, (_, number) => ({
    host: `forwarder${number}`,
    number,
    virtual: `10.61.${number}.100`,
    server: `10.62.${number}.2`,
  }));
  const topology = {
    folder,
    forwarders,
    /** Runs a command on a host to its end; resolves with what it printed. */
    on: async (host, ...command) => run('ip', inNamespace(host, command), { maxBuffer: 1 << 26 }),
    /** Starts a daemon on a host; `end` ends it and waits. */
    daemon: (host, command, environment = {}) => {
      const child = spawn('ip', inNamespace(host, command), {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ...environment },
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      const daemon = {
        pid: child.pid,
        end: async () => void (child.kill('SIGTERM'), await ended, daemons.delete(daemon)),
      };
      daemons.add(daemon);
      return daemon;
    },
    /** Process ids of everything that runs on a host. */
    processes: async (host) => (await run('ip', ['netns', 'pids', namespaceOf(host)])).stdout.match(/\d+/g) ?? [],
    write: async (name, content) => {
      const file = join(folder, name);
      await writeFile(file, content);
      return file;
    },
    close: async () => {
      await Promise.all([...daemons].map((daemon) => daemon.end()));
      for (const host of ['client', 'server', ...forwarders.map(({ host }) => host)])
        await run('ip', ['netns', 'delete', namespaceOf(host)]).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await run('bash', ['--norc', '-c', script(forwarders)]);
    await startServer(topology);
  } catch (error) {
    await topology.close();
    throw error;
  }
  return topology;
}

const inNamespace = (host, command) => ['netns', 'exec', namespaceOf(host), ...command];

/** nginx with one worker that answers 100 bytes, and an iperf3. */
async function startServer(topology) {
  const configuration = await topology.write(
    'server.conf',
    `daemon off; worker_processes 1; pid ${topology.folder}/server.pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000;
  server { listen 80 backlog=4096; location / { return 200 "${'x'.repeat(99)}\\n"; } }
}
`,
  );
  topology.daemon('server', ['nginx', '-c', configuration]);
  topology.daemon('server', ['iperf3', '-s', '-p', '5201']);
  await new Promise((resolve) => setTimeout(resolve, 500));
}
