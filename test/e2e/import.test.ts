import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { testIds } from '../../renderer/test-ids.ts';
import type { FakeEngine } from '../fakes/fake-engine.ts';
import { startFakeEngine } from '../fakes/fake-engine.ts';
import { collectComplaints, keepScreenshot, launchChromium } from './browser.ts';

/** A folder opened in the window, as built, in a real Chromium. */

let browser: Browser;
let root: string;
let engine: FakeEngine;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'relevo-window-'));
  await build({ configFile: 'renderer/vite.config.ts', logLevel: 'warn', build: { outDir: root, emptyOutDir: true } });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await rm(root, { recursive: true, force: true });
});
afterEach(async () => {
  await page.context().close();
  await engine.close();
});

async function openDialog(locale: string, colorScheme: 'light' | 'dark'): Promise<void> {
  engine = await startFakeEngine({ root });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale, colorScheme });
  page = await context.newPage();
  complaints = collectComplaints(page);
  await page.goto(engine.url);
  await page.getByTestId(testIds.importOpen).click();
}

test('is looked into, imported and forgotten with the keyboard alone', async () => {
  await openDialog('es-ES', 'light');
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  await page.getByTestId(testIds.importOpen).focus();
  await page.keyboard.press('Enter');
  const field = page.getByTestId(testIds.importDirectory);
  await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.keyboard.type('/home/noa/tfg');
  await page.keyboard.press('Enter');
  const report = page.getByTestId(testIds.importReport);
  await report.getByText('web4: máquina nueva como web3, 10.0.100.8').waitFor();
  await report.getByText('No se entiende Ruby con un bucle:').waitFor();
  await report.getByText('Vagrantfile:220').waitFor();
  await keepScreenshot(page, 'window-import');
  await field.focus();
  await page.keyboard.press('Enter');
  await page.getByText('tfg-2, importado de /home/noa/tfg').waitFor();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  await page.getByText('Importado: tfg-2').waitFor();
  await keepScreenshot(page, 'window-imported');
  await page.getByTestId(testIds.importRemove('tfg-2')).click();
  await page.getByTestId(testIds.importRemoveConfirm).click();
  await expect.poll(() => page.getByText('tfg-2, importado de').count()).toBe(0);
  expect(complaints).toEqual([]);
});

test.each([
  ['gl-ES', 'Así non se pode importar', 'Non se pode saber que é a máquina shop.'],
  ['en-GB', 'It cannot be imported like this', 'What the machine shop is cannot be known.'],
])('that stands in its own way says why: %s', async (locale, title, sentence) => {
  await openDialog(locale, 'dark');
  await page.getByTestId(testIds.importDirectory).fill('/home/noa/broken');
  await page.getByTestId(testIds.importRun).click();
  const report = page.getByTestId(testIds.importReport);
  await report.getByText(title).waitFor();
  await report.getByText(sentence).waitFor();
  expect(await page.getByTestId(testIds.importRun).isDisabled()).toBe(true);
  await keepScreenshot(page, `window-import-blocked-${locale}`);
  expect(complaints).toEqual([]);
});

test('that is none is told, and what was typed stays', async () => {
  await openDialog('es-ES', 'light');
  await page.getByTestId(testIds.importDirectory).fill('/etc');
  await page.getByTestId(testIds.importRun).click();
  await page.getByText('/etc is no folder that Relevo exported').waitFor();
  expect(await page.getByTestId(testIds.importDirectory).inputValue()).toBe('/etc');
});
