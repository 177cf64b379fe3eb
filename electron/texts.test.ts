import { expect, test } from 'vitest';
import { menuTemplate } from './menu-template.ts';
import { textsFor } from './texts.ts';
import { waitingPage } from './waiting-page.ts';
import en from './locales/en.json';
import es from './locales/es.json';
import gl from './locales/gl.json';

test('every language has every text, with the same holes to fill', () => {
  const holes = (text: string): string[] => text.match(/\{\w+\}/g) ?? [];
  for (const texts of [es, gl]) {
    expect(Object.keys(texts)).toEqual(Object.keys(en));
    for (const [key, text] of Object.entries(en)) expect(holes(texts[key as keyof typeof en])).toEqual(holes(text));
  }
});

test('the first language that the user prefers and we have is taken, English else', () => {
  expect(textsFor(['fr-FR', 'gl-ES', 'es'])('menu.file')).toBe('Ficheiro');
  expect(textsFor(['es-MX'])('menu.file')).toBe('Archivo');
  expect(textsFor(['fr', 'constructor'])('menu.file')).toBe('File');
  expect(textsFor(['en'])('about.text', { version: '7' })).toContain('Relevo 7:');
});

test('the menu takes no key that a shell in a terminal needs', () => {
  const actions = { onReconnect: () => undefined, onAbout: () => undefined };
  const text = JSON.stringify(menuTemplate(textsFor(['en']), actions));
  for (const key of ['R', 'W', 'C', 'D', 'L', 'A', 'E', 'U', 'Z']) expect(text).not.toContain(`"CmdOrCtrl+${key}"`);
});

test('the page that waits for an engine runs no script, whatever a failure says', () => {
  const page = waitingPage({ kind: 'failed', reason: '<script>alert(1)</script>' }, textsFor(['gl']), 'gl"><b>');
  const html = decodeURIComponent(page.slice(page.indexOf(',') + 1));
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/<script|<b>/);
  expect(html).toContain('sudo npm start');
});

test('where labs are virtual machines it asks for no root', () => {
  const html = decodeURIComponent(waitingPage({ kind: 'absent' }, textsFor(['es']), 'es', 'win32'));
  expect(html).toContain('<pre>npm start</pre>');
  expect(html).toContain('VirtualBox');
  expect(html).not.toContain('sudo');
});
