#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/relevo.mjs', import.meta.url);
if (existsSync(fileURLToPath(program))) {
  await import(program.href);
} else {
  console.error('Relevo is not built yet: dist/relevo.mjs is missing.\nNext step: npm run build');
  process.exitCode = 1;
}
