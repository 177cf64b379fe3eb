import { Button, CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle, IconMoonStars, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab, useServices } from '../app/services.ts';
import { useLabBusy } from '../lifecycle/use-lab-facts.ts';
import { holdingOf } from '../state/roles.ts';
import { testIds } from '../test-ids.ts';
import classes from './lab.module.css';
import { isAsleep, outageExpected } from './outage.ts';

/** What must not be overlooked: an outage, a split brain, a lab taken over from an engine before. */
export function HoldingNotice({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const virtualAddresses = useLab(lab, (view) => view.virtualAddresses);
  const asleep = useLab(lab, isAsleep);
  const expected = useLab(lab, outageExpected);
  const holding = holdingOf(virtualAddresses);
  if (asleep) return <AsleepNotice lab={lab} />;
  if (virtualAddresses.length === 0 || holding.kind === 'held') return <ReattachedNotice lab={lab} />;
  if (expected) return null;
  if (holding.kind === 'torn') return <Bad title={t('lab.torn', { nodes: holding.nodes.join(', ') })} hint="" />;
  const addresses = holding.addresses.join(', ');
  return holding.kind === 'nobody' ? (
    <Bad title={t('lab.nobody', { addresses })} hint={t('lab.nobodyHint')} />
  ) : (
    <Bad title={t('lab.split', { addresses, nodes: holding.nodes.join(', ') })} hint={t('lab.splitHint')} />
  );
}

/** Nothing is wrong: somebody has switched everything off, and it can go on. */
function AsleepNotice({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const busy = useLabBusy(lab);
  return (
    <div className={classes['notice']} data-tone="info" role="status">
      <IconMoonStars size="1.2rem" />
      <span>
        <strong>{t('lab.asleep')}.</strong> {t('lab.asleepHint')}
      </span>
      <Button
        size="compact-sm"
        leftSection={<IconPlayerPlay size="0.9rem" />}
        disabled={busy}
        onClick={() => commands.lab('lab.start', { lab })}
        data-testid={testIds.startAll}
      >
        {t('lifecycle.start.label')}
      </Button>
    </div>
  );
}

function Bad({ title, hint }: { readonly title: string; readonly hint: string }) {
  return (
    <div className={classes['notice']} data-tone="bad" role="alert">
      <IconAlertTriangle size="1.2rem" />
      <span>
        <strong>{title}.</strong> {hint}
      </span>
    </div>
  );
}

function ReattachedNotice({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const reattachedAt = useLab(lab, (view) => view.reattachedAt);
  const running = useLab(lab, (view) => view.summary.nodesRunning);
  const total = useLab(lab, (view) => view.summary.nodesTotal);
  const [dismissed, setDismissed] = useState<number>();
  if (reattachedAt === undefined || dismissed === reattachedAt) return null;
  return (
    <div className={classes['notice']} data-tone="info" role="status">
      <IconInfoCircle size="1.2rem" />
      <span>{t('lab.reattached', { running, total })}</span>
      <CloseButton size="sm" aria-label={t('lab.dismiss')} onClick={() => setDismissed(reattachedAt)} />
    </div>
  );
}
