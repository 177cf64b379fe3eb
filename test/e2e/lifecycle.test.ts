import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testIds } from '../../renderer/test-ids.ts';
import type { FakeEngine, FakeEngineOptions } from '../fakes/fake-engine.ts';
import { startFakeEngine } from '../fakes/fake-engine.ts';
import { collectComplaints, keepScreenshot, launchChromium } from './browser.ts';

// Labs of virtual machines in the window: where they run, what is done to them, their snapshots. The engine is pretended.
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

async function openWindow(options: FakeEngineOptions = {}): Promise<void> {
  engine = await startFakeEngine({ root, stepMs: 30, ...options });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'es-ES' });
  page = await context.newPage();
  complaints = collectComplaints(page);
  await page.goto(engine.url);
}

async function openLab(options: FakeEngineOptions = {}): Promise<void> {
  await openWindow({ adopted: 'tfg', adoptedProvider: 'vagrant', ...options });
  await byId(testIds.openLab('tfg')).click();
  await byId(testIds.labMenu).waitFor();
}

async function chooseInMenu(id: string): Promise<void> {
  await byId(testIds.labMenu).click();
  await byId(id).click();
}

/** The page may share its processor with virtual machines. */
const patient = { timeout: 30_000 };
const byId = (id: string): Locator => page.getByTestId(id);
const stateOf = (node: string) => byId(testIds.labNode(node)).getAttribute('data-state');
/** The strip of the screen itself; the snapshots' dialog has one, too. */
const operation = (kind: string, state: string): Locator =>
  page.locator(`[data-testid="${testIds.operation}"][data-kind="${kind}"][data-state="${state}"]`).first();

describe('where a lab runs', () => {
  it('is libvirt once an address clash is mended, and libvirt the next time too', async () => {
    await openWindow();
    await byId(testIds.places).getByText('libvirt').click();
    await byId(testIds.finding('addresses')).waitFor();
    expect(await byId(testIds.startLab).isDisabled()).toBe(true);
    await keepScreenshot(page, 'window-preflight');
    await byId(testIds.offer('addresses')).click();
    await expect.poll(() => byId(testIds.preflight).getAttribute('data-state'), patient).toBe('ok');

    await byId(testIds.startOptions).click();
    await byId(testIds.machineChoice('stack', 'classic')).check();
    await byId(testIds.labName).fill('con-vagrant');
    await expect.poll(() => byId(testIds.startLab).isEnabled(), patient).toBe(true);
    await keepScreenshot(page, 'window-start-machines');
    await byId(testIds.startLab).click();
    await byId(testIds.killMaster).waitFor(patient);
    const { provider, options } = engine.lab('con-vagrant');
    expect(provider).toBe('vagrant');
    expect(options.renumber?.['nat']).toMatch(/^[\d.]+\/24$/);
    expect(options).toMatchObject({
      machines: { hypervisor: 'libvirt', stack: 'classic', box: 'debian', internet: 'real' },
    });

    await page.goto(`${new URL(engine.url).origin}/`);
    await byId(testIds.openLab('con-vagrant')).waitFor();
    await page.getByText('Máquinas virtuales · 11 de 11').waitFor();
    expect(await byId(testIds.places).locator('input:checked').getAttribute('value')).toBe('libvirt');
    expect(complaints).toEqual([]);
  });
});

