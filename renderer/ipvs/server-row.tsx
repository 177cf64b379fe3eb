import { IconHeartOff } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RealServerSnapshot } from '../../director/index.ts';
import { useLab } from '../app/services.ts';
import { useFormat } from '../i18n/use-format.ts';
import { nodeOfAddress } from '../state/roles.ts';
import type { ServerRow } from '../state/table.ts';
import { testIds } from '../test-ids.ts';
import classes from './ipvs.module.css';
import { RateCells } from './rate-cells.tsx';
import type { RowProps } from './service-row.tsx';

/** A real server. One whose check is down is out of the table; its row stays, greyed, with the reason. */
export const ServerRowView = memo(function ServerRowView({ lab, node, row }: RowProps) {
  const shown = useLab(lab, (view) => view.directors[node]?.table.servers[row]);
  const name = useLab(lab, (view) => (shown === undefined ? undefined : nodeOfAddress(view.testbed, shown.address)));
  if (shown === undefined) return null;
  const { address, port, entry } = shown;
  return (
    <tr
      className={classes['server']}
      data-testid={testIds.ipvsRow(address, port)}
      data-up={entry !== undefined}
      title={shown.check?.reason}
    >
      <th scope="row">
        <span className={classes['arrow']}>→</span>
        {name === undefined ? null : <span className={classes['node']}>{name}</span>}
        <span className={classes['address']}>
          {address}:{port}
        </span>
      </th>
      {entry === undefined ? <DownCells shown={shown} /> : <EntryCells entry={entry} />}
    </tr>
  );
});

function EntryCells({ entry }: { readonly entry: RealServerSnapshot }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <td>{t(`ipvs.forwarding.${entry.forwarding}`)}</td>
      <td className={classes['number']}>{format.integer(entry.weight)}</td>
      <td className={classes['number']}>{format.integer(entry.activeConnections)}</td>
      <td className={classes['number']}>{format.integer(entry.inactiveConnections)}</td>
      <RateCells rates={entry.rates} />
    </>
  );
}

function DownCells({ shown }: { readonly shown: ServerRow }) {
  const { t } = useTranslation();
  const reason = t('ipvs.down', { reason: shown.check?.reason ?? '' });
  return (
    <td colSpan={7} className={classes['down']} title={reason}>
      <IconHeartOff size="0.9rem" aria-hidden /> {reason}
    </td>
  );
}
