import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import type { NodeSteps, ShownStep } from './progress.ts';
import { stepDuration } from './progress.ts';
import { StepIcon } from './step-icon.tsx';
import { useStepMessage } from './step-line.tsx';
import classes from './starting.module.css';

export function NodeStepTable({ nodes, now }: { readonly nodes: readonly NodeSteps[]; readonly now: number }) {
  const { t } = useTranslation();
  return (
    <Table layout="fixed" verticalSpacing={5} className={classes['table'] ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="22%">{t('starting.node')}</Table.Th>
          <Table.Th w="32%">{t('starting.create')}</Table.Th>
          <Table.Th>{t('starting.configure')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {nodes.map(({ node, create, configure }) => (
          <Table.Tr key={node} data-node={node}>
            <Table.Th scope="row" className={classes['node'] ?? ''} title={node}>
              {node}
            </Table.Th>
            <Table.Td>{create === undefined ? null : <StepCell shown={create} now={now} />}</Table.Td>
            <Table.Td>{configure === undefined ? null : <StepCell shown={configure} now={now} />}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function StepCell({ shown, now }: { readonly shown: ShownStep; readonly now: number }) {
  const format = useFormat();
  const message = useStepMessage();
  const duration = stepDuration(shown.progress, now);
  const text = message(shown);
  return (
    <div className={classes['cell']} data-state={shown.progress.state}>
      <StepIcon state={shown.progress.state} />
      <span className={classes['message']} title={text}>
        {text}
      </span>
      <span className={classes['time']}>{duration === undefined ? '' : format.duration(duration)}</span>
    </div>
  );
}
