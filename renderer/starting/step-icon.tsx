import { Loader } from '@mantine/core';
import { IconCircleCheck, IconCircleDashed, IconCircleMinus, IconCircleX } from '@tabler/icons-react';
import type { StepState } from './progress.ts';

export function StepIcon({ state }: { readonly state: StepState }) {
  const size = '1.15rem';
  switch (state) {
    case 'running':
      return <Loader size="1rem" aria-hidden />;
    case 'done':
      return <IconCircleCheck size={size} color="var(--relevo-good)" aria-hidden />;
    case 'failed':
      return <IconCircleX size={size} color="var(--relevo-bad)" aria-hidden />;
    case 'skipped':
      return <IconCircleMinus size={size} color="var(--mantine-color-dimmed)" aria-hidden />;
    case 'waiting':
      return <IconCircleDashed size={size} color="var(--mantine-color-dimmed)" aria-hidden />;
  }
}
