import { BrowserWindow } from 'electron';
import { isOwnPage, originOf } from './navigation.ts';
import { windowOptions } from './window-options.ts';

/** The one window, and the only origin that it may show. */
export class LabWindow {
  readonly #window: BrowserWindow;
  #engineOrigin: string | undefined;

  constructor(preload: string, version: string) {
    this.#window = new BrowserWindow(windowOptions(preload, version));
    this.#window.once('ready-to-show', () => this.#window.show());
    this.#confine();
  }

  /** Shows the engine's page. Its content security policy comes from the engine. */
  async showEngine(address: string): Promise<void> {
    this.#engineOrigin = originOf(address);
    await this.#window.loadURL(address);
  }

  /** Shows a page of our own. */
  async showNotice(page: string): Promise<void> {
    this.#engineOrigin = undefined;
    await this.#window.loadURL(page);
  }

  focus(): void {
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.focus();
  }

  /** No other window, no other page, no embedded one, and no permission for anything. */
  #confine(): void {
    const { webContents } = this.#window;
    webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
    const refuse = (event: { readonly url: string; preventDefault(): void }): void => {
      if (!isOwnPage(event.url, this.#engineOrigin)) event.preventDefault();
    };
    webContents.on('will-navigate', refuse);
    webContents.on('will-redirect', refuse);
    webContents.on('will-frame-navigate', refuse);
    webContents.on('will-attach-webview', (event) => event.preventDefault());
    webContents.session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
    webContents.session.setPermissionCheckHandler(() => false);
    webContents.session.setDevicePermissionHandler(() => false);
  }
}
