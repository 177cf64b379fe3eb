import { Autocomplete, Radio, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { knownBoxes } from '../../testbeds/exporters/vagrant/boxes.ts';
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
    <Radio.Group
      label={t(`export.${group}.label`)}
      value={choices[field]}
      onChange={(chosen) => {
        const value = values.find((one) => one === chosen);
        if (value !== undefined) onChange({ [field]: value });
      }}
    >
      <Stack gap="xs" mt="xs">
        {values.map((value) => (
          <Radio
            key={value}
            value={value}
            label={t(`export.${group}.${value}` as 'export.stack.director')}
            data-testid={testIds.exportChoice(field, value)}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function Names({ choices, problems, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Autocomplete
        label={t('export.box')}
        description={t('export.boxHint')}
        data={[...knownBoxes]}
        value={choices.box}
        error={problems.box === undefined ? undefined : t('export.boxInvalid')}
        onChange={(box) => onChange({ box })}
        spellCheck={false}
      />
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
