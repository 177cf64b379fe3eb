/** Ends a switch over a closed union: the compiler proves that nothing arrives here. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
