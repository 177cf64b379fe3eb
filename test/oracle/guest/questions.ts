import type { AdminMethod } from '../../../director/api/admin.ts';

/** What the test asks the asker in the guest (asker.ts). */
export type Question =
  | { readonly ipvsadm: readonly string[]; readonly input?: string }
  | { readonly method: AdminMethod; readonly input: object }
  /** Events of so many milliseconds. */
  | { readonly watch: number };

export interface Answer {
  readonly value?: unknown;
  readonly error?: string;
}
