/** Ends a switch over a discriminated union: a new variant stops compiling here instead of being overlooked. */
export function assertNever(value: never): never {
  throw new TypeError(`Unexpected variant: ${JSON.stringify(value)}`);
}
