import { join } from 'node:path';

/** Where a running director keeps its files; DIRECTOR_RUN_DIRECTORY moves them, so that two can share one file system. */
const runDirectory = process.env['DIRECTOR_RUN_DIRECTORY'] ?? '/run/director';

export const paths = {
  runDirectory,
  adminSocket: join(runDirectory, 'admin.sock'),
  pidFile: join(runDirectory, 'director.pid'),
  stateFile: join(runDirectory, 'state.json'),
  /** What is ours in the table of the kernel's IPVS. */
  kernelWorkFile: join(runDirectory, 'ipvs.json'),
  logFile: process.env['DIRECTOR_LOG_FILE'] ?? '/var/log/director.log',
  configuration: '/etc/keepalived/keepalived.conf',
} as const;
