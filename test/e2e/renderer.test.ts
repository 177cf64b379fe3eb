import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testIds } from '../../renderer/test-ids.ts';
import type { FakeEngine } from '../fakes/fake-engine.ts';
import { startFakeEngine } from '../fakes/fake-engine.ts';
import { collectComplaints, keepScreenshot, launchChromium } from './browser.ts';

// The window, as built, in a real Chromium, against an engine that speaks the contract and pretends its labs.
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

async function openWindow(options: Parameters<typeof startFakeEngine>[0] = {}, locale = 'es-ES'): Promise<void> {
  engine = await startFakeEngine({ root, stepMs: 60, ...options });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale });
  page = await context.newPage();
  complaints = collectComplaints(page);
  await page.goto(engine.url);
}

const byId = (id: string): Locator => page.getByTestId(id);
const terminalText = (): Promise<string> => page.locator('.xterm-rows').innerText();

describe('a lab in the window', () => {
  beforeEach(() => openWindow());

  it('starts with progress, fills its table, and gives a terminal that survives a reload', async () => {
    // Two seconds are soon over on a busy machine: who begins to look after the click may come too late.
    const progress = Promise.all([
      byId(testIds.cancelOperation).waitFor(),
      page.getByText(/\d+ de 26 pasos/).waitFor(),
    ]);
    await byId(testIds.startLab).click();
    await progress;
    await keepScreenshot(page, 'window-starting');
    await byId(testIds.killMaster).waitFor();

    const row = byId(testIds.ipvsRow('10.0.100.2', 80));
    const inactive = async (): Promise<number> => Number(await row.locator('td').nth(3).innerText());
    await expect.poll(inactive, { timeout: 20_000 }).toBeGreaterThan(0);
    const before = await inactive();
    await expect.poll(inactive, { timeout: 10_000 }).toBeGreaterThan(before);

    await byId(testIds.openTerminal('master')).click();
    await expect.poll(terminalText).toContain('root@master');
    await page.keyboard.type('ip addr\r');
    await expect.poll(terminalText).toContain('inet 192.168.1.200/24');
    await byId(testIds.openTerminal('web1')).click();
    await expect.poll(terminalText).toContain('root@web1');
    await byId(testIds.terminalTab('master')).click();
    await expect.poll(terminalText).toContain('inet 192.168.1.200/24');
    await keepScreenshot(page, 'window-lab');

    await page.reload();
    await byId(testIds.terminalTab('web1')).waitFor();
    await byId(testIds.terminalTab('master')).click();
    await expect.poll(terminalText).toContain('inet 192.168.1.200/24');
    expect(page.url()).not.toContain(engine.token);
    expect(complaints).toEqual([]);
  });

  it('shows the outage after Kill master, the handover, and the way back', async () => {
    await byId(testIds.startLab).click();
    const badge = byId(testIds.virtualAddress('192.168.1.202'));
    await expect.poll(() => badge.getAttribute('data-holder'), { timeout: 20_000 }).toBe('master');
    await byId(testIds.openTerminal('master')).click();
    await expect.poll(terminalText).toContain('root@master');

    await byId(testIds.killMaster).click();
    await page.getByRole('alert').getByText('Nadie tiene').waitFor();
    expect(await badge.getAttribute('data-state')).toBe('nobody');
    await keepScreenshot(page, 'window-nobody');
    await expect.poll(() => badge.getAttribute('data-holder'), { timeout: 10_000 }).toBe('standby');
    await page.getByText(/standby tiene 192\.168\.1\.202, 3,\d\d s después/).waitFor();
    expect(await byId(testIds.killMaster).getAttribute('data-node')).toBe('standby');

    await byId(testIds.startMaster).click();
    await expect.poll(() => badge.getAttribute('data-holder'), { timeout: 10_000 }).toBe('master');
    await byId(testIds.terminalReconnect).click();
    await expect.poll(() => byId(testIds.terminalReconnect).count()).toBe(0);
    await expect.poll(terminalText).toContain('root@master');
    expect(complaints).toEqual([]);
  });

  it('runs the drill and shows the measured outage beside the theory', async () => {
    await byId(testIds.startLab).click();
    await expect
      .poll(() => byId(testIds.virtualAddress('192.168.1.202')).getAttribute('data-holder'), { timeout: 20_000 })
      .toBe('master');
    await byId(testIds.drillOpen).click();
    await byId(testIds.drillRun).click();
    await byId(testIds.drillLive).getByTestId(testIds.drillChart).waitFor();
    await page.getByText('esperando al de respaldo').waitFor();
    await keepScreenshot(page, 'window-drill-live');
    await byId(testIds.drillReport).waitFor({ timeout: 40_000 });
    const outage = Number(await page.locator('[data-outage-ms]').first().getAttribute('data-outage-ms'));
    expect(outage).toBeGreaterThan(3000);
    expect(outage).toBeLessThan(4300);
    await page.getByText('3 × 1,00 s + 609 ms = 3,61 s').waitFor();
    await keepScreenshot(page, 'window-drill-report');

    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Exportar como CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^tfg-kill-master-.*\.csv$/);
    expect(complaints).toEqual([]);
  });

  it('asks before it stops a lab, and returns to the start', async () => {
    await byId(testIds.startLab).click();
    await byId(testIds.stopLab).click({ timeout: 20_000 });
    await page.getByText('¿Parar tfg?').waitFor();
    await byId(testIds.stopLabConfirm).click();
    await byId(testIds.startLab).waitFor();
    expect(await byId(testIds.openLab('tfg')).count()).toBe(0);
  });

  it('changes its language at once and remembers it', async () => {
    await page.getByRole('heading', { name: 'Bancos de pruebas' }).waitFor();
    await byId(testIds.language).getByText('GL').click();
    await page.getByRole('heading', { name: 'Bancos de probas' }).waitFor();
    await byId(testIds.language).getByText('EN').click();
    await page.getByRole('heading', { name: 'Testbeds' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.reload();
    await page.getByRole('heading', { name: 'Testbeds' }).waitFor();
  });
});

describe('the window', () => {
  it('explains a failed start: the node, the command, its output, and a way to retry', async () => {
    await openWindow({ stepMs: 200 });
    await byId(testIds.startOptions).click();
    await byId(testIds.labName).fill('Not a name');
    expect(await byId(testIds.startLab).isDisabled()).toBe(true);
    await byId(testIds.labName).fill('broken');
    await byId(testIds.startLab).click();
    const panel = byId(testIds.errorPanel);
    await panel.waitFor();
    const text = await panel.innerText();
    for (const part of ['No se ha podido configurar un nodo', 'web2', 'systemctl', 'could not bind', 'port 443']) {
      expect(text).toContain(part);
    }
    await keepScreenshot(page, 'window-error');
    await byId(testIds.retryStart).click();
    await byId(testIds.cancelOperation).click();
    await page.getByText('Cancelado').waitFor();
  });

  it('says that the engine is gone and what to do, and connects again by itself', async () => {
    await openWindow({ adopted: 'tfg' });
    await byId(testIds.openLab('tfg')).waitFor();
    const { port, token } = engine;
    await engine.close();
    await byId(testIds.connectionBanner).getByText('relevo serve').waitFor();
    await keepScreenshot(page, 'window-engine-lost');
    engine = await startFakeEngine({ root, port, token, adopted: 'tfg' });
    await expect.poll(() => byId(testIds.connectionBanner).count(), { timeout: 15_000 }).toBe(0);
    await byId(testIds.openLab('tfg')).click();
    await page.getByText('Recuperado en marcha de un motor anterior').waitFor();
  });

  it('tells an engine that refuses its key from one that is gone', async () => {
    await openWindow();
    await byId(testIds.startLab).waitFor();
    const { port } = engine;
    await engine.close();
    engine = await startFakeEngine({ root, port, token: 'another' });
    await byId(testIds.connectionBanner).getByText('no acepta la clave').waitFor({ timeout: 15_000 });
  });

  it('says why labs cannot be started here, and lets nobody try', async () => {
    await openWindow({ providerAvailable: false, vagrantAvailable: false }, 'en-GB');
    await page.getByText('Labs cannot be started here').waitFor();
    await page.getByText('sudo relevo serve').waitFor();
    expect(await byId(testIds.startLab).isDisabled()).toBe(true);
    await byId(testIds.places).getByText('libvirt').click();
    await byId(testIds.placeUnavailable).getByText('Vagrant is not installed').waitFor();
    expect(await byId(testIds.startLab).isDisabled()).toBe(true);
    await keepScreenshot(page, 'window-unavailable');
  });

  it('exports a testbed with the choices made, and tells where it went', async () => {
    await openWindow({ providerAvailable: false });
    await byId(testIds.exportOpen).click();
    await byId(testIds.exportDirectory).fill('mi carpeta');
    await page.getByText('Escriba la ruta desde la raíz').waitFor();
    expect(await byId(testIds.exportRun).isDisabled()).toBe(true);
    await byId(testIds.exportDirectory).fill('/home/noa/mi carpeta');
    await byId(testIds.exportChoice('stack', 'classic')).check();
    await keepScreenshot(page, 'window-export');
    await byId(testIds.exportRun).click();
    await page.getByText('Exportadas 11 máquinas').waitFor();
    await page.getByText('/home/noa/mi carpeta: su README').waitFor();
    expect(complaints).toEqual([]);
  });

  it('can be worked with the keyboard alone', async () => {
    await openWindow({ adopted: 'tfg' });
    await byId(testIds.openLab('tfg')).focus();
    await page.keyboard.press('Enter');
    await byId(testIds.nodeMenu('web1')).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Abrir una terminal' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('menuitem');
    await page.keyboard.press('Enter');
    await expect.poll(terminalText).toContain('root@web1');
    const regionOfFocus = () =>
      page.evaluate(() => document.activeElement?.closest('[data-region]')?.querySelector('h1,h2')?.textContent);
    await page.keyboard.press('F6');
    await expect.poll(regionOfFocus).toBe('Sucesos');
  });
});
