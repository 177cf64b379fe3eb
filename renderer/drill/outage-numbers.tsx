import { Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ServiceOutage } from '../../provisioning/contract/index.ts';
import { useFormat } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';
import classes from './drill.module.css';

/** Each service's outage as a big number. */
export function OutageNumbers({ services, faultAt }: { services: readonly ServiceOutage[]; faultAt: number }) {
  return services.map((service) => <OutageNumber key={service.target} service={service} faultAt={faultAt} />);
}

function OutageNumber({ service, faultAt }: { readonly service: ServiceOutage; readonly faultAt: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { target, outageMs, failed, requests } = service;
  const text =
    outageMs === undefined ? t(failed === 0 ? 'drill.noOutage' : 'drill.notBack') : format.duration(outageMs);
  return (
    <Paper withBorder p="md" className={classes['outage'] ?? ''}>
      <Text size="sm" c="dimmed" truncate title={target}>
        {t('drill.outage')} · {target}
      </Text>
      <div
        className={classes['number']}
        data-testid={testIds.drillOutage(target)}
        data-outage-ms={outageMs}
        data-words={outageMs === undefined}
      >
        {text}
      </div>
      <Text size="sm">
        {t('drill.failedRequests', { failed: format.integer(failed), total: format.integer(requests) })}
      </Text>
      <Answers service={service} faultAt={faultAt} />
    </Paper>
  );
}

function Answers({ service, faultAt }: { readonly service: ServiceOutage; readonly faultAt: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { lastGoodAt, firstGoodAt } = service;
  if (lastGoodAt === undefined) return null;
  const last = format.offset(lastGoodAt - faultAt);
  return (
    <Text size="xs" c="dimmed">
      {firstGoodAt === undefined
        ? t('drill.lastOnly', { last })
        : t('drill.lastAndFirst', { last, first: format.offset(firstGoodAt - faultAt) })}
    </Text>
  );
}