describe('a lab of machines', () => {
  it('is halted with progress, which can be cancelled, and started again', async () => {
    await openLab({ stepMs: 1500 });
    await chooseInMenu(testIds.labAction('halt'));
    await page.getByText('¿Apagar todos los nodos de tfg?').waitFor();
    await byId(testIds.labActionConfirm).click();
    await operation('halt', 'running').waitFor();
    await expect.poll(() => byId(testIds.operationLane('internet')).getAttribute('data-state'), patient).toBe('done');
    expect(await byId(testIds.operationLane('nas')).getAttribute('data-state')).toBe('waiting');
    await keepScreenshot(page, 'window-halting');
    await byId(testIds.cancelOperation).click();
    await operation('halt', 'cancelled').waitFor();
    expect([await stateOf('internet'), await stateOf('nas')]).toEqual(['off', 'running']);
    // Cancelling is no failure.
    expect(await byId(testIds.errorPanel).count()).toBe(0);

    await chooseInMenu(testIds.labAction('start'));
    await operation('start', 'done').waitFor(patient);
    expect(await stateOf('internet')).toBe('running');
    expect(complaints).toEqual([]);
  });

  it('sleeps without an alarm, and wakes up', async () => {
    await openLab();
    await chooseInMenu(testIds.labAction('suspend'));
    await byId(testIds.startAll).waitFor(patient);
    expect(await stateOf('master')).toBe('suspended');
    expect(await page.getByRole('alert').count()).toBe(0);
    await keepScreenshot(page, 'window-asleep');
    await byId(testIds.nodeMenu('web1')).click();
    await page.getByRole('menuitem', { name: 'Reanudar' }).click();
    await expect.poll(() => stateOf('web1'), patient).toBe('running');
    expect(await stateOf('web2')).toBe('suspended');
  });

  it('is reloaded, set up again where that is wanted, and tells what became of its directors', async () => {
    await openLab({ stepMs: 150 });
    await chooseInMenu(testIds.labAction('reload'));
    await byId(testIds.reloadProvision).check({ force: true });
    await byId(testIds.labActionConfirm).click();
    await page.getByText(/\d+ de 33 pasos/).waitFor();
    await operation('reload', 'done').waitFor(patient);
    await chooseInMenu(testIds.labAction('upgrade'));
    await byId(testIds.labActionConfirm).click();
    await page.getByText('standby: 0.2.0 → 0.3.0 · master: 0.2.0 → 0.3.0').waitFor(patient);
  });

  it('is kept in a snapshot, broken, and put back', async () => {
    await openLab();
    await chooseInMenu(testIds.snapshotsOpen);
    await page.getByText('Todavía no hay instantáneas').waitFor();
    await byId(testIds.snapshotName).fill('con espacio');
    expect(await byId(testIds.snapshotTake).isDisabled()).toBe(true);
    await byId(testIds.snapshotName).fill('torn');
    await page.keyboard.press('Enter');
    await byId(testIds.snapshot('torn')).getByText('falta en internet').waitFor(patient);
    expect(await byId(testIds.snapshotRestore('torn')).isDisabled()).toBe(true);
    await byId(testIds.snapshotTake).click();
    await byId(testIds.snapshot('instantanea-1')).getByText('ahora').waitFor(patient);
    await keepScreenshot(page, 'window-snapshots');

    await byId(testIds.snapshotDelete('torn')).click();
    await byId(testIds.snapshotConfirm).click();
    await expect.poll(() => byId(testIds.snapshot('torn')).count(), patient).toBe(0);
    await page.keyboard.press('Escape');

    await byId(testIds.nodeMenu('web1')).click();
    await page.getByRole('menuitem', { name: /^Matar/ }).click();
    await expect.poll(() => stateOf('web1'), patient).toBe('off');
    await chooseInMenu(testIds.snapshotsOpen);
    await byId(testIds.snapshotRestore('instantanea-1')).click();
    await page.getByText('Se llamará antes-de-restaurar-1').waitFor();
    await byId(testIds.snapshotConfirm).click();
    await operation('restore-snapshot', 'done').waitFor(patient);
    expect(await stateOf('web1')).toBe('running');
    await chooseInMenu(testIds.snapshotsOpen);
    await byId(testIds.snapshot('antes-de-restaurar-1')).waitFor();
    expect(complaints).toEqual([]);
  });
});

it('a lab in namespaces says what it cannot do, and why, also to the keyboard', async () => {
  await openLab({ adoptedProvider: 'namespaces' });
  await byId(testIds.labMenu).focus();
  await page.keyboard.press('Enter');
  const suspend = byId(testIds.labAction('suspend'));
  await suspend.getByText('Solo con máquinas virtuales').waitFor();
  expect(await suspend.getAttribute('aria-disabled')).toBe('true');
  expect(await byId(testIds.labAction('halt')).getAttribute('aria-disabled')).toBe('false');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused, patient).toBe(testIds.labAction('start'));
  await page.keyboard.press('ArrowDown');
  await expect.poll(focused, patient).toBe(testIds.labAction('suspend'));
  await page.keyboard.press('Enter');
  expect(await byId(testIds.operation).count()).toBe(0);
  await page.keyboard.press('End');
  await expect.poll(focused, patient).toBe(testIds.snapshotsOpen);
  await page.keyboard.press('Enter');
  await page.getByText('no tienen instantáneas').waitFor();
  expect(complaints).toEqual([]);
});
