// Bundles the director into two files, director.cjs and koffi.node, that run beside any Node 20 binary without node_modules.
import { chmod, copyFile, mkdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { isMain } from './lib/is-main.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

// In a single executable the library is an asset, which the dynamic loader can only take from a file.
const loadNative = `
  const { getRawAsset, isSea } = require('node:sea');
  const { join } = require('node:path');
  const native = { exports: {} };
  if (isSea()) {
    const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
    const folder = mkdtempSync(join(require('node:os').tmpdir(), 'director-'));
    try {
      const file = join(folder, 'koffi.node');
      writeFileSync(file, new Uint8Array(getRawAsset('koffi.node')), { mode: 0o700 });
      process.dlopen(native, file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } else process.dlopen(native, join(__dirname, 'koffi.node'));
  module.exports = native.exports;`;

// koffi looks for its native part in per-platform packages; in the bundle it lies beside the script.
const nativeBesideScript = {
  name: 'koffi-beside-script',
  setup(bundler) {
    bundler.onResolve({ filter: /^@koromix\/koffi-/ }, ({ path }) => ({ path, namespace: 'koffi-native' }));
    bundler.onLoad({ filter: /.*/, namespace: 'koffi-native' }, ({ path }) => ({
      contents: path.endsWith(`${process.platform}-${process.arch}`)
        ? loadNative
        : `throw new Error('This director was built for ${process.platform}-${process.arch}.');`,
      loader: 'js',
    }));
  },
};

/** Writes director.cjs and koffi.node into `outdir` (dist/node by default) and returns their paths. */
export async function buildDirector({ outdir = join(root, 'dist/node') } = {}) {
  await mkdir(outdir, { recursive: true });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const script = join(outdir, 'director.cjs');
  await build({
    entryPoints: [join(root, 'director/main.ts')],
    outfile: `${script}.new`,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    banner: { js: "#!/usr/bin/env node\nconst bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: {
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
      'import.meta.url': 'bundleUrl',
      DIRECTOR_VERSION: JSON.stringify(version),
    },
    // Its ESM build requires the native part through createRequire, which a bundler does not see.
    alias: { koffi: createRequire(join(root, 'package.json')).resolve('koffi') },
    plugins: [nativeBesideScript],
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
  });
  await chmod(`${script}.new`, 0o755);
  const native = join(outdir, 'koffi.node');
  await copyFile(nativeModule(), `${native}.new`);
  // Put in place by renaming: running directors have the old library mapped, and would die of a changed file.
  for (const file of [script, native]) await rename(`${file}.new`, file);
  return { script, native };
}

function nativeModule() {
  const require = createRequire(createRequire(join(root, 'package.json')).resolve('koffi'));
  const { platform, arch } = process;
  const folder = dirname(require.resolve(`@koromix/koffi-${platform}-${arch}/package.json`));
  return join(folder, `${platform}_${arch}`, 'koffi.node');
}

if (isMain(import.meta.url)) {
  const { script } = await buildDirector({});
  console.log(script);
}
