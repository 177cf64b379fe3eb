import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab } from '../app/services.ts';
import { holdingOf } from '../state/roles.ts';
import classes from './lab.module.css';

/** What must not be overlooked: an outage, a split brain, a lab taken over from an engine before. */
export function HoldingNotice({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const virtualAddresses = useLab(lab, (view) => view.virtualAddresses);
  const holding = holdingOf(virtualAddresses);
  if (virtualAddresses.length === 0 || holding.kind === 'held') return <ReattachedNotice lab={lab} />;
  if (holding.kind === 'torn') return <Bad title={t('lab.torn', { nodes: holding.nodes.join(', ') })} hint="" />;
  const addresses = holding.addresses.join(', ');
  return holding.kind === 'nobody' ? (
    <Bad title={t('lab.nobody', { addresses })} hint={t('lab.nobodyHint')} />
  ) : (
    <Bad title={t('lab.split', { addresses, nodes: holding.nodes.join(', ') })} hint={t('lab.splitHint')} />
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
