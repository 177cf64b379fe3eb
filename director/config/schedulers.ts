/** The schedulers of the kernel (net/netfilter/ipvs/ip_vs_*.c), by the names that all formats share. */
export const schedulerNames = [
  ...(['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'sed', 'nq', 'mh', 'fo', 'ovf', 'twos'] as const),
] as const;
