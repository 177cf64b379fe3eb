import { app, dialog, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import { menuTemplate } from './menu-template.ts';
import type { Texts } from './texts.ts';

/** The application's menu in the user's language. */
export function setupMenu(texts: Texts, onReconnect: () => void): void {
  const about = (): void => {
    const message = texts('about.text', { version: app.getVersion() });
    dialog.showMessageBox({ message, type: 'info', title: 'Relevo' }).catch(() => undefined);
  };
  const template: MenuItemConstructorOptions[] = menuTemplate(texts, { onReconnect, onAbout: about });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
