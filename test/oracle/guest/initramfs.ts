import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { archive, type Entry } from './cpio.ts';
import { servicesText } from './packages.ts';
import { network6Commands, networkCommands } from './network.ts';

/** Modules that the guest loads at its start, besides all of IPVS; what they depend on comes before them. */
const modules = ['virtio_pci', 'virtio_net', 'virtio_console', 'af_packet', 'nf_tables', 'ipip', 'ip6_tunnel'];

const shellPrograms = [
  'sh',
  'mount',
  'insmod',
  'rmmod',
  'cat',
  'echo',
  'stat',
  'printf',
  'poweroff',
  'sleep',
  'grep',
  'ls',
];

/** Paths of a kernel and of the initramfs that belongs to it; made anew when anything in it changed. */
export function bootFiles(cache: string, packages: string): { kernel: string; initramfs: string } {
  const version = readdirSync(join(packages, 'lib/modules'))[0];
  if (version === undefined) throw new Error(`No kernel modules are below ${packages}.`);
  const kernel = join(packages, 'boot', `vmlinuz-${version}`);
  const entries = contents(packages, join(packages, 'lib/modules', version));
  const bytes = archive(entries);
  const initramfs = join(cache, `initramfs-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.gz`);
  if (!existsSync(initramfs)) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${initramfs}.${process.pid}`, gzipSync(bytes, { level: 1 }));
    renameSync(`${initramfs}.${process.pid}`, initramfs);
  }
  return { kernel, initramfs };
}

function contents(packages: string, moduleFolder: string): Entry[] {
  const files = new Map<string, Entry>();
  const add = (entry: Entry): void => {
    for (let folder = dirname(entry.path); folder !== '.'; folder = dirname(folder)) {
      if (!files.has(folder)) files.set(folder, { path: folder });
    }
    files.set(entry.path, entry);
  };
  for (const path of ['dev', 'proc', 'sys', 'run', 'tmp', 'etc']) add({ path });
  add({ path: 'init', content: readFileSync(join(import.meta.dirname, 'init.sh')), mode: 0o755 });
  add({ path: 'reset', content: readFileSync(join(import.meta.dirname, 'reset.sh')), mode: 0o755 });
  add({ path: 'network', content: Buffer.from(`${networkCommands.join('\n')}\n`), mode: 0o644 });
  add({ path: 'network6', content: Buffer.from(`${network6Commands.join('\n')}\n`), mode: 0o644 });
  add({ path: 'bin/busybox', content: readFileSync(join(packages, 'bin/busybox')), mode: 0o755 });
  for (const name of shellPrograms) add({ path: `bin/${name}`, link: 'busybox' });
  add({ path: 'etc/services', content: Buffer.from(servicesText(() => packages)), mode: 0o644 });
  const libraries = join(packages, 'usr/lib/x86_64-linux-gnu');
  const programs = { 'sbin/ipvsadm': join(packages, 'sbin/ipvsadm'), 'bin/ip': which('ip'), 'bin/nft': which('nft') };
  for (const [path, source] of Object.entries(programs)) {
    add({ path, content: readFileSync(source), mode: 0o755 });
    for (const library of needs(source, `${libraries}:${join(packages, 'lib/x86_64-linux-gnu')}`)) add(library);
  }
  const order = loadOrder(moduleFolder);
  for (const path of order) {
    add({ path: `modules/${basename(path)}`, content: readFileSync(path), mode: 0o644 });
  }
  add({
    path: 'modules/order',
    content: Buffer.from(order.map((path) => `${basename(path)}\n`).join('')),
    mode: 0o644,
  });
  return [...files.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
}

const which = (program: string): string =>
  execFileSync('sh', ['-c', `command -v ${program}`], {
    encoding: 'utf8',
    env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
  }).trim();

/** The shared libraries of a program, each at the place where its loader looks first. */
function needs(program: string, folders: string): Entry[] {
  const text = execFileSync('ldd', [program], { encoding: 'utf8', env: { ...process.env, LD_LIBRARY_PATH: folders } });
  const entries: Entry[] = [];
  for (const line of text.split('\n')) {
    const found = /^\s*(?:(\S+) => )?(\/\S+) \(0x/.exec(line);
    if (found?.[2] === undefined) continue;
    const path = found[1] === undefined ? found[2].slice(1) : `lib/x86_64-linux-gnu/${found[1]}`;
    entries.push({ path, content: readFileSync(found[2]), mode: 0o755 });
  }
  return entries;
}

/** Every module after those that it depends on. */
function loadOrder(folder: string): string[] {
  const paths = new Map<string, string>();
  for (const entry of readdirSync(join(folder, 'kernel'), { recursive: true, encoding: 'utf8' })) {
    if (entry.endsWith('.ko')) paths.set(moduleName(entry), join(folder, 'kernel', entry));
  }
  const order: string[] = [];
  const visit = (name: string): void => {
    const path = paths.get(name);
    // What the list names and the kernel has built in has no file.
    if (path === undefined || order.includes(path)) return;
    for (const dependency of dependencies(readFileSync(path))) visit(dependency);
    order.push(path);
  };
  for (const name of modules) visit(name);
  const ipvs = [...paths.keys()].filter((name) => name.startsWith('ip_vs')).sort();
  for (const name of ipvs) visit(name);
  return order;
}

const moduleName = (path: string): string => basename(path, '.ko').replaceAll('-', '_');

/** The names in the `depends=` line of a module's `.modinfo` section. */
function dependencies(module: Buffer): string[] {
  const marker = Buffer.from('\0depends=');
  const start = module.indexOf(marker);
  if (start < 0) return [];
  const text = module.toString('latin1', start + marker.length, module.indexOf(0, start + marker.length));
  return text
    .split(',')
    .filter((name) => name !== '')
    .map((name) => name.replaceAll('-', '_'));
}
