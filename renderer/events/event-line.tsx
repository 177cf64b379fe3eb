import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../i18n/use-format.ts';
import type { TimelineEntry } from '../state/timeline.ts';
import { categoryOf, toneOf } from '../state/timeline.ts';
import { eventText } from './event-text.ts';
import classes from './events.module.css';

export const EventLine = memo(function EventLine({ entry }: { readonly entry: TimelineEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { text, detail } = eventText(t, format, entry.happening);
  return (
    <li className={classes['line']} data-tone={toneOf(entry.happening)} data-category={categoryOf(entry.happening)}>
      <time className={classes['time']} dateTime={new Date(entry.at).toISOString()}>
        {format.clock(entry.at)}
      </time>
      <span>
        {text}
        {detail === undefined || detail === '' ? null : <span className={classes['detail']}> · {detail}</span>}
      </span>
    </li>
  );
});
