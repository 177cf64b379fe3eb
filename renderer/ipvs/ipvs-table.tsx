import { Center, EmptyState } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useLab } from '../app/services.ts';
import { emptyTable } from '../state/table.ts';
import { testIds } from '../test-ids.ts';
import classes from './ipvs.module.css';
import { ServerRowView } from './server-row.tsx';
import { ServiceRowView } from './service-row.tsx';

interface Props {
  readonly lab: string;
  readonly node: string;
}

/** The frame of the table: it knows which rows there are, and each row listens to its own numbers. */
export function IpvsTable({ lab, node }: Props) {
  const { t } = useTranslation();
  const serviceKeys = useLab(lab, (view) => (view.directors[node]?.table ?? emptyTable).serviceKeys);
  const answering = useLab(lab, (view) => view.directors[node]?.answering === true);
  if (serviceKeys.length === 0) {
    return (
      <Center flex={1}>
        {answering ? <EmptyState size="sm" title={t('ipvs.empty')} description={t('ipvs.emptyHint')} /> : null}
      </Center>
    );
  }
  return (
    <div className={classes['scroll']} tabIndex={0} role="group" aria-label={`${t('ipvs.title')}, ${node}`}>
      <table className={classes['table']} data-testid={testIds.ipvsTable} data-node={node} data-answering={answering}>
        <thead>
          <tr>
            <th>{t('ipvs.server')}</th>
            <th>{t('ipvs.forward')}</th>
            <th className={classes['number']}>{t('ipvs.weight')}</th>
            <th className={classes['number']}>{t('ipvs.active')}</th>
            <th className={classes['number']}>{t('ipvs.inactive')}</th>
            <th className={classes['number']}>{t('ipvs.connections')}</th>
            <th className={classes['number']}>{t('ipvs.in')}</th>
            <th className={classes['number']}>{t('ipvs.out')}</th>
          </tr>
        </thead>
        {serviceKeys.map((key) => (
          <ServiceGroup key={key} lab={lab} node={node} service={key} />
        ))}
      </table>
    </div>
  );
}

function ServiceGroup({ lab, node, service }: Props & { readonly service: string }) {
  const serverKeys = useLab(lab, (view) => view.directors[node]?.table.serverKeys[service]);
  return (
    <tbody>
      <ServiceRowView lab={lab} node={node} row={service} />
      {(serverKeys ?? []).map((key) => (
        <ServerRowView key={key} lab={lab} node={node} row={key} />
      ))}
    </tbody>
  );
}
