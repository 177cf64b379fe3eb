import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { serviceId } from '../../director/index.ts';
import { useLab } from '../app/services.ts';
import { useFormat } from '../i18n/use-format.ts';
import type { ServiceRow } from '../state/table.ts';
import { testIds } from '../test-ids.ts';
import classes from './ipvs.module.css';
import { RateCells } from './rate-cells.tsx';

/** As ipvsadm writes them, which is what the documents show. */
function flagsOf({ schedulerFlags, persistence, onePacket }: ServiceRow['service']): string[] {
  return [
    ...(schedulerFlags.length === 0 ? [] : [`(${schedulerFlags.join(',')})`]),
    ...(persistence === undefined ? [] : [`persistent ${persistence.timeoutSeconds}`]),
    ...(persistence === undefined || /^(255\.255\.255\.255|128)$/.test(persistence.mask)
      ? []
      : [`mask ${persistence.mask}`]),
    ...(onePacket ? ['ops'] : []),
  ];
}

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
        <span className={classes['protocol']}>{service.protocol}</span> {serviceId(service).slice(4)}
      </th>
      <td title={t('ipvs.scheduler')}>
        {service.scheduler}
        {flagsOf(service).map((flag) => (
          <span key={flag} className={classes['flag']}>
            {' '}
            {flag}
          </span>
        ))}
      </td>
      <td />
      <td className={classes['number']}>{format.integer(activeConnections)}</td>
      <td className={classes['number']}>{format.integer(inactiveConnections)}</td>
      <RateCells rates={service.rates} />
    </tr>
  );
});
