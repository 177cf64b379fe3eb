import type { EngineSearch } from './engine.ts';
import type { Texts } from './texts.ts';

const style = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 2rem }
pre { padding: 1rem; border-radius: 0.5rem; background: light-dark(#eee, #222); user-select: all }
:root { color-scheme: light dark }`;

/** A page without scripts that says why there is nothing to see yet and what to do, as an address of its own. */
export function waitingPage(
  search: Exclude<EngineSearch, { kind: 'found' }>,
  texts: Texts,
  language: string,
  platform: NodeJS.Platform = process.platform,
): string {
  const onLinux = platform === 'linux';
  const command = onLinux ? 'sudo npm start' : 'npm start';
  const failure =
    search.kind === 'failed' ? `<p>${escape(texts('waiting.failed', { reason: search.reason }))}</p>` : '';
  const page = `<!doctype html>
<html lang="${escape(language)}"><head><meta charset="utf-8"><title>Relevo</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${style}</style></head><body>
<h1>${escape(texts('waiting.title'))}</h1>
${failure}<p>${escape(texts(onLinux ? 'waiting.reason' : 'waiting.reasonElsewhere'))}</p>
<p>${escape(texts('waiting.start'))}</p><pre>${escape(command)}</pre>
${onLinux ? `<p>${escape(texts('waiting.other'))}</p>` : ''}<p>${escape(texts('waiting.again'))}</p></body></html>`;
  return `data:text/html;charset=utf-8,${encodeURIComponent(page)}`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
