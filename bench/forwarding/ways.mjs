import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { server, virtual } from './topology.mjs';

const director = fileURLToPath(new URL(process.env.RELEVO_DIRECTOR ?? '../../dist/node/director.cjs', import.meta.url));

/**
 * The ways from client to server. `open` sets one up in the forwarder and returns what takes it away; `target` is the address that
 * the client asks, `udp` whether the way carries datagrams.
 */
export const ways = {
  'kernel routing': { target: server, udp: true, open: async () => async () => undefined },
  'nft dnat': { target: virtual, udp: true, open: openNft },
  'packet plane': { target: virtual, udp: true, open: openDirector },
  'haproxy tcp': { target: virtual, udp: false, open: openHaproxy },
  'nginx stream': { target: virtual, udp: true, open: openNginx },
};

async function openNft(topology) {
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
  await topology.on('forwarder', 'nft', '-f', rules);
  return () => topology.on('forwarder', 'nft', 'delete', 'table', 'ip', 'bench');
}

async function openDirector(topology) {
  const service = (protocol, port) => `virtual_server ${virtual} ${port} {
  lb_algo rr
  lb_kind NAT
  protocol ${protocol}
  real_server ${server} ${port} {
    weight 1
  }
}
`;
  const configuration = await topology.write(
    'director.conf',
    [service('TCP', 80), service('TCP', 5201), service('UDP', 5201)].join(''),
  );
  const environment = {
    DIRECTOR_RUN_DIRECTORY: join(topology.folder, 'run'),
    DIRECTOR_LOG_FILE: join(topology.folder, 'director.log'),
  };
  const daemon = topology.daemon(
    'forwarder',
    [process.execPath, director, 'run', '--foreground', '--config', configuration],
    environment,
  );
  await appears(join(environment.DIRECTOR_RUN_DIRECTORY, 'admin.sock'));
  return () => daemon.end();
}

async function openHaproxy(topology) {
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
  const daemon = topology.daemon('forwarder', ['haproxy', '-q', '-f', configuration, '-db']);
  return () => daemon.end();
}

async function openNginx(topology) {
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
  const daemon = topology.daemon('forwarder', ['nginx', '-c', configuration]);
  return () => daemon.end();
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
