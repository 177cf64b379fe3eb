import { Alert, SegmentedControl, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { testIds } from '../test-ids.ts';
import type { Place, Provider } from './place.ts';
import { places } from './place.ts';
import classes from './start.module.css';

interface Props {
  readonly place: Place;
  /** The one that `place` needs, once the engine has told; its reason is shown when it is not available. */
  readonly provider: Provider | undefined;
  readonly onChange: (place: Place) => void;
}

/** What nodes are made of. A place that is not available can be chosen all the same: only then is there room to say why. */
export function PlaceChooser({ place, provider, onChange }: Props) {
  const { t } = useTranslation();
  const label = useId();
  const hint = useId();
  return (
    <div className={classes['place']}>
      <div className={classes['placeChoice']}>
        <Text size="sm" fw={500} id={label}>
          {t('start.place.label')}
        </Text>
        <SegmentedControl
          size="sm"
          aria-labelledby={label}
          aria-describedby={hint}
          data-testid={testIds.places}
          value={place}
          onChange={onChange}
          data={places.map((value) => ({ value, label: t(`start.place.${value}`) }))}
        />
      </div>
      {provider?.available === false ? (
        <Alert
          id={hint}
          color="yellow"
          icon={<IconAlertTriangle />}
          title={t('start.place.unavailable', { place: t(`start.place.${place}`) })}
          data-testid={testIds.placeUnavailable}
        >
          <Text size="sm">{provider.reason}</Text>
          {provider.hint === undefined ? null : (
            <Text size="sm" fw={600}>
              {provider.hint}
            </Text>
          )}
        </Alert>
      ) : (
        <Text size="xs" c="dimmed" id={hint}>
          {t(`start.place.${place}Hint`)}
        </Text>
      )}
    </div>
  );
}
