import { memo } from 'react';
import { useFormat } from '../i18n/use-format.ts';
import { stepDuration } from '../starting/progress.ts';
import { StepIcon } from '../starting/step-icon.tsx';
import { useStepMessage, useStepName } from '../starting/step-line.tsx';
import { testIds } from '../test-ids.ts';
import type { Lane } from './operation-progress.ts';
import classes from './operations.module.css';

/** Where each node is: state, name, what is being done, how far, for how long. */
export function OperationLanes({ lanes, now }: { readonly lanes: readonly Lane[]; readonly now: number }) {
  return (
    <ul className={classes['lanes']}>
      {lanes.map((lane) => (
        <LaneLine key={lane.key} lane={lane} now={now} />
      ))}
    </ul>
  );
}

interface LineProps {
  readonly lane: Lane;
  readonly now: number;
}

/** Steps change many times a second while eleven nodes halt: a line is drawn again only when it says something else. */
const LaneLine = memo(LaneLineView, (before, after) => {
  const [old, next] = [before.lane.shown, after.lane.shown];
  const stands = next.progress.state !== 'running' || before.now === after.now;
  return stands && old.progress === next.progress && old.waitsFor.length === next.waitsFor.length;
});

function LaneLineView({ lane, now }: LineProps) {
  const format = useFormat();
  const name = useStepName();
  const message = useStepMessage();
  const { step, progress } = lane.shown;
  const duration = stepDuration(progress, now);
  const percent =
    progress.state === 'running' && progress.fraction !== undefined ? ` ${Math.round(progress.fraction * 100)} %` : '';
  const text = progress.state === 'waiting' || progress.message === undefined ? message(lane.shown) : progress.message;
  return (
    <li
      className={classes['lane']}
      data-state={progress.state}
      data-testid={testIds.operationLane(lane.key)}
      title={`${name(step)}: ${text}${percent}`}
    >
      <StepIcon state={progress.state} />
      <span className={classes['laneName']}>{name(step)}</span>
      <span className={classes['laneText']}>
        {text}
        {percent}
      </span>
      <span className={classes['laneTime']}>{duration === undefined ? '' : format.duration(duration)}</span>
    </li>
  );
}
