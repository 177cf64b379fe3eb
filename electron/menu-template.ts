import type { MenuItemConstructorOptions } from 'electron';
import type { TextKey, Texts } from './texts.ts';

export interface MenuActions {
  readonly onReconnect: () => void;
  readonly onAbout: () => void;
}

type Role = NonNullable<MenuItemConstructorOptions['role']>;
const separator: MenuItemConstructorOptions = { type: 'separator' };

/** The menu as data. */
export function menuTemplate(texts: Texts, { onReconnect, onAbout }: MenuActions): MenuItemConstructorOptions[] {
  const item = (key: TextKey, role: Role): MenuItemConstructorOptions => ({ label: texts(key), role });
  const menu = (key: TextKey, submenu: MenuItemConstructorOptions[]): MenuItemConstructorOptions => ({
    label: texts(key),
    submenu,
  });
  return [
    menu('menu.file', [
      { label: texts('menu.reconnect'), accelerator: 'CmdOrCtrl+Shift+R', click: onReconnect },
      separator,
      item('menu.quit', 'quit'),
    ]),
    menu('menu.edit', [
      item('menu.undo', 'undo'),
      item('menu.redo', 'redo'),
      separator,
      item('menu.cut', 'cut'),
      item('menu.copy', 'copy'),
      item('menu.paste', 'paste'),
      item('menu.selectAll', 'selectAll'),
    ]),
    menu('menu.view', [
      // Not the role "reload", whose Ctrl+R is a shell's search through its history.
      { ...item('menu.reload', 'reload'), accelerator: 'F5' },
      separator,
      item('menu.resetZoom', 'resetZoom'),
      item('menu.zoomIn', 'zoomIn'),
      item('menu.zoomOut', 'zoomOut'),
      item('menu.fullScreen', 'togglefullscreen'),
      separator,
      item('menu.developerTools', 'toggleDevTools'),
    ]),
    // Without shortcuts: Ctrl+W belongs to the terminals, where it erases a word.
    menu('menu.window', [
      { ...item('menu.minimize', 'minimize'), accelerator: 'F9' },
      { ...item('menu.close', 'close'), accelerator: 'CmdOrCtrl+Shift+W' },
    ]),
    menu('menu.help', [{ label: texts('menu.about'), click: onAbout }]),
  ];
}
