/**
 * Names by which tests find parts of the window. They are part of the window's contract with the end-to-end tests:
 *
 * start-lab, lab-name, cancel-operation, retry-start, error-panel, stop-lab, stop-lab-confirm, kill-master, start-master,
 * lab-node-NODE, open-terminal-NODE, node-menu-NODE, terminals, terminal-SESSION, terminal-tab-NODE → `tab-NODE`, terminal-reconnect,
 * virtual-address-ADDRESS (with data-holder), ipvs-director-NODE, ipvs-row-ADDRESS:PORT, vrrp-NODE-INSTANCE, event-log, drill-open,
 * drill-run, drill-live, drill-report, drill-chart, drill-outage-TARGET (with data-outage-ms), language, appearance.
 */
export const testIds = {
  startLab: 'start-lab',
  startOptions: 'start-options',
  labName: 'lab-name',
  openLab: (lab: string) => `open-lab-${lab}`,
  cancelOperation: 'cancel-operation',
  retryStart: 'retry-start',
  errorPanel: 'error-panel',
  stopLab: 'stop-lab',
  stopLabConfirm: 'stop-lab-confirm',
  killMaster: 'kill-master',
  startMaster: 'start-master',
  labNode: (node: string) => `lab-node-${node}`,
  openTerminal: (node: string) => `open-terminal-${node}`,
  nodeMenu: (node: string) => `node-menu-${node}`,
  terminals: 'terminals',
  /** The one terminal in front; its text is in `.xterm-rows`, typing goes to it after a click. */
  terminal: (session: string) => `terminal-${session}`,
  terminalTab: (node: string) => `tab-${node}`,
  terminalReconnect: 'reconnect',
  virtualAddress: (address: string) => `virtual-address-${address}`,
  ipvsTable: 'ipvs-table',
  ipvsDirector: (node: string) => `ipvs-director-${node}`,
  /** A virtual service's or a real server's row. */
  ipvsRow: (address: string, port: number) => `ipvs-row-${address}:${port}`,
  vrrp: (node: string, instance: string) => `vrrp-${node}-${instance}`,
  eventLog: 'event-log',
  sections: 'sections',
  drillOpen: 'drill-open',
  drillRun: 'drill-run',
  drillLive: 'drill-live',
  drillReport: 'drill-report',
  drillChart: 'drill-chart',
  drillOutage: (target: string) => `drill-outage-${target}`,
  connectionBanner: 'connection-banner',
  language: 'language',
  appearance: 'appearance',
} as const;
