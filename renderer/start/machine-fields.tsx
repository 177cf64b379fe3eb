import { useTranslation } from 'react-i18next';
import { BoxField } from '../machines/box-field.tsx';
import { ChoiceField } from '../machines/choice-field.tsx';
import { testIds } from '../test-ids.ts';
import type { StartChoice } from './place.ts';
import { boxProblem } from './place.ts';

interface Props {
  readonly choice: StartChoice;
  readonly onChange: (change: Partial<StartChoice>) => void;
}

const stacks = ['director', 'classic'] as const;
const planes = ['auto', 'ipvs', 'packet'] as const;
const internets = ['real', 'stand-in'] as const;

/** What only virtual machines have to be told. */
export function MachineFields({ choice, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <ChoiceField
        label={t('export.stack.label')}
        options={stacks.map((value) => ({
          value,
          label: t(`export.stack.${value}`),
          description: t(`start.stackHint.${value}`),
          testId: testIds.machineChoice('stack', value),
        }))}
        value={choice.stack}
        onChange={(stack) => onChange({ stack })}
      />
      <ChoiceField
        label={t('export.internet.label')}
        options={internets.map((value) => ({
          value,
          label: t(`export.internet.${value}`),
          description: t(`start.internetHint.${value}`),
          testId: testIds.machineChoice('internet', value),
        }))}
        value={choice.internet}
        onChange={(internet) => onChange({ internet })}
      />
      {choice.stack === 'classic' ? null : (
        <ChoiceField
          label={t('start.plane.label')}
          options={planes.map((value) => ({ value, label: t(`start.plane.${value}`) }))}
          value={choice.plane}
          onChange={(plane) => onChange({ plane })}
        />
      )}
      <BoxField box={choice.box} problem={boxProblem(choice)} onChange={(box) => onChange({ box })} />
    </>
  );
}
