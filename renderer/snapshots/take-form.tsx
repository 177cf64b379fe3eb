import { Button, TextInput } from '@mantine/core';
import { IconCamera } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useServices } from '../app/services.ts';
import { testIds } from '../test-ids.ts';
import { checkSnapshotName, proposeSnapshotName } from './snapshot-name.ts';
import classes from './snapshots.module.css';

interface Props {
  readonly lab: string;
  readonly names: readonly string[];
  readonly busy: boolean;
}

const problemKeys = { invalid: 'snapshots.nameInvalid', taken: 'snapshots.nameTaken' } as const;

export function TakeForm({ lab, names, busy }: Props) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const [chosen, setChosen] = useState<string>();
  const name = chosen ?? proposeSnapshotName(t('snapshots.proposed'), names);
  const problem = checkSnapshotName(name, names);
  return (
    <form
      className={classes['take']}
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined && !busy) commands.lab('snapshot.take', { lab, name });
      }}
    >
      <TextInput
        className={classes['name'] ?? ''}
        label={t('snapshots.name')}
        value={name}
        error={problem === undefined ? undefined : t(problemKeys[problem])}
        onChange={(event) => setChosen(event.currentTarget.value)}
        spellCheck={false}
        data-autofocus
        data-testid={testIds.snapshotName}
      />
      <Button
        type="submit"
        mt="1.55rem"
        leftSection={<IconCamera size="1rem" />}
        disabled={problem !== undefined || busy}
        data-testid={testIds.snapshotTake}
      >
        {t('snapshots.take')}
      </Button>
    </form>
  );
}
