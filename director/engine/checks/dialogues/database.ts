/** What ldirectord's database checks do: log in, run one query, and want at least one row. */
export interface DatabaseRequest {
  readonly login: string;
  readonly password: string;
  readonly database: string;
  readonly query: string;
}

/** `size` bytes that nobody can guess. */
export type Random = (size: number) => Uint8Array;

export const needsLoginAndQuery = 'a check of a database needs a login and a query';
