import { useTranslation } from 'react-i18next';
import classes from './drill.module.css';

const entries = ['good', 'failed', 'outage'] as const;

export function ChartLegend() {
  const { t } = useTranslation();
  return (
    <ul className={classes['legend']}>
      {entries.map((entry) => (
        <li key={entry}>
          <svg width="18" height="14" aria-hidden>
            {entry === 'outage' ? <rect width="18" height="14" rx="2" className={classes['shade']} /> : null}
            {entry === 'good' ? <path d="M4 9h0M9 5h0M14 8h0" className={classes['good']} /> : null}
            {entry === 'failed' ? <path d="M6 4l6 6m0 -6l-6 6" className={classes['failed']} /> : null}
          </svg>
          {t(`drill.legend.${entry}`)}
        </li>
      ))}
    </ul>
  );
}
