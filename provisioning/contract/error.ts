import { z } from 'zod';

/** Stable codes: programs switch on these, the interface translates them. Sentences may change, codes may not. */
export const errorCodeSchema = z.enum([
  'INVALID_INPUT',
  'UNKNOWN_METHOD',
  'UNAUTHORIZED',
  'UNKNOWN_TESTBED',
  'INVALID_TESTBED',
  'TESTBED_EXISTS',
  'UNKNOWN_LAB',
  'LAB_EXISTS',
  'INVALID_LAB_NAME',
  'LAB_BUSY',
  'UNKNOWN_NODE',
  'UNKNOWN_NETWORK',
  'UNKNOWN_DRILL',
  'UNKNOWN_SESSION',
  'UNKNOWN_OPERATION',
  'NODE_NOT_RUNNING',
  'NODE_ALREADY_RUNNING',
  'NODE_FROZEN',
  'PROVIDER_UNAVAILABLE',
  'NOT_ROOT',
  'NOT_LINUX',
  'MISSING_TOOL',
  'PORT_IN_USE',
  'DISK_FULL',
  'BASE_LAYER_FAILED',
  'RECIPE_FAILED',
  'HOLDER_LOST',
  'MACHINE_FAILED',
  'ENGINE_UNREACHABLE',
  'ENGINE_RUNNING',
  'CANCELLED',
  'TIMEOUT',
  'DRILL_FAILED',
  'UNSUPPORTED',
  'UNKNOWN_SNAPSHOT',
  'SNAPSHOT_EXISTS',
  'UPGRADE_FAILED',
  'INTERNAL',
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

export const errorDetailSchema = z.object({
  lab: z.string().optional(),
  node: z.string().optional(),
  /** The step of the plan or recipe that failed, in words. */
  step: z.string().optional(),
  /** The command that failed, as it would be typed. */
  command: z.string().optional(),
  exitCode: z.number().int().optional(),
  /** The last lines that it printed. */
  output: z.string().optional(),
  /** The likely cause. */
  cause: z.string().optional(),
  /** What to do next: one sentence. */
  hint: z.string().optional(),
  /** Problems in a file, one each. */
  problems: z
    .array(z.object({ file: z.string(), line: z.number().int(), column: z.number().int(), message: z.string() }))
    .optional(),
});
export type ErrorDetail = z.infer<typeof errorDetailSchema>;

export const rpcErrorSchema = z.object({ code: errorCodeSchema, message: z.string(), detail: errorDetailSchema });
/** An error as it crosses the wire. */
export type RpcError = z.infer<typeof rpcErrorSchema>;

/** The one error class of the lab engine and its clients: a full sentence, a stable code, what is known, and the cause. */
export class RelevoError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RelevoError';
    this.code = code;
    this.detail = detail;
  }

  toJSON(): RpcError {
    return { code: this.code, message: this.message, detail: this.detail };
  }
}
