#!/usr/bin/env node
// `npm run build [PART …]`: everything under dist/. Parts are independent of each other and are built side by side.
import { performance } from 'node:perf_hooks';
import { parts } from './lib/build-parts.mjs';
import { isMain } from './lib/is-main.mjs';
import { markBuilt } from './lib/build-stamp.mjs';

/** Builds the named parts (all when none is named) and returns how each one went. */
export async function build(names = Object.keys(parts)) {
  const unknown = names.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    throw new Error(`There is no part named ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}.`);
  }
  return Promise.all(names.map(buildPart));
}

async function buildPart(name) {
  const begin = performance.now();
  try {
    const note = await parts[name]();
    return { name, note, milliseconds: performance.now() - begin };
  } catch (error) {
    return { name, error, milliseconds: performance.now() - begin };
  }
}

function describe({ name, note, error, milliseconds }) {
  const outcome = error === undefined ? (note ?? 'built') : `FAILED: ${error.message}`;
  return `  ${name.padEnd(10)} ${(milliseconds / 1000).toFixed(1).padStart(5)} s  ${outcome}`;
}

async function main(names) {
  const results = await build(names.length === 0 ? undefined : names);
  for (const result of results) console.log(describe(result));
  if (results.some(({ error }) => error !== undefined)) process.exitCode = 1;
  else if (names.length === 0) markBuilt();
}

if (isMain(import.meta.url)) await main(process.argv.slice(2));
