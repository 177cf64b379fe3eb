import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

/** A Chromium of its own that speaks to nobody but the page under test. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['RELEVO_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Keeps a picture of the page in `test-output/`, to be looked at. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const folder = join(process.cwd(), 'test-output');
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** What the page complained about: errors that nobody caught, and what the content security policy refused. */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return complaints;
}
