import { Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DrillReport } from '../../provisioning/contract/index.ts';
import { useFormat } from '../i18n/use-format.ts';
import classes from './drill.module.css';

/** What RFC 9568 says that the take-over takes, beside what it took, and the formula in words. */
export function TheoryPanel({ report }: { readonly report: DrillReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { theory, measuredTakeoverMs: measured } = report;
  const longest = Math.max(theory.masterDownMs, measured ?? 0);
  const skew = format.duration(theory.skewMs);
  return (
    <Paper withBorder p="md" className={classes['theory'] ?? ''}>
      <Text size="sm" c="dimmed">
        {t('drill.theory')}
      </Text>
      <Bar label={t('drill.theoryLabel')} ms={theory.masterDownMs} longest={longest} kind="theory" />
      {measured === undefined ? (
        <Text size="sm">{t('drill.notMeasured')}</Text>
      ) : (
        <Bar label={t('drill.measuredLabel')} ms={measured} longest={longest} kind="measured" />
      )}
      <Text size="xs" c="dimmed" mt={6}>
        {t('drill.formula', {
          interval: format.duration(theory.advertIntervalMs),
          skew,
          total: format.duration(theory.masterDownMs),
        })}{' '}
        {t(theory.version === 2 ? 'drill.skew2' : 'drill.skew3', { priority: theory.priority, skew })}
      </Text>
      <Outcome report={report} />
    </Paper>
  );
}

function Outcome({ report }: { readonly report: DrillReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { theory, measuredTakeoverMs: measured, addressSpreadMs: spread, healed, options } = report;
  const sentences = [
    measured === undefined
      ? undefined
      : t('drill.difference', { difference: format.offset(measured - theory.masterDownMs) }),
    spread === undefined ? undefined : t('drill.spread', { time: format.duration(Math.max(1, spread)) }),
    t(options.heal ? (healed ? 'drill.healed' : 'drill.notHealed') : 'drill.notHealedByChoice'),
  ];
  return (
    <Text size="xs" mt={4}>
      {sentences.filter((sentence) => sentence !== undefined).join(' · ')}
    </Text>
  );
}

interface BarProps {
  readonly label: string;
  readonly ms: number;
  readonly longest: number;
  readonly kind: 'theory' | 'measured';
}

function Bar({ label, ms, longest, kind }: BarProps) {
  const format = useFormat();
  return (
    <div className={classes['comparison']}>
      <span>{label}</span>
      <span className={classes['track']}>
        <span className={classes['bar']} data-kind={kind} style={{ width: `${(ms / longest) * 100}%` }} />
      </span>
      <strong>{format.duration(ms)}</strong>
    </div>
  );
}
