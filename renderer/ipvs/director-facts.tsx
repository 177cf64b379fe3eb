import { useTranslation } from 'react-i18next';
import { useLab } from '../app/services.ts';
import classes from './ipvs.module.css';

/** How this director forwards, and why; or that it no longer answers. */
export function DirectorFacts({ lab, node }: { readonly lab: string; readonly node: string }) {
  const { t } = useTranslation();
  const answering = useLab(lab, (view) => view.directors[node]?.answering === true);
  const plane = useLab(lab, (view) => view.directors[node]?.plane);
  if (!answering) {
    return (
      <p className={classes['facts']} data-tone="bad">
        <strong>{t('ipvs.silent', { node })}.</strong> {plane === undefined ? '' : t('ipvs.silentHint')}
      </p>
    );
  }
  if (plane === undefined) return null;
  const text = t('ipvs.plane', { name: plane.name, reason: plane.reason });
  return (
    <p className={classes['facts']} title={text}>
      {text}
    </p>
  );
}
