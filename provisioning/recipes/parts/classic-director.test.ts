import { describe, expect, test } from 'vitest';
import { forMachines } from '../../../testbeds/exporters/vagrant/machines.ts';
import { fileOf, recipeOf, testbedNamed } from '../fixtures/recipes-of.ts';

const original = await testbedNamed('tfg');
const tfg = forMachines(original, 'real');
const classic = { init: 'systemd', sharing: 'nfs', stack: 'classic' } as const;
const master = recipeOf(tfg, 'master', classic);

describe("The document's software", () => {
  test('takes the place of our director', () => {
    expect(master.packages).toEqual(
      expect.arrayContaining(['keepalived', 'ipvsadm', 'haproxy', 'iptables', 'dnsmasq']),
    );
    expect(master.uploads).toEqual([]);
    expect(JSON.stringify(master)).not.toContain('/usr/local/sbin/director');
    expect(master.boot.flatMap((step) => (step.kind === 'service' ? [step.unit] : []))).toEqual([
      'ssh',
      'dnsmasq',
      'haproxy',
      'keepalived',
    ]);
  });

  test("has the configuration that our director reads, with the machine's interfaces", () => {
    const ours = recipeOf(tfg, 'master', { ...classic, stack: 'director' });
    const path = '/etc/keepalived/keepalived.conf';
    expect(fileOf(master, path).content).toBe(fileOf(ours, path).content);
    expect(fileOf(master, path).content).toContain('vrrp_instance VI_I {\n    state MASTER\n    interface eth2\n');
  });

  test('translates on the way out, once', () => {
    expect(fileOf(master, '/etc/rc.local')).toMatchObject({ mode: '755' });
    expect(fileOf(master, '/etc/rc.local').content).toContain('-C POSTROUTING -o eth1 -j MASQUERADE');
  });

  test('is the same on both, but for what the statistics page says of itself', () => {
    const path = '/etc/haproxy/haproxy.cfg';
    const [one, other] = ['master', 'standby'].map((node) => fileOf(recipeOf(tfg, node, classic), path).content);
    expect(one).toContain('stats show-desc Nodo Master\n');
    expect(other).toBe(one?.replace('Nodo Master', 'Nodo Standby'));
  });

  test('is named with its sections', () => {
    const sectionOf = (path: string) => fileOf(master, path).section;
    expect(sectionOf('/etc/haproxy/haproxy.cfg')).toBe('3.7.1, 3.9');
    expect(sectionOf('/etc/rc.local')).toBe('3.3');
  });
});

test('HAProxy is left out of a testbed that has no proxies', () => {
  const { proxy: _, ...without } = tfg;
  const recipe = recipeOf(without, 'master', classic);
  expect(recipe.packages).not.toContain('haproxy');
});

test("haproxy.cfg is the document's", () => {
  expect(fileOf(master, '/etc/haproxy/haproxy.cfg').content).toBe(`global
    log /dev/log local0
    log /dev/log local1 notice
    chroot /var/lib/haproxy
    user haproxy
    group haproxy
    daemon

defaults
    log global
    option dontlognull
    timeout connect 5000
    timeout client 3000
    timeout server 3000
    errorfile 400 /etc/haproxy/errors/400.http
    errorfile 403 /etc/haproxy/errors/403.http
    errorfile 408 /etc/haproxy/errors/408.http
    errorfile 500 /etc/haproxy/errors/500.http
    errorfile 502 /etc/haproxy/errors/502.http
    errorfile 503 /etc/haproxy/errors/503.http
    errorfile 504 /etc/haproxy/errors/504.http

frontend haproxy-http
    mode http
    option httplog
    option forwardfor
    bind 192.168.1.200:8000
    default_backend http-servers

frontend haproxy-tcp
    mode tcp
    option tcplog
    bind 192.168.1.200:80
    default_backend tcp-servers

frontend ft_https
    mode tcp
    bind 192.168.1.200:443
    default_backend bk_https

backend http-servers
    mode http
    balance roundrobin
    option redispatch
    cookie SERVERID insert
    option httpchk
    server cluster2 cluster2:80 cookie cluster2 check
    server cluster3 cluster3:80 cookie cluster3 check
    server cluster4 cluster4:80 cookie cluster4 check

backend tcp-servers
    mode tcp
    balance roundrobin
    server cluster2 cluster2:80 check
    server cluster3 cluster3:80 check
    server cluster4 cluster4:80 check

backend bk_https
    mode tcp
    balance roundrobin
    server cluster2 cluster2:443 check
    server cluster3 cluster3:443 check
    server cluster4 cluster4:443 check

listen stats
    bind 0.0.0.0:7000
    mode http
    stats show-desc Nodo Master
    stats refresh 5s
    stats uri /haproxy?stats
    stats realm HAProxy\\ Statistics
    stats auth admin:123
    stats admin if TRUE
`);
});
