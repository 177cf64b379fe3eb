import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

// Engine, command line and window run on Linux, macOS and Windows; only labs in namespaces are Linux's own. What a system alone
// has therefore stands in the files that are named here, each with why it harms nobody elsewhere.

const root = join(import.meta.dirname, '..');

/** Texts in these rooms are for nodes, which are Linux whatever runs them. */
const forNodes = /^provisioning\/(recipes|checks|drills|probe|export|lab)\/|^provisioning\/ssh\//;
const namespaces = /^provisioning\/providers\/namespaces\//;

const signs = {
  /** Not there on Windows: it has to be asked for with `?.`. */
  user: /process\.(get|set)e?[ug]id\(|\buserInfo\(/,
  path: /['"`]\/(tmp|proc|dev|run|etc|var|usr|bin|sbin|sys)\b/,
  shell:
    /\b(spawn|spawnSync|exec|execFile|execFileSync|execa|run)\(\s*['"](sh|bash|sudo|kill|chmod|chown|mount|ip|unshare|nsenter)['"]/,
  /** Of a URL: has a slash too many on Windows, and octets in the place of letters. */
  url: /\.pathname\b/,
  group: /process\.kill\(\s*-/,
} as const;
type Sign = keyof typeof signs;

const reasons: Readonly<Record<string, Partial<Record<Sign, string>>>> = {
  'provisioning/discovery/process-identity.ts': {
    path: 'Where there is no /proc, a process is told by its number alone.',
  },
  'provisioning/discovery/paths.ts': { path: "Root's own folders; Windows knows no root." },
  'provisioning/preflight/gather.ts': { path: 'Read where process.platform is linux.' },
  'provisioning/preflight/host-networks.ts': { path: 'Read where process.platform is linux.' },
  'provisioning/cli/window/window-user.ts': { path: 'Read by root alone.' },
  'provisioning/preflight/findings.ts': { path: 'In sentences about Linux.' },
};

function found(): string[] {
  const files = ['provisioning', 'electron', 'testbeds']
    .flatMap((room) =>
      readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((file) => `${room}/${file}`),
    )
    .map((file) => file.replaceAll('\\', '/'))
    .filter(
      (file) => file.endsWith('.ts') && !/\.test\.ts$|\/(testing|fixtures)\//.test(file) && !namespaces.test(file),
    );
  return files.flatMap((file) => {
    const code = withoutComments(readFileSync(join(root, file), 'utf8'));
    return (Object.keys(signs) as Sign[])
      .filter((sign) => signs[sign].test(code) && !(sign === 'path' && forNodes.test(file)))
      .map((sign) => `${file}: ${sign}`);
  });
}

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '');
}

test('what one system alone has is used only where it is known to harm nobody elsewhere', () => {
  const known = Object.entries(reasons).flatMap(([file, why]) => Object.keys(why).map((sign) => `${file}: ${sign}`));
  expect(found().filter((one) => !known.includes(one))).toEqual([]);
});

test('and nothing is excused that is no longer there', () => {
  const all = found();
  const stale = Object.entries(reasons).flatMap(([file, why]) =>
    Object.keys(why)
      .map((sign) => `${file}: ${sign}`)
      .filter((one) => !all.includes(one)),
  );
  expect(stale).toEqual([]);
});

test('the signs are seen', () => {
  for (const [sign, code] of [
    ['user', 'process.getuid()'],
    ['path', "readFileSync('/proc/self/stat')"],
    ['path', 'open(`/dev/${name}`)'],
    ['shell', "spawn('sh', ['-c', text])"],
    ['url', 'new URL(address).pathname'],
    ['group', 'process.kill(-pid)'],
  ] as const)
    expect(signs[sign].test(code)).toBe(true);
  expect(signs.user.test('process.getuid?.() === 0')).toBe(false);
});

test('scripts, text and code have the line ends of Linux on every system', () => {
  expect(readFileSync(join(root, '.gitattributes'), 'utf8')).toMatch(/^\* text=auto eol=lf$/m);
});
