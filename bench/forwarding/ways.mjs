import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const director = fileURLToPath(new URL(process.env.RELEVO_DIRECTOR ?? '../../dist/node/director.cjs', import.meta.url));
/** Other builds (`NAME=FILE,NAME=FILE`), to see what a change brings: each a way of its own. */
const others = (process.env.RELEVO_OTHER_DIRECTORS ?? '').split(',').filter((one) => one !== '');

/**
 * The ways from client to server. `open` sets one up on its forwarder; `asks` tells which address the client asks, `udp` whether
 * the way carries datagrams.
 */
export const ways = {
  'kernel routing': { asks: 'server', udp: true, open: async () => undefined },
  'nft dnat': { asks: 'virtual', udp: true, open: openNft },
  'packet plane': { asks: 'virtual', udp: true, open: openDirector(director) },
  'rings alone': { asks: 'virtual', udp: true, open: openDirector(director, 'rings') },
  'haproxy tcp': { asks: 'virtual', udp: false, open: openHaproxy },
  'nginx stream': { asks: 'virtual', udp: true, open: openNginx },
};

for (const one of others) {
  const [name, file] = one.split('=');
  ways[name] = { asks: 'virtual', udp: true, open: openDirector(file) };
}

async function openNft(topology, { host, virtual, server }) {
  const rules = await topology.write(
    'dnat.nft',
    `table ip bench {
  chain prerouting {
    type nat hook prerouting priority -100;
    ip daddr ${virtual} tcp dport { 80, 5201 } dnat to ${server}
    ip daddr ${virtual} udp dport 5201 dnat to ${server}
  }
}
`,
  );
  await topology.on(host, 'nft', '-f', rules);
}

function openDirector(script, plane = 'packet') {
  return async (topology, { host, virtual, server }) => {
    const service = (protocol, port) => `  - protocol: ${protocol}
    address: ${virtual}
    port: ${port}
    scheduler: rr
    realServers: [{ address: ${server}, port: ${port}, forwarding: masq, weight: 1 }]
`;
    const services = [service('TCP', 80), service('TCP', 5201), service('UDP', 5201)];
    const configuration = await topology.write(
      `${host}.yaml`,
      `plane: ${plane}\nvirtualServers:\n${services.join('')}`,
    );
    const environment = {
      DIRECTOR_RUN_DIRECTORY: join(topology.folder, host),
      DIRECTOR_LOG_FILE: join(topology.folder, `${host}.log`),
    };
    // Options of Node that look into the director's costs, such as --cpu-prof or --perf-basic-prof.
    const inspection = (process.env.RELEVO_NODE_OPTIONS ?? '').split(' ').filter((one) => one !== '');
    const options = ['run', '--foreground', '--config', configuration];
    topology.daemon(host, [process.execPath, ...inspection, script, ...options], environment);
    await appears(join(environment.DIRECTOR_RUN_DIRECTORY, 'admin.sock'));
  };
}

async function openHaproxy(topology, { host, virtual, server }) {
  const proxy = (port) => `listen p${port}
  bind ${virtual}:${port}
  server s ${server}:${port}
`;
  const configuration = await topology.write(
    'haproxy.cfg',
    `global
  nbthread 1
  maxconn 8000
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
${proxy(80)}${proxy(5201)}`,
  );
  topology.daemon(host, ['haproxy', '-q', '-f', configuration, '-db']);
}

async function openNginx(topology, { host, virtual, server }) {
  const proxy = (port, udp) => `  server { listen ${virtual}:${port}${udp}; proxy_pass ${server}:${port}; }\n`;
  const configuration = await topology.write(
    'stream.conf',
    `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; worker_processes 1; pid ${topology.folder}/stream.pid; error_log stderr crit;
events { worker_connections 8192; }
stream {
${proxy(80, '')}${proxy(5201, '')}${proxy(5201, ' udp')}}
`,
  );
  topology.daemon(host, ['nginx', '-c', configuration]);
}

async function appears(file) {
  for (let attempt = 0; attempt < 100; attempt++) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${file} did not appear`);
}
