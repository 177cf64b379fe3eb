import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Addresses of the bench's three hosts: client – forwarder – server, a cable between each two. */
export const virtual = '10.61.0.100';
export const server = '10.62.0.2';
const hosts = ['client', 'forwarder', 'server'];
const prefix = `rlvbench${process.pid}`;
const namespaceOf = (host) => `${prefix}-${host}`;

const script = `set -e
${hosts.map((host) => `ip netns add ${namespaceOf(host)}; ip -n ${namespaceOf(host)} link set lo up`).join('\n')}
ip -n ${namespaceOf('client')} link add eth0 type veth peer name eth0 netns ${namespaceOf('forwarder')}
ip -n ${namespaceOf('server')} link add eth0 type veth peer name eth1 netns ${namespaceOf('forwarder')}
ip -n ${namespaceOf('client')} address add 10.61.0.2/24 dev eth0
ip -n ${namespaceOf('forwarder')} address add 10.61.0.1/24 dev eth0
ip -n ${namespaceOf('forwarder')} address add ${virtual}/24 dev eth0
ip -n ${namespaceOf('forwarder')} address add 10.62.0.1/24 dev eth1
ip -n ${namespaceOf('server')} address add ${server}/24 dev eth0
ip -n ${namespaceOf('client')} link set eth0 up
ip -n ${namespaceOf('server')} link set eth0 up
ip -n ${namespaceOf('forwarder')} link set eth0 up
ip -n ${namespaceOf('forwarder')} link set eth1 up
ip -n ${namespaceOf('client')} route add 10.62.0.0/24 via 10.61.0.1
ip -n ${namespaceOf('server')} route add 10.61.0.0/24 via 10.62.0.1
ip netns exec ${namespaceOf('forwarder')} sysctl -q -w net.ipv4.ip_forward=1
`;

/** Three hosts, the server with nginx and iperf3, and a folder for files. `close` takes everything away. */
export async function openTopology() {
  const folder = await mkdtemp('/tmp/relevo-forwarding-');
  const daemons = new Set();
  const topology = {
    folder,
    /** Runs a command on a host to its end; resolves with what it printed. */
    on: async (host, ...command) => (await run('ip', inNamespace(host, command), { maxBuffer: 1 << 26 })).stdout,
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
    write: async (name, content) => {
      const file = join(folder, name);
      await writeFile(file, content);
      return file;
    },
    close: async () => {
      await Promise.all([...daemons].map((daemon) => daemon.end()));
      for (const host of hosts) await run('ip', ['netns', 'delete', namespaceOf(host)]).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await run('bash', ['--norc', '-c', script]);
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
  server { listen ${server}:80 backlog=4096; location / { return 200 "${'x'.repeat(99)}\\n"; } }
}
`,
  );
  topology.daemon('server', ['nginx', '-c', configuration]);
  topology.daemon('server', ['iperf3', '-s', '-B', server, '-p', '5201']);
  await new Promise((resolve) => setTimeout(resolve, 500));
}
