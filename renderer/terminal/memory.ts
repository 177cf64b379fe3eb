import { z } from 'zod';
import type { TerminalTab } from './tab.ts';

const rememberedSchema = z.array(z.object({ lab: z.string(), node: z.string(), session: z.string() }));
export type RememberedSession = z.infer<typeof rememberedSchema>[number];

/** The part of the browser's storage that is used. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem'>;

const key = 'relevo.terminals';
const fontSizeKey = 'relevo.terminal-font-size';

/** The sessions that this window opened, so that a reload finds its own again and leaves those of the command line alone. */
export function readSessions(storage: TextStorage): RememberedSession[] {
  try {
    return rememberedSchema.parse(JSON.parse(storage.getItem(key) ?? '[]'));
  } catch {
    return [];
  }
}

/** `others` are the sessions of labs that this window has not shown yet. */
export function writeSessions(
  storage: TextStorage,
  tabs: readonly TerminalTab[],
  others: readonly RememberedSession[],
): void {
  const remembered = tabs.flatMap(({ lab, node, session }) => (session === undefined ? [] : [{ lab, node, session }]));
  const shown = new Set(remembered.map(({ session }) => session));
  storage.setItem(key, JSON.stringify([...others.filter(({ session }) => !shown.has(session)), ...remembered]));
}

/** Pixels, as last chosen by the reader; undefined before that. */
export function readFontSize(storage: TextStorage): number | undefined {
  const size = Number(storage.getItem(fontSizeKey) ?? NaN);
  return Number.isFinite(size) ? size : undefined;
}

export function writeFontSize(storage: TextStorage, size: number): void {
  storage.setItem(fontSizeKey, String(size));
}
