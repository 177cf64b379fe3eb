/** What a piece of typing means: bytes for the node, and whether the user wants to leave. */
export interface TypedInput {
  readonly data: Buffer;
  readonly leave: boolean;
}

const TILDE = 0x7e;
const DOT = 0x2e;
const lineEnds = new Set([0x0a, 0x0d]);

/** Watches for `~.` at the beginning of a line, as ssh does; `~~` there sends one tilde. */
export function createEscapeWatch(): (typed: Buffer) => TypedInput {
  let state: 'line-start' | 'tilde' | 'middle' = 'line-start';
  return (typed) => {
    const bytes: number[] = [];
    for (const byte of typed) {
      if (state === 'tilde') {
        if (byte === DOT) return { data: Buffer.from(bytes), leave: true };
        bytes.push(TILDE);
        state = 'middle';
        if (byte === TILDE) continue;
      } else if (state === 'line-start' && byte === TILDE) {
        state = 'tilde';
        continue;
      }
      bytes.push(byte);
      state = lineEnds.has(byte) ? 'line-start' : 'middle';
    }
    return { data: Buffer.from(bytes), leave: false };
  };
}
