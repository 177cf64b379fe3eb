import { z } from 'zod';
import { providerNameSchema } from './provider-name.ts';

export const planStepSchema = z.object({
  /** Stable within a plan: `base`, `network:internal`, `node:web1`, `recipe:web1`, `ready`, `halt:web1`. */
  id: z.string(),
  action: z.enum([
    'build-base',
    'create-network',
    'create-node',
    'apply-recipe',
    'await-ready',
    'halt-node',
    'suspend-node',
    'start-node',
    'pause-nodes',
    'resume-nodes',
    'take-snapshot',
    'restore-snapshot',
    'delete-snapshot',
    'upgrade-director',
  ]),
  node: z.string().optional(),
  /** What will be done, in one sentence. */
  title: z.string(),
  /** Why this step is there. */
  reason: z.string(),
  /** Ids of steps that must have ended before. */
  after: z.array(z.string()),
});
export type PlanStep = z.infer<typeof planStepSchema>;

export const planSchema = z.object({
  lab: z.string(),
  testbed: z.string(),
  provider: providerNameSchema,
  steps: z.array(planStepSchema),
});
/** What an operation would do: data, sorted, each step with its reason. */
export type Plan = z.infer<typeof planSchema>;

export const stepProgressSchema = z.object({
  step: z.string(),
  node: z.string().optional(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  /** What is being done right now ("Setting up apache2", "dnsmasq answers"). */
  message: z.string().optional(),
  /** 0 to 1 where it is known. */
  fraction: z.number().min(0).max(1).optional(),
  startedAt: z.number().optional(),
  endedAt: z.number().optional(),
});
export type StepProgress = z.infer<typeof stepProgressSchema>;

export const operationSchema = z.object({
  id: z.string(),
  kind: z.enum([
    'up',
    'down',
    'drill',
    'halt',
    'suspend',
    'start',
    'reload',
    'take-snapshot',
    'restore-snapshot',
    'delete-snapshot',
    'upgrade',
  ]),
  lab: z.string(),
  title: z.string(),
  startedAt: z.number(),
  plan: planSchema.optional(),
  steps: z.array(stepProgressSchema),
  cancellable: z.boolean(),
});
/** Something that takes longer than a second, with where it stands. */
export type Operation = z.infer<typeof operationSchema>;
