import { Center, EmptyState, Group } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLab } from '../app/services.ts';
import { Panel } from '../lab/panel.tsx';
import type { Category, TimelineEntry } from '../state/timeline.ts';
import { categories, categoryOf } from '../state/timeline.ts';
import { testIds } from '../test-ids.ts';
import { EventLine } from './event-line.tsx';
import classes from './events.module.css';

/** What happened in the lab, in order; the newest below, and in sight unless the reader scrolled up. */
export function EventPanel({ lab }: { readonly lab: string }) {
  const { t } = useTranslation();
  const timeline = useLab(lab, (view) => view.timeline);
  const [shown, setShown] = useState<readonly Category[]>(categories);
  const entries = timeline.filter(({ happening }) => shown.includes(categoryOf(happening)));
  return (
    <Panel title={t('events.title')} tools={<Filter shown={shown} onChange={setShown} />} testId={testIds.eventLog}>
      {entries.length === 0 ? (
        <Center h="100%">
          {timeline.length === 0 ? (
            <EmptyState size="xs" title={t('events.empty')} description={t('events.emptyHint')} />
          ) : (
            <EmptyState size="xs" title={t('events.noneShown')} />
          )}
        </Center>
      ) : (
        <EventList entries={entries} />
      )}
    </Panel>
  );
}

interface FilterProps {
  readonly shown: readonly Category[];
  readonly onChange: (shown: readonly Category[]) => void;
}

function Filter({ shown, onChange }: FilterProps) {
  const { t } = useTranslation();
  const toggle = (category: Category): void => {
    onChange(shown.includes(category) ? shown.filter((one) => one !== category) : [...shown, category]);
  };
  return (
    <Group gap={4} wrap="nowrap" role="group" aria-label={t('events.filter')} className={classes['filter'] ?? ''}>
      {categories.map((category) => (
        <button
          key={category}
          type="button"
          className={classes['toggle']}
          aria-pressed={shown.includes(category)}
          onClick={() => toggle(category)}
        >
          {t(`events.category.${category}`)}
        </button>
      ))}
    </Group>
  );
}

/** Close enough to the end to mean that the reader wants to see what comes. */
const nearEndPixels = 40;

function EventList({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const list = useRef<HTMLOListElement>(null);
  const following = useRef(true);
  useEffect(() => {
    if (following.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [entries]);
  return (
    <ol
      ref={list}
      className={classes['list']}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        following.current = scrollTop + clientHeight > scrollHeight - nearEndPixels;
      }}
    >
      {entries.map((entry) => (
        <EventLine key={entry.id} entry={entry} />
      ))}
    </ol>
  );
}
