import { useTranslation } from 'react-i18next';
import type { VrrpInstanceSnapshot } from '../../director/index.ts';
import { useLab } from '../app/services.ts';
import { useNow } from '../app/use-now.ts';
import { useFormat, useLocalized } from '../i18n/use-format.ts';
import { Panel } from '../lab/panel.tsx';
import { directorNodes } from '../state/roles.ts';
import { testIds } from '../test-ids.ts';
import classes from './vrrp.module.css';

/** Every VRRP instance of every director, and since when it is as it is. */
export function VrrpPanel({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const testbed = useLab(lab, (view) => view.testbed);
  return (
    <Panel title={t('vrrp.title')} tools={<SharingFact lab={lab} />} className={classes['panel']}>
      <div className={classes['scroll']}>
        <table className={classes['table']}>
          <thead>
            <tr>
              <th>{t('vrrp.director')}</th>
              <th>{t('vrrp.instance')}</th>
              <th>{t('vrrp.state')}</th>
              <th className={classes['number']}>{t('vrrp.priority')}</th>
              <th className={classes['number']}>{t('vrrp.interval')}</th>
              <th className={classes['number']}>{t('vrrp.since')}</th>
            </tr>
          </thead>
          <tbody>
            {directorNodes({ testbed }).map((node) => (
              <DirectorRows key={node} lab={lab} node={node} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

/** Which file sharing is in use, and why: in namespaces it is not the document's. */
function SharingFact({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const sharing = useLab(lab, (view) => view.sharing);
  const reason = localized(sharing.reason);
  return (
    <span className={classes['sharing']} title={reason}>
      {t('vrrp.sharing', { kind: sharing.kind })} · {reason}
    </span>
  );
}

function DirectorRows({ lab, node }: { readonly lab: string; readonly node: string }) {
  const { t } = useTranslation();
  const answering = useLab(lab, (view) => view.directors[node]?.answering === true);
  const instances = useLab(lab, (view) => view.directors[node]?.instances);
  if (!answering || instances === undefined) {
    return (
      <tr data-silent>
        <th scope="row">{node}</th>
        <td colSpan={5} className={classes['silent']}>
          {t('vrrp.silent')}
        </td>
      </tr>
    );
  }
  return instances.map((instance, index) => (
    <InstanceRow key={instance.name} node={node} instance={instance} first={index === 0} />
  ));
}

interface InstanceProps {
  readonly node: string;
  readonly instance: VrrpInstanceSnapshot;
  readonly first: boolean;
}

function InstanceRow({ node, instance, first }: InstanceProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(1000);
  const { name, vrid, version, state, priority, advertIntervalMs, since } = instance;
  return (
    <tr data-testid={testIds.vrrp(node, name)} data-state={state}>
      <th scope="row">{first ? node : ''}</th>
      <td title={`VRRP ${version}, VRID ${vrid}, ${instance.interface}: ${instance.virtualAddresses.join(', ')}`}>
        {name} <span className={classes['detail']}>VRID {vrid}</span>
      </td>
      <td>
        <span className={classes['state']} data-state={state}>
          {t(`vrrp.stateName.${state}`)}
        </span>
      </td>
      <td className={classes['number']}>{format.integer(priority)}</td>
      <td className={classes['number']}>{format.duration(advertIntervalMs)}</td>
      <td className={classes['number']}>{format.elapsed(now - since)}</td>
    </tr>
  );
}
