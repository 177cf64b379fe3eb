import type { TableResult } from '../../api/table.ts';

export type Errno = Extract<TableResult, { ok: false }>['errno'];

export const OK: TableResult = { ok: true };

export function refuse(errno: Errno, message: string): TableResult {
  return { ok: false, errno, message };
}
