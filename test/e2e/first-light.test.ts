import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testIds } from '../../renderer/test-ids.ts';
import { collectComplaints, keepScreenshot, launchChromium } from './browser.ts';
import { serveEngine } from './support/real-engine.ts';
import type { RealEngine } from './support/real-engine.ts';

/** The whole way of a first lesson, in a real browser, with a real engine and a real lab. */

let engine: RealEngine;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  engine = await serveEngine();
  browser = await launchChromium();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  complaints = collectComplaints(page);
});

afterAll(async () => {
  await browser.close();
  await engine.stop();
});

const shot = (name: string): Promise<void> => keepScreenshot(page, `first-light-${name}`);
const byId = (id: string): ReturnType<Page['getByTestId']> => page.getByTestId(id);
const terminalText = (): Promise<string> => page.locator('.xterm-rows').first().innerText();

test('the window opens on the testbeds', async () => {
  await page.goto(engine.address);
  await byId(testIds.startLab).first().waitFor();
  expect(page.url()).not.toContain('token');
  await shot('1-testbeds');
});

test('Start brings the lab up, node by node', async () => {
  await byId(testIds.startLab).first().click();
  await byId(testIds.cancelOperation).waitFor();
  await page.waitForTimeout(1000);
  await shot('2-starting');
  await byId(testIds.labNode('master')).waitFor({ timeout: 150_000 });
  await expect
    .poll(() => byId(testIds.virtualAddress('192.168.1.202')).getAttribute('data-holder'), { timeout: 20_000 })
    .toBe('master');
  await shot('3-running');
});

test('the table counts the connections that the client makes', async () => {
  const row = byId(testIds.ipvsRow('10.0.100.2', 80)).first();
  await row.waitFor();
  const before = await row.innerText();
  await engine.relevo.on('client', 'for i in $(seq 12); do curl -s http://192.168.1.202/ > /dev/null; done');
  await expect.poll(() => row.innerText(), { timeout: 5000 }).not.toBe(before);
  // Twelve requests in turn over three servers: four finished connections each.
  for (const server of ['10.0.100.2', '10.0.100.3', '10.0.100.4']) {
    const own = byId(testIds.ipvsRow(server, 80)).first();
    await expect.poll(() => own.innerText(), { timeout: 5000 }).toMatch(/\b4\b/);
  }
  await shot('4-table');
});

test('a terminal answers, and keeps what it said while another one is in front', async () => {
  await byId(testIds.openTerminal('master')).first().click();
  const terminal = page.locator('.xterm').first();
  await terminal.waitFor();
  await terminal.click();
  await expect.poll(terminalText, { timeout: 10_000 }).toContain('master');
  await page.keyboard.type('ip addr show eth0\n');
  await expect.poll(terminalText, { timeout: 10_000 }).toContain('192.168.1.202/32');
  await shot('5-terminal');
  await byId(testIds.openTerminal('web1')).first().click();
  await expect.poll(terminalText, { timeout: 10_000 }).toContain('web1');
  await byId(testIds.terminalTab('master')).click();
  await expect.poll(terminalText, { timeout: 10_000 }).toContain('192.168.1.202/32');
});

test('Kill master moves every virtual address to the standby, and Start master brings them back', async () => {
  await byId(testIds.killMaster).click();
  await expect
    .poll(() => byId(testIds.virtualAddress('192.168.1.202')).getAttribute('data-holder'), { timeout: 15_000 })
    .toBe('standby');
  await expect.poll(() => byId(testIds.vrrp('standby', 'VI_E')).innerText(), { timeout: 5000 }).toContain('MASTER');
  await page.waitForTimeout(1000);
  await shot('6-standby-holds');
  await byId(testIds.startMaster).click();
  await expect
    .poll(() => byId(testIds.virtualAddress('10.0.100.200')).getAttribute('data-holder'), { timeout: 20_000 })
    .toBe('master');
});

test('the drill shows the outage as a number', async () => {
  await byId(testIds.drillOpen).click();
  await byId(testIds.drillRun).click();
  await byId(testIds.drillLive).waitFor();
  await page.waitForTimeout(4000);
  await shot('7-drill-running');
  const web = byId(testIds.drillOutage('web'));
  await web.waitFor({ timeout: 60_000 });
  const outage = Number(await web.getAttribute('data-outage-ms'));
  expect(outage).toBeGreaterThanOrEqual(3000);
  expect(outage).toBeLessThanOrEqual(4300);
  await shot('8-drill-report');
});

test('the page had nothing to complain about: no error, nothing that its security policy refused', () => {
  expect(complaints).toEqual([]);
});

test('stopping the lab leads back to the start', async () => {
  await page.keyboard.press('Escape');
  await byId(testIds.stopLab).click();
  await byId(testIds.stopLabConfirm).click();
  await byId(testIds.startLab).first().waitFor({ timeout: 15_000 });
  await shot('9-stopped');
});
