import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';

/**
 * A byte stream to an SSH server started inside the node, as inetd would: no network to the node is needed. It dies with
 * the node, with the stream, and with this engine. The server joins the node's cgroup first, so that freezing the node
 * freezes its sessions too.
 */
export function openNodeTransport(pid: number, cgroup: string | undefined): Duplex {
  const join = cgroup === undefined ? '' : `echo 0 > '${cgroup}/cgroup.procs' && `;
  const server = `exec nsenter --target ${pid} --all /usr/sbin/sshd -i -f /etc/relevo/ssh/sshd_config`;
  const child = spawn('sh', ['-c', join + server], { stdio: ['pipe', 'pipe', 'ignore'] });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  // A node that dies closes one side before the other; who uses the stream learns it from its end.
  stream.on('error', () => undefined);
  stream.once('close', () => void child.kill('SIGKILL'));
  return stream;
}
