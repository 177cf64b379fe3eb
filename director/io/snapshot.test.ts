import { describe, expect, it } from 'vitest';
import { server, service } from '../cli/ipvsadm/testing.ts';
import { realServer, virtualServer, VirtualNetwork } from '../engine/checks/testing.ts';
import { configuredSnapshot, missingNotices } from './snapshot.ts';

const address = '192.168.1.200';
const first = { address: '10.0.100.5', port: 53 };
const second = { address: '10.0.100.6', port: 53 };
const sorry = { address: '10.0.100.9', port: 53 };

/** A service of two servers that needs both, and a sorry server. */
function losingQuorum(): VirtualNetwork {
  const network = new VirtualNetwork();
  const configuration = virtualServer([realServer(first.address), realServer(second.address)], {
    quorum: 2,
    sorryServer: { ...sorry, forwarding: 'masq', weight: 1, inhibit: false, enters: 'quorum-lost' },
  });
  network.take(network.checker.configure([configuration], 0));
  network.refusing.add(second.address);
  network.advance(10_000);
  return network;
}

const configured = (network: VirtualNetwork, present: readonly string[]) => {
  const [status] = network.checker.poolStatus();
  if (!status) throw new Error('there is no service');
  const { protocol, port } = status.configuration;
  const servers = present.map((one) => server(one, { port: 53 }));
  return configuredSnapshot(status, [service(address, { protocol, port, realServers: servers })]);
};

describe('what the table has of the configuration', () => {
  it('a server that is well while the sorry server takes its work is withheld', () => {
    expect(configured(losingQuorum(), [sorry.address])).toMatchObject({
      quorumUp: false,
      sorryServer: { ...sorry, active: true },
      withheld: [first],
      missing: [],
    });
  });

  it('with the quorum nobody is withheld, and the sorry server waits', () => {
    const network = losingQuorum();
    network.refusing.clear();
    network.advance(10_000);
    expect(configured(network, [first.address, second.address])).toMatchObject({
      quorumUp: true,
      sorryServer: { ...sorry, active: false },
      withheld: [],
      missing: [],
    });
  });

  it('what is wanted and not there was taken out by hand; a server that is down is not wanted', () => {
    const found = configured(losingQuorum(), []);
    expect(found.missing).toEqual([sorry]);
    const how = 'was taken out of the table by hand and stays out until the director starts again';
    expect(missingNotices([found])).toEqual([`10.0.100.9:53 of UDP 192.168.1.200:53 ${how}`]);
    expect(missingNotices([{ ...found, missing: 'service' }])).toEqual([`UDP 192.168.1.200:53 ${how}`]);
  });
});
