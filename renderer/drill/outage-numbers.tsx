import { Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ServiceOutage } from '../../provisioning/contract/index.ts';
import { useFormat } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';
import classes from './drill.module.css';

/** Each service's outage as a big number. */
export function OutageNumbers({ services }: { readonly services: readonly ServiceOutage[] }) {
  return services.map((service) => <OutageNumber key={service.target} service={service} />);
}

function OutageNumber({ service }: { readonly service: ServiceOutage }) {
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
    </Paper>
  );
}
