import { BlockText } from '../block-text.ts';
import type { DirectorConfiguration } from '../configuration.ts';
import { Losses } from '../losses.ts';
import type { WriteResult } from '../result.ts';
import { writeVirtualServer } from './write-virtual-server.ts';
import { writeTrackFile, writeVrrp } from './write-vrrp.ts';

/** A keepalived.conf that says what the model does, as far as keepalived has words for it. */
export function writeKeepalived(configuration: DirectorConfiguration): WriteResult {
  const losses = new Losses();
  const out = new BlockText();
  const { instances, vrrp = {}, virtualServers, marks, plane } = configuration;
  for (const mark of marks) losses.add(`rule for mark ${mark.mark}`, 'marks are set by iptables', mark);
  losses.when(plane !== 'auto', `plane ${plane}`, 'keepalived knows only the kernel');
  writeGlobals(out, configuration);
  writeVrrp(out, instances, vrrp, losses);
  writeCheckedFiles(out, configuration);
  for (const service of virtualServers) writeVirtualServer(out, service, losses);
  return { text: out.toString(), losses: losses.list };
}

/** Those that FILE_CHECKs name, unless an instance's tracking has brought them already. */
function writeCheckedFiles(out: BlockText, { vrrp, virtualServers }: DirectorConfiguration): void {
  const written = new Set((vrrp?.files ?? []).map(({ name }) => name));
  for (const check of virtualServers.flatMap(({ realServers }) => realServers).flatMap(({ checks }) => checks)) {
    if (check.kind !== 'FILE_CHECK' || written.has(check.name)) continue;
    writeTrackFile(out, check);
    written.add(check.name);
  }
}

function writeGlobals(out: BlockText, { sync, timeouts, vrrp }: DirectorConfiguration): void {
  const fifos = vrrp?.notifyFifos ?? [];
  if (!sync && !timeouts && fifos.length === 0) return;
  out.block('global_defs', () => {
    if (sync) {
      const { instance, interface: device, syncId, maximumLength, group, port, ttl } = sync;
      const parts = [
        instance === undefined ? '' : ` inst ${instance}`,
        maximumLength === 0 ? '' : ` maxlen ${maximumLength}`,
      ];
      out.line(
        `lvs_sync_daemon ${device}${parts[0] ?? ''} id ${syncId}${parts[1] ?? ''} port ${port} ttl ${ttl} group ${group}`,
      );
    }
    if (timeouts) {
      const { tcpSeconds, tcpFinSeconds, udpSeconds } = timeouts;
      const parts = Object.entries({ tcp: tcpSeconds, tcpfin: tcpFinSeconds, udp: udpSeconds });
      out.line('lvs_timeouts', ...parts.filter(([, value]) => value > 0).flat());
    }
    for (const fifo of fifos) out.line('vrrp_notify_fifo', fifo);
  });
}
