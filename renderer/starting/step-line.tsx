import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PlanStep } from '../../provisioning/contract/index.ts';
import { useFormat } from '../i18n/use-format.ts';
import type { ShownStep } from './progress.ts';
import { stepDuration } from './progress.ts';
import { StepIcon } from './step-icon.tsx';
import classes from './starting.module.css';

/** More names than this say less than their number. */
const namesShown = 3;

/** A step's name in the reader's language; the engine's own titles are in one language only. */
export function useStepName(): (step: PlanStep) => string {
  const { t } = useTranslation();
  return ({ id, action, node }) => t(`starting.step.${action}`, { name: node ?? id.split(':')[1] ?? id });
}

/** What a step is doing, or what it waits for. */
export function useStepMessage(): (shown: ShownStep) => string {
  const { t } = useTranslation();
  const name = useStepName();
  return ({ progress, waitsFor }) => {
    if (progress.state !== 'waiting' || waitsFor.length === 0) {
      return progress.message ?? t(`starting.state.${progress.state}`);
    }
    const names = waitsFor.slice(0, namesShown).map(name);
    const more = waitsFor.length > namesShown ? ` (+${waitsFor.length - namesShown})` : '';
    return t('starting.waitsFor', { steps: `${names.join(', ')}${more}` });
  };
}

export function StepLine({ shown, now }: { readonly shown: ShownStep; readonly now: number }) {
  const format = useFormat();
  const name = useStepName();
  const message = useStepMessage();
  const duration = stepDuration(shown.progress, now);
  const { fraction } = shown.progress;
  return (
    <div className={classes['line']} data-state={shown.progress.state}>
      <StepIcon state={shown.progress.state} />
      <span>{name(shown.step)}</span>
      <Text size="sm" c="dimmed" truncate title={shown.step.reason}>
        {message(shown)}
        {fraction === undefined || shown.progress.state !== 'running' ? '' : ` · ${Math.round(fraction * 100)} %`}
      </Text>
      <span className={classes['time']}>{duration === undefined ? '' : format.duration(duration)}</span>
    </div>
  );
}
