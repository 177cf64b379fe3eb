/** Bundles the director into director.cjs and koffi.node; returns their paths. `outdir`: dist/node by default. */
export function buildDirector(options?: { outdir?: string }): Promise<{ script: string; native: string }>;
