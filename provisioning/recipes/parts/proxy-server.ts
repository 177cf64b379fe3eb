import type { PartInput, RecipePart } from '../recipe.ts';
import { portCheck } from './port-check.ts';
import { haproxyCfg } from './haproxy-cfg.ts';

/** The document's HAProxy (section 3.7.1 of the TFG), on both directors. */
export function proxyServer({ testbed, node }: PartInput): RecipePart {
  const { proxy } = testbed;
  if (proxy === undefined) return {};
  const { statistics } = proxy;
  return {
    packages: ['haproxy'],
    install: [
      {
        kind: 'file',
        title: 'Configure HAProxy',
        path: '/etc/haproxy/haproxy.cfg',
        content: haproxyCfg(testbed, proxy, node),
      },
      { kind: 'file', title: 'Let HAProxy start', path: '/etc/default/haproxy', content: 'ENABLED=1\n' },
      {
        kind: 'file',
        title: 'Let HAProxy wait at addresses that the other director has',
        path: '/etc/sysctl.d/98-relevo-haproxy.conf',
        content:
          "# Beyond the document: without it, the standby's HAProxy does not start.\nnet.ipv4.ip_nonlocal_bind = 1\n",
      },
    ],
    boot: [
      {
        kind: 'command',
        title: 'Wait at addresses that the other director has',
        run: 'echo 1 > /proc/sys/net/ipv4/ip_nonlocal_bind',
      },
      {
        kind: 'service',
        title: 'Start HAProxy',
        name: 'haproxy',
        unit: 'haproxy',
        start:
          '[ -d /run/haproxy ] || install -d -o haproxy -g haproxy /run/haproxy\nhaproxy -D -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid',
        pidFile: '/run/haproxy.pid',
      },
    ],
    ready: statistics === undefined ? [] : [portCheck('HAProxy answers', '127.0.0.1', statistics.port)],
  };
}
