import { Table, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DrillReport } from '../../provisioning/contract/index.ts';
import { useFormat } from '../i18n/use-format.ts';
import classes from './drill.module.css';
import { drillEventNode, drillEventText } from './event-text.ts';

/** Every event with its time relative to the fault: the chart, for those who read. */
export function DrillEventTable({ report }: { readonly report: DrillReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const events = [...report.events].sort((left, right) => left.at - right.at);
  return (
    <section>
      <Title order={3} size="h6" mb={4}>
        {t('drill.table')}
      </Title>
      <Table verticalSpacing={3} className={classes['events'] ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="11rem" ta="right" pr="xl">
              {t('drill.time')}
            </Table.Th>
            <Table.Th w="10rem">{t('drill.node')}</Table.Th>
            <Table.Th>{t('drill.what')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {events.map((event, index) => (
            <Table.Tr key={index} data-type={event.type}>
              <Table.Td ta="right" pr="xl">
                {format.offset(event.at - report.faultAt)}
              </Table.Td>
              <Table.Td>{drillEventNode(event) ?? ''}</Table.Td>
              <Table.Td>{drillEventText(t, event)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
