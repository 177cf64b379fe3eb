import { Center, EmptyState, SegmentedControl } from '@mantine/core';
import { IconMapPin } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab } from '../app/services.ts';
import { Panel } from '../lab/panel.tsx';
import { directorNodes } from '../state/roles.ts';
import { testIds } from '../test-ids.ts';
import { DirectorFacts } from './director-facts.tsx';
import classes from './ipvs.module.css';
import { IpvsTable } from './ipvs-table.tsx';
import { useHolder } from './use-holder.ts';

/** The live table of one director: of whoever holds the virtual addresses, until the reader chooses another. */
export function IpvsPanel({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string>();
  const holder = useHolder(lab);
  const testbed = useLab(lab, (view) => view.testbed);
  const directors = directorNodes({ testbed });
  const shown = chosen ?? holder ?? directors[0];
  if (shown === undefined) {
    return (
      <Panel title={t('ipvs.title')}>
        <Center h="100%">
          <EmptyState size="sm" title={t('ipvs.noDirectors')} />
        </Center>
      </Panel>
    );
  }
  return (
    <Panel
      title={t('ipvs.title')}
      className={classes['panel']}
      tools={
        <SegmentedControl
          size="xs"
          aria-label={t('ipvs.director')}
          value={shown}
          // Choosing the holder means following it again.
          onChange={(node) => setChosen(node === holder ? undefined : node)}
          data={directors.map((node) => ({
            value: node,
            label: <DirectorLabel node={node} holds={node === holder} />,
          }))}
        />
      }
    >
      <div className={classes['content']}>
        <DirectorFacts lab={lab} node={shown} />
        <IpvsTable lab={lab} node={shown} />
      </div>
    </Panel>
  );
}

function DirectorLabel({ node, holds }: { readonly node: string; readonly holds: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={classes['director']} data-testid={testIds.ipvsDirector(node)} data-holds={holds}>
      {holds ? <IconMapPin size="0.85rem" aria-label={t('ipvs.holder')} /> : null}
      <span>{node}</span>
    </span>
  );
}
