import type { ITheme } from '@xterm/xterm';

export type TerminalTheme = ITheme;

/** Terminals stay dark in both colour schemes where the shells' own colours are made for it; light gets darker inks. */
export const darkTerminal: TerminalTheme = {
  background: '#15171c',
  foreground: '#dfe3ea',
  cursor: '#8ea2ff',
  selectionBackground: '#3a4570',
  black: '#1d2027',
  brightBlack: '#6b7280',
  red: '#ff7b72',
  brightRed: '#ffa198',
  green: '#56d364',
  brightGreen: '#7ee787',
  yellow: '#e3b341',
  brightYellow: '#f2cc60',
  blue: '#79a8ff',
  brightBlue: '#a5c4ff',
  magenta: '#d2a8ff',
  brightMagenta: '#e2c5ff',
  cyan: '#56d4dd',
  brightCyan: '#b3f0ff',
  white: '#c9d1d9',
  brightWhite: '#f5f7fa',
};

export const lightTerminal: TerminalTheme = {
  background: '#fcfcfd',
  foreground: '#1f2430',
  cursor: '#3b5bdb',
  selectionBackground: '#cdd7ff',
  black: '#1f2430',
  brightBlack: '#5b6372',
  red: '#c92a2a',
  brightRed: '#a61e1e',
  green: '#237b35',
  brightGreen: '#1b6129',
  yellow: '#8a5a00',
  brightYellow: '#6e4800',
  blue: '#2b4bd1',
  brightBlue: '#1f37a0',
  magenta: '#862e9c',
  brightMagenta: '#6b2180',
  cyan: '#0b7285',
  brightCyan: '#085c6b',
  white: '#4b5260',
  brightWhite: '#1f2430',
};
