import { environmentFile, installedProgram, systemdUnit } from '../../../director/index.ts';
import type { PartInput, RecipePart } from '../recipe.ts';
import { programSteps, programUploads } from './director-program.ts';
import { keepalivedConf } from './keepalived-conf.ts';

const pidFile = '/run/director/director.pid';
const logFile = '/var/log/director.log';

const unitPath = '/etc/systemd/system/relevo-director.service';

/** Our director, reading the document's keepalived.conf (sections 3.8.1 and 3.9). keepalived is there, but does not run. */
export function director({ testbed, node, context }: PartInput): RecipePart {
  const ownMachine = context.init === 'systemd';
  // There, the kernel's own stays at /usr/sbin, and ours comes before it.
  const tools = ownMachine ? '/usr/local/sbin' : '/usr/sbin';
  return {
    uploads: programUploads(context.init),
    packages: ['nftables', 'keepalived', 'bind9-dnsutils', 'curl', ...(ownMachine ? ['ipvsadm'] : [])],
    install: [
      {
        kind: 'file',
        title: 'Configure the virtual addresses and services',
        path: '/etc/keepalived/keepalived.conf',
        content: keepalivedConf(testbed, node),
      },
      {
        kind: 'file',
        title: 'Forward packets',
        path: '/etc/sysctl.d/99-relevo.conf',
        content: 'net.ipv4.ip_forward = 1\n',
      },
      ...programSteps(context.init),
      script(`${tools}/ipvsadm`, `exec ${installedProgram} ipvsadm "$@"`),
      script(`${tools}/ipvsadm-save`, `exec ${tools}/ipvsadm -S "$@"`),
      // As the real one: what was there goes first, and comments are not rules.
      script(`${tools}/ipvsadm-restore`, 'rules=$(grep -v "^#")\nipvsadm -C\necho "$rules" | ipvsadm -R'),
      ...(ownMachine
        ? [
            { kind: 'command' as const, title: 'Keep keepalived quiet', run: 'systemctl disable --now keepalived' },
            { kind: 'file' as const, title: "Write the director's unit", path: unitPath, content: systemdUnit },
            {
              kind: 'file' as const,
              title: 'Choose who forwards',
              path: environmentFile,
              content: `# auto: the kernel's IPVS where it has one. ipvs, packet: that one, or the director does not start.\nDIRECTOR_PLANE=${context.plane ?? 'auto'}\n`,
            },
          ]
        : []),
    ],
    boot: [
      { kind: 'command', title: 'Forward packets', run: 'echo 1 > /proc/sys/net/ipv4/ip_forward' },
      {
        kind: 'service',
        title: 'Start the director',
        name: 'director',
        unit: 'relevo-director',
        // Not `director run` alone, which waits for a second process of its own: two directors start in a lab's first second.
        start: `setsid ${installedProgram} run --foreground < /dev/null >> ${logFile} 2>&1 &`,
        pidFile,
      },
    ],
    ready: [
      {
        title: 'The director runs',
        command: `{ read -r pid < ${pidFile} && kill -0 "$pid"; } || { tail -n 5 ${logFile}; false; }`,
      },
    ],
  };
}

function script(path: string, body: string) {
  return {
    kind: 'file' as const,
    title: `Write ${path}`,
    path,
    content: `#!/bin/sh\n${body}\n`,
    mode: '755',
  };
}
