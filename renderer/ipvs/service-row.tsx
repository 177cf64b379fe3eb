import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab } from '../app/services.ts';
import { useFormat } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';
import classes from './ipvs.module.css';
import { RateCells } from './rate-cells.tsx';

export interface RowProps {
  readonly lab: string;
  readonly node: string;
  /** Key of the row in the director's table. */
  readonly row: string;
}

/** A virtual service: the totals of its servers. */
export const ServiceRowView = memo(function ServiceRowView({ lab, node, row }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const shown = useLab(lab, (view) => view.directors[node]?.table.services[row]);
  if (shown === undefined) return null;
  const { service, activeConnections, inactiveConnections } = shown;
  return (
    <tr className={classes['service']} data-testid={testIds.ipvsRow(service.address, service.port)}>
      <th scope="rowgroup">
        <span className={classes['protocol']}>{service.protocol}</span> {service.address}:{service.port}
      </th>
      <td title={t('ipvs.scheduler')}>{service.scheduler}</td>
      <td />
      <td className={classes['number']}>{format.integer(activeConnections)}</td>
      <td className={classes['number']}>{format.integer(inactiveConnections)}</td>
      <RateCells rates={service.rates} />
    </tr>
  );
});
