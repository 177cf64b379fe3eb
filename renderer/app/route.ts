/** Where in the window the reader is. It lives in the address, so that a reload and the back button work. */
export type Route =
  | { readonly screen: 'start' }
  | { readonly screen: 'lab'; readonly lab: string; readonly section: 'overview' }
  | { readonly screen: 'lab'; readonly lab: string; readonly section: 'drills'; readonly report?: string };

export function readRoute(fragment: string): Route {
  const [place, lab, section, report] = fragment.replace(/^#\/?/, '').split('/').map(decodePart);
  if (place !== 'labs' || lab === undefined || lab === '') return { screen: 'start' };
  if (section !== 'drills') return { screen: 'lab', lab, section: 'overview' };
  return { screen: 'lab', lab, section, ...(report ? { report } : {}) };
}

export function writeRoute(route: Route): string {
  if (route.screen === 'start') return '#/';
  const lab = `#/labs/${encodeURIComponent(route.lab)}`;
  if (route.section === 'overview') return lab;
  return route.report === undefined ? `${lab}/drills` : `${lab}/drills/${encodeURIComponent(route.report)}`;
}

export function goTo(route: Route): void {
  window.location.hash = writeRoute(route);
}

/** A part that is no valid encoding is taken as it stands: it then names nothing, and the screen says so. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
