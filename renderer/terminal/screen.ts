import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import type { TerminalTheme } from './theme.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface ScreenListener {
  typed(text: string): void;
  typedBinary(binary: string): void;
  resized(size: TerminalSize): void;
}

/**
 * An xterm.js terminal with an element of its own. The element is moved into whatever shows it and out again, so that
 * the text survives switching tabs and views.
 */
export class TerminalScreen {
  readonly element = document.createElement('div');
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  #opened = false;

  constructor(listener: ScreenListener, fontSize: number, theme: TerminalTheme) {
    this.element.className = 'relevo-terminal';
    this.#terminal = new Terminal({
      fontFamily: 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
      fontSize,
      theme,
      cursorBlink: true,
      scrollback: 5000,
      allowProposedApi: false,
    });
    this.#terminal.loadAddon(this.#fit);
    this.#terminal.onData((text) => listener.typed(text));
    this.#terminal.onBinary((binary) => listener.typedBinary(binary));
    this.#terminal.onResize(({ cols, rows }) => listener.resized({ columns: cols, rows }));
    this.#terminal.attachCustomKeyEventHandler((event) => this.#allowKey(event));
  }

  get size(): TerminalSize {
    return { columns: this.#terminal.cols, rows: this.#terminal.rows };
  }

  /** Puts the terminal into `parent` and sizes it to fill it. */
  show(parent: HTMLElement): void {
    parent.append(this.element);
    if (!this.#opened) this.#terminal.open(this.element);
    this.#opened = true;
    this.fit();
  }

  hide(): void {
    this.element.remove();
  }

  /** Fits columns and rows to the element; does nothing while it has no size. */
  fit(): void {
    if (this.element.clientWidth > 0 && this.element.clientHeight > 0) this.#fit.fit();
  }

  focus(): void {
    this.#terminal.focus();
  }

  write(data: Uint8Array | string): void {
    this.#terminal.write(data);
  }

  reset(): void {
    this.#terminal.reset();
  }

  setFontSize(size: number): void {
    this.#terminal.options.fontSize = size;
    this.fit();
  }

  setTheme(theme: TerminalTheme): void {
    this.#terminal.options.theme = theme;
  }

  get selection(): string {
    return this.#terminal.getSelection();
  }

  paste(text: string): void {
    this.#terminal.paste(text);
  }

  dispose(): void {
    this.element.remove();
    this.#terminal.dispose();
  }

  /** Leaves to the window what is not for the shell: F6 (next region), and copy and paste as terminals have them. */
  #allowKey(event: KeyboardEvent): boolean {
    if (event.key === 'F6') return false;
    if (!event.ctrlKey || !event.shiftKey) return true;
    if (event.code === 'KeyC' && event.type === 'keydown' && this.selection !== '') {
      event.preventDefault();
      navigator.clipboard.writeText(this.selection).catch(() => undefined);
      return false;
    }
    return event.code !== 'KeyC' && event.code !== 'KeyV';
  }
}
