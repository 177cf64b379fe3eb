import { useWindowEvent } from '@mantine/hooks';

/** F6 and Shift+F6 go through the regions of the screen, also out of a terminal, which keeps the Tab key for itself. */
export function RegionKeys() {
  useWindowEvent('keydown', (event) => {
    if (event.key !== 'F6') return;
    event.preventDefault();
    const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
    const current = regions.findIndex((region) => region.contains(document.activeElement));
    const step = event.shiftKey ? -1 : 1;
    const start = current < 0 && event.shiftKey ? 0 : current;
    regions[(start + step + regions.length) % regions.length]?.focus();
  });
  return null;
}
