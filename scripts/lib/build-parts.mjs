import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inRoot, root } from './root.mjs';

/** What every Node bundle has in common. Node 20 is the oldest that Relevo promises to run on. */
const node = { bundle: true, platform: 'node', target: 'node20', sourcemap: 'linked', logLevel: 'warning' };

// Code bundled from CommonJS packages calls `require`, which an ES module has to make for itself.
const requireForModules = `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);`;

/** Packages with native parts, worker files or folders of their own stay outside; the small ones start faster bundled. */
const external = ['ssh2', 'koffi', 'pino', 'cpu-features'];

async function esbuild(options) {
  const { build } = await import('esbuild');
  return build({ absWorkingDir: root, ...node, ...options });
}

/** Builds from `source` unless a room that is not furnished yet lacks it: then says so. */
async function whenPresent(source, make) {
  if (!existsSync(inRoot(source))) return `skipped: ${source} does not exist yet`;
  return make(source);
}

/** The command line and the engine: one entry, and chunks that are loaded when a command needs them. */
export async function buildCommandLine({ outdir = 'dist', plugins = [] } = {}) {
  const { metafile } = await esbuild({
    entryPoints: { relevo: 'provisioning/cli/main.ts' },
    outdir,
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    banner: { js: requireForModules },
    define: { RELEVO_VERSION: JSON.stringify(packageVersion()) },
    external,
    metafile: true,
    plugins,
  });
  removeStaleChunks(outdir, new Set(Object.keys(metafile.outputs)));
}

const packageVersion = () => JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).version;

/** Only after the new ones are there, so that a command that runs meanwhile finds what it loads. */
function removeStaleChunks(outdir, current) {
  for (const name of existsSync(inRoot(outdir, 'chunks')) ? readdirSync(inRoot(outdir, 'chunks')) : []) {
    if (!current.has(`${outdir}/chunks/${name}`)) rmSync(inRoot(outdir, 'chunks', name));
  }
}

async function buildHolder(entry) {
  await esbuild({ entryPoints: [entry], outfile: 'dist/holder.cjs', format: 'cjs', external: ['cpu-features'] });
}

/** Runs on nodes that have Node and nothing else: no package may stay outside. */
async function buildProbe(entry) {
  await esbuild({ entryPoints: [entry], outfile: 'dist/node/probe.cjs', format: 'cjs' });
}

async function buildDirector() {
  const director = await import('../build-director.mjs');
  const parts = await director.buildDirector({ outdir: inRoot('dist/node') });
  return packDirector(parts);
}

/** The director for machines without Node: the executable, its systemd unit and its start script. */
async function packDirector(parts) {
  const { buildExecutable } = await import('./build-executable.mjs');
  mkdirSync(inRoot('dist/director'), { recursive: true });
  const { outputFiles } = await esbuild({
    entryPoints: ['director/packaging.ts'],
    format: 'cjs',
    write: false,
    sourcemap: false,
  });
  const packaging = { exports: {} };
  new Function('module', 'exports', outputFiles[0].text)(packaging, packaging.exports);
  writeFileSync(inRoot('dist/director/director.service'), packaging.exports.systemdUnit);
  writeFileSync(inRoot('dist/director/director.init'), packaging.exports.startScript, { mode: 0o755 });
  if (process.platform !== 'linux') return 'built; its single executable is for Linux, and made there only';
  return (await buildExecutable({ ...parts, executable: inRoot('dist/director/director') }))
    ? 'built, with its single executable'
    : 'built; its single executable was up to date';
}

async function buildRenderer(config) {
  const vite = await import('vite');
  await vite.build({ configFile: inRoot(config), root: inRoot('renderer'), logLevel: 'warn' });
}

async function buildElectron() {
  await esbuild({
    entryPoints: { main: 'electron/main.ts', preload: 'electron/preload.ts' },
    outdir: 'dist/electron',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['electron'],
  });
}

/** Testbeds are data: copied as they are, without the code beside them. */
function copyTestbeds() {
  const target = inRoot('dist/testbeds');
  rmSync(target, { recursive: true, force: true });
  for (const entry of readdirSync(inRoot('testbeds'), { withFileTypes: true })) {
    if (!entry.isDirectory() || !holdsTestbed(entry.name)) continue;
    mkdirSync(target, { recursive: true });
    cpSync(inRoot('testbeds', entry.name), join(target, entry.name), {
      recursive: true,
      filter: (path) => !/\.tsx?$/.test(basename(path)),
    });
  }
}

const holdsTestbed = (folder) => readdirSync(inRoot('testbeds', folder)).some((name) => /\.ya?ml$/.test(name));

/** Every part of dist/, by name. */
export const parts = {
  relevo: () => whenPresent('provisioning/cli/main.ts', () => buildCommandLine()),
  holder: () => whenPresent('provisioning/providers/namespaces/holder/main.ts', buildHolder),
  director: () => whenPresent('scripts/build-director.mjs', buildDirector),
  probe: () => whenPresent('provisioning/probe/main.ts', buildProbe),
  renderer: () => whenPresent('renderer/vite.config.ts', buildRenderer),
  electron: () => whenPresent('electron/main.ts', buildElectron),
  testbeds: async () => copyTestbeds(),
};
