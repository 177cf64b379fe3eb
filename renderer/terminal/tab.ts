/** One terminal tab as the screen shows it. Its characters live in the xterm.js instance, not here. */
export interface TerminalTab {
  /** Stable over reconnections, unlike the session. */
  readonly id: string;
  readonly lab: string;
  readonly node: string;
  readonly session: string | undefined;
  readonly state: TabState;
}

export type TabState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'open' }
  /** The shell ended or the node died; the text stays readable. */
  | { readonly kind: 'ended'; readonly exitCode?: number; readonly reason?: string }
  | { readonly kind: 'failed'; readonly message: string };

export interface TabsState {
  readonly tabs: readonly TerminalTab[];
  /** Lab → id of the tab in front. */
  readonly active: Readonly<Record<string, string>>;
  readonly fontSize: number;
}

/** In pixels. */
export const fontSizes = { smallest: 9, normal: 13, largest: 32 };

export const noTabs: TabsState = { tabs: [], active: {}, fontSize: fontSizes.normal };

export function addTab(state: TabsState, tab: TerminalTab): TabsState {
  return { ...state, tabs: [...state.tabs, tab], active: { ...state.active, [tab.lab]: tab.id } };
}

/** Removes a tab; when it was in front, its neighbour comes forward. */
export function removeTab(state: TabsState, id: string): TabsState {
  const closed = state.tabs.find((tab) => tab.id === id);
  if (closed === undefined) return state;
  const siblings = state.tabs.filter(({ lab }) => lab === closed.lab);
  const index = siblings.indexOf(closed);
  const neighbour = siblings[index + 1] ?? siblings[index - 1];
  const tabs = state.tabs.filter((tab) => tab !== closed);
  if (state.active[closed.lab] !== id) return { ...state, tabs };
  const others = Object.entries(state.active).filter(([lab]) => lab !== closed.lab);
  const active = neighbour === undefined ? others : [...others, [closed.lab, neighbour.id] as const];
  return { ...state, tabs, active: Object.fromEntries(active) };
}

export function changeTab(state: TabsState, id: string, change: Partial<TerminalTab>): TabsState {
  return { ...state, tabs: state.tabs.map((tab) => (tab.id === id ? { ...tab, ...change } : tab)) };
}

/** What a tab is called: its node, with a number when several tabs show the same one. */
export function tabTitle(tabs: readonly TerminalTab[], tab: TerminalTab): string {
  const same = tabs.filter(({ lab, node }) => lab === tab.lab && node === tab.node);
  return same.length < 2 ? tab.node : `${tab.node} (${same.indexOf(tab) + 1})`;
}

export function clampFontSize(size: number): number {
  return Math.min(fontSizes.largest, Math.max(fontSizes.smallest, size));
}
