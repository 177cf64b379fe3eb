import { Button, Code, Group, Loader, Paper, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Finding, Offer } from '../../provisioning/contract/index.ts';
import { testIds } from '../test-ids.ts';
import type { Preflight } from './preflight.ts';
import { blocksStart, toRead } from './preflight.ts';
import classes from './start.module.css';

interface Props {
  readonly preflight: Preflight;
  readonly onAgain: () => void;
  readonly onOffer: (offer: Offer) => void;
}

/** What stands in the way of machines on this computer, or might, and what mends it. */
export function PreflightPanel({ preflight, onAgain, onOffer }: Props) {
  const { t } = useTranslation();
  if (preflight.kind === 'none') return null;
  if (preflight.kind === 'looking') {
    return (
      <Group gap="xs" role="status" data-testid={testIds.preflight} data-state="looking">
        <Loader size="0.9rem" aria-hidden />
        <Text size="sm">{t('start.preflight.looking')}</Text>
      </Group>
    );
  }
  const found = preflight.kind === 'found' ? toRead(preflight.findings) : [];
  const state = stateOf(preflight, found);
  return (
    <Paper
      withBorder={state !== 'ok'}
      p={state === 'ok' ? 0 : 'sm'}
      role={state === 'blocked' ? 'alert' : 'status'}
      data-testid={testIds.preflight}
      data-state={state}
      className={classes['preflight'] ?? ''}
    >
      <Group gap="xs" wrap="nowrap">
        <StateIcon state={state} />
        <Text size="sm" fw={state === 'ok' ? 400 : 600}>
          {t(`start.preflight.${state}`)}
        </Text>
        <Button
          ml="auto"
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconRefresh size="0.9rem" />}
          onClick={onAgain}
        >
          {t('start.preflight.again')}
        </Button>
      </Group>
      {preflight.kind === 'failed' ? <Text size="sm">{preflight.error.message}</Text> : null}
      {found.length === 0 ? null : (
        <Stack component="ul" gap="sm" className={classes['findings'] ?? ''}>
          {found.map((finding) => (
            <FindingLine key={`${finding.id} ${finding.message}`} finding={finding} onOffer={onOffer} />
          ))}
        </Stack>
      )}
    </Paper>
  );
}

type State = 'ok' | 'warned' | 'blocked' | 'failed';

function stateOf(preflight: Preflight, found: readonly Finding[]): State {
  if (preflight.kind === 'failed') return 'failed';
  if (blocksStart(preflight)) return 'blocked';
  return found.length === 0 ? 'ok' : 'warned';
}

function StateIcon({ state }: { readonly state: State }) {
  if (state === 'ok') return <IconCircleCheck size="1.1rem" color="var(--relevo-good)" aria-hidden />;
  if (state === 'blocked') return <IconCircleX size="1.1rem" color="var(--relevo-bad)" aria-hidden />;
  return <IconAlertTriangle size="1.1rem" color="var(--relevo-warning)" aria-hidden />;
}

interface FindingProps {
  readonly finding: Finding;
  readonly onOffer: (offer: Offer) => void;
}

function FindingLine({ finding, onOffer }: FindingProps) {
  const { t } = useTranslation();
  const { id, level, message, fix, offer } = finding;
  return (
    <li data-testid={testIds.finding(id)} data-level={level}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        {level === 'error' ? (
          <IconCircleX size="1.1rem" color="var(--relevo-bad)" aria-label={t('start.preflight.error')} />
        ) : (
          <IconAlertTriangle size="1.1rem" color="var(--relevo-warning)" aria-label={t('start.preflight.warning')} />
        )}
        <div className={classes['finding']}>
          <Text size="sm">{message}</Text>
          {fix === undefined ? null : (
            <Code className={classes['fix'] ?? ''} tabIndex={0}>
              {fix}
            </Code>
          )}
          {offer === undefined ? null : (
            <Button mt={6} size="xs" variant="light" onClick={() => onOffer(offer)} data-testid={testIds.offer(id)}>
              {t('start.preflight.renumber', { cidr: offer.cidr, network: offer.network })}
            </Button>
          )}
        </div>
      </Group>
    </li>
  );
}
