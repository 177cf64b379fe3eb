/**
 * Puts director.cjs and koffi.node into a copy of this Node binary, one file that needs neither Node nor packages. False when
 * the one that is there was made from the same parts.
 */
export function buildExecutable(parts: { script: string; native: string; executable: string }): Promise<boolean>;
