/** The lab engine's process side: RPC server, sessions, page. What it does with labs is behind `LabService`. */
export * from './engine.ts';
