/** Helpers that programs call, by their numbers (include/uapi/linux/bpf.h). */
export const helpers = {
  mapLookup: 1,
  monotonicTime: 5,
  storeBytes: 9,
  changeIpChecksum: 10,
  changeTransportChecksum: 11,
  redirect: 23,
  loadBytes: 26,
} as const;
