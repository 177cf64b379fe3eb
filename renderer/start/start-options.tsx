import { NumberInput, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { testIds } from '../test-ids.ts';
import { MachineFields } from './machine-fields.tsx';
import type { StartChoice } from './place.ts';
import { isMachines } from './place.ts';

interface Props {
  readonly name: string;
  readonly problem: 'invalid' | 'taken' | undefined;
  readonly onName: (name: string) => void;
  readonly advertInterval: number | undefined;
  readonly onAdvertInterval: (seconds: number | undefined) => void;
  readonly choice: StartChoice;
  readonly onChoice: (change: Partial<StartChoice>) => void;
}

const problemKeys = { invalid: 'start.labNameInvalid', taken: 'start.labNameTaken' } as const;

export function StartOptions(props: Props) {
  const { t } = useTranslation();
  const { name, problem, onName, advertInterval, onAdvertInterval, choice, onChoice } = props;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} pb="xs" verticalSpacing="lg">
      <TextInput
        label={t('start.labName')}
        description={t('start.labNameHint')}
        value={name}
        error={problem === undefined ? undefined : t(problemKeys[problem])}
        onChange={(event) => onName(event.currentTarget.value)}
        spellCheck={false}
        data-testid={testIds.labName}
      />
      <NumberInput
        label={t('start.advertInterval')}
        description={t('start.advertIntervalHint')}
        placeholder={t('start.advertIntervalDefault')}
        min={0.01}
        max={40}
        step={0.1}
        decimalScale={2}
        value={advertInterval ?? ''}
        onChange={(value) => onAdvertInterval(typeof value === 'number' ? value : undefined)}
      />
      {isMachines(choice) ? <MachineFields choice={choice} onChange={onChoice} /> : null}
    </SimpleGrid>
  );
}
