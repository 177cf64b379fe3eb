import { SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { BoxField } from '../machines/box-field.tsx';
import { ChoiceField } from '../machines/choice-field.tsx';
import { testIds } from '../test-ids.ts';
import type { ExportChoices, ExportProblems } from './export-choices.ts';

interface Props {
  readonly choices: ExportChoices;
  readonly problems: ExportProblems;
  readonly onChange: (change: Partial<ExportChoices>) => void;
}

export function ExportFields(props: Props) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Choice {...props} field="stack" values={['director', 'classic']} />
        <Choice {...props} field="internet" values={['real', 'stand-in']} />
        <Choice {...props} field="provider" values={['both', 'virtualbox', 'libvirt']} />
        <Names {...props} />
      </SimpleGrid>
      <Place {...props} />
    </>
  );
}

interface ChoiceProps<F extends 'stack' | 'internet' | 'provider'> extends Props {
  readonly field: F;
  readonly values: readonly ExportChoices[F][];
}

function Choice<F extends 'stack' | 'internet' | 'provider'>({ field, values, choices, onChange }: ChoiceProps<F>) {
  const { t } = useTranslation();
  const group: 'stack' | 'internet' | 'provider' = field;
  return (
    <ChoiceField
      label={t(`export.${group}.label`)}
      options={values.map((value) => ({
        value,
        label: t(`export.${group}.${value}` as 'export.stack.director'),
        testId: testIds.exportChoice(field, value),
      }))}
      value={choices[field]}
      onChange={(value) => onChange({ [field]: value })}
    />
  );
}

function Names({ choices, problems, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <BoxField box={choices.box} problem={problems.box} onChange={(box) => onChange({ box })} />
      <TextInput
        label={t('start.labName')}
        description={t('export.labHint')}
        value={choices.lab}
        error={problems.lab === undefined ? undefined : t('start.labNameInvalid')}
        onChange={(event) => onChange({ lab: event.currentTarget.value })}
        spellCheck={false}
      />
    </Stack>
  );
}

function Place({ choices, problems, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t('export.directory')}
        description={t('export.directoryHint', { lab: choices.lab })}
        value={choices.directory}
        error={problems.directory === undefined ? undefined : t('export.directoryInvalid')}
        onChange={(event) => onChange({ directory: event.currentTarget.value })}
        spellCheck={false}
        data-testid={testIds.exportDirectory}
      />
      <Switch
        label={t('export.overwrite')}
        checked={choices.overwrite}
        onChange={(event) => onChange({ overwrite: event.currentTarget.checked })}
      />
    </>
  );
}
