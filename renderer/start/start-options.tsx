import { NumberInput, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LabOptions } from '../../provisioning/contract/index.ts';
import { testIds } from '../test-ids.ts';

interface Props {
  readonly name: string;
  readonly problem: 'invalid' | 'taken' | undefined;
  readonly onName: (name: string) => void;
  readonly options: LabOptions;
  readonly onOptions: (options: LabOptions) => void;
}

const problemKeys = { invalid: 'start.labNameInvalid', taken: 'start.labNameTaken' } as const;

export function StartOptions({ name, problem, onName, options, onOptions }: Props) {
  const { t } = useTranslation();
  const { advertInterval } = options;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} pb="xs">
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
        onChange={(value) => onOptions(typeof value === 'number' ? { advertInterval: value } : {})}
      />
    </SimpleGrid>
  );
}
