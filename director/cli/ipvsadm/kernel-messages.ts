import type { TableCommand, TableResult } from '../../api/table.ts';

export type Errno = Extract<TableResult, { ok: false }>['errno'] | 'EPROTONOSUPPORT';
type Operation = TableCommand['type'] | 'list-service';

/** What libipvs says to an errno of one operation (libipvs.c, ipvs_strerror). */
const special: Partial<Record<Operation, Partial<Record<Errno, string>>>> = {
  'add-service': { EEXIST: 'Service already exists', ENOENT: 'Scheduler or persistence engine not found' },
  'edit-service': { ESRCH: 'No such service', ENOENT: 'Scheduler or persistence engine not found' },
  'delete-service': { ESRCH: 'No such service' },
  zero: { ESRCH: 'No such service' },
  'add-server': { ESRCH: 'Service not defined', EEXIST: 'Destination already exists' },
  'edit-server': { ESRCH: 'Service not defined', ENOENT: 'No such destination' },
  'delete-server': { ESRCH: 'Service not defined', ENOENT: 'No such destination' },
  'start-sync': { EEXIST: 'Daemon has already run' },
  'stop-sync': { ESRCH: 'No daemon is running' },
  'list-service': { ESRCH: 'No such service' },
};

/** libipvs's own words, and strerror(3)'s for the rest. */
const general: Record<Errno, string> = {
  EINVAL: 'Invalid operation.  Possibly wrong module version, address not unicast, ...',
  ENOMEM: 'Memory allocation problem',
  EOPNOTSUPP: 'Operation not supported with IPv6',
  EAFNOSUPPORT: 'Operation not supported with specified address family',
  EEXIST: 'File exists',
  ESRCH: 'No such process',
  ENOENT: 'No such file or directory',
  ERANGE: 'Numerical result out of range',
  ENODEV: 'No such device',
  EPROTONOSUPPORT: 'Protocol not supported',
};

export function kernelMessage(operation: Operation, errno: Errno): string {
  return special[operation]?.[errno] ?? general[errno];
}
