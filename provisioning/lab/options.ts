export interface LabServiceOptions {
  /** Labs and reports. */
  readonly stateDirectory: string;
  /** Base layers. */
  readonly cacheDirectory: string;
  /** The built program: `holder.cjs`, and `node/` with what nodes are given. */
  readonly distDirectory: string;
}
