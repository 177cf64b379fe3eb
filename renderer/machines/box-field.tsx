import { Autocomplete } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { knownBoxes } from '../../testbeds/exporters/vagrant/boxes.ts';

interface Props {
  readonly box: string;
  readonly problem: 'invalid' | undefined;
  readonly onChange: (box: string) => void;
}

/** What machines start from: Debian, Ubuntu, or a box of one's own. */
export function BoxField({ box, problem, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Autocomplete
      label={t('export.box')}
      description={t('export.boxHint')}
      data={[...knownBoxes]}
      value={box}
      error={problem === undefined ? undefined : t('export.boxInvalid')}
      onChange={onChange}
      spellCheck={false}
    />
  );
}
