import { Button, Group, Modal, NumberInput, Radio, SimpleGrid, Stack, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DrillOptions, DrillReport } from '../../provisioning/contract/index.ts';
import { drillOptionsSchema } from '../../provisioning/contract/index.ts';
import type { ResolvedDrill } from '../../testbeds/resolved.ts';
import { goTo, readRoute } from '../app/route.ts';
import { useServices } from '../app/services.ts';
import { useFormat, useLocalized } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';

interface Props {
  readonly lab: string;
  readonly drill: ResolvedDrill;
  readonly opened: boolean;
  readonly close: () => void;
}

/** What the drill will do, and how exactly; every choice says in one sentence what it changes. */
export function DrillDialog({ lab, drill, opened, close }: Props) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const [options, setOptions] = useState<DrillOptions>(() => drillOptionsSchema.parse({}));
  const run = useRun(lab, drill.name);
  return (
    <Modal opened={opened} onClose={close} title={t('drill.runTitle')} size="lg" centered>
      <Stack gap="md">
        <div>
          <Text size="sm">{localized(drill.description)}</Text>
          <Text size="sm" c="dimmed" mt={4}>
            {t('drill.victim', { victim: drill.victim, client: drill.client })}
          </Text>
        </div>
        <OptionFields options={options} onChange={(change) => setOptions({ ...options, ...change })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t('drill.cancel')}
          </Button>
          <Button
            data-autofocus
            data-testid={testIds.drillRun}
            onClick={() => {
              close();
              goTo({ screen: 'lab', lab, section: 'drills' });
              run(options);
            }}
          >
            {t('drill.start')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Runs the drill, and shows its report, or tells the result to a reader who has gone elsewhere meanwhile. */
function useRun(lab: string, drill: string): (options: DrillOptions) => void {
  const { t } = useTranslation();
  const format = useFormat();
  const { commands } = useServices();
  const finished = (report: DrillReport): void => {
    const place = readRoute(window.location.hash);
    if (place.screen === 'lab' && place.lab === lab && place.section === 'drills') {
      goTo({ screen: 'lab', lab, section: 'drills', report: report.id });
      return;
    }
    const longest = Math.max(0, ...report.services.map(({ outageMs }) => outageMs ?? 0));
    notifications.show({ message: t('drill.finished', { outage: format.duration(longest) }) });
  };
  return (options) => commands.drill(lab, drill, options, finished);
}

interface FieldsProps {
  readonly options: DrillOptions;
  readonly onChange: (change: Partial<DrillOptions>) => void;
}

function OptionFields({ options, onChange }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <Count field="rate" min={1} max={200} value={options.rate} onChange={onChange} />
        <Count field="before" min={1} max={60} value={options.before} onChange={onChange} />
        <Count field="after" min={1} max={60} value={options.after} onChange={onChange} />
      </SimpleGrid>
      <Radio.Group
        label={t('drill.moment')}
        value={options.moment}
        onChange={(moment) => onChange({ moment: moment === 'random' ? 'random' : 'after-advert' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="after-advert" label={t('drill.afterAdvert')} description={t('drill.afterAdvertHint')} />
          <Radio value="random" label={t('drill.random')} description={t('drill.randomHint')} />
        </Stack>
      </Radio.Group>
      <Switch
        label={t('drill.heal')}
        description={t('drill.healHint')}
        checked={options.heal}
        onChange={(event) => onChange({ heal: event.currentTarget.checked })}
      />
    </>
  );
}

interface CountProps {
  readonly field: 'rate' | 'before' | 'after';
  readonly min: number;
  readonly max: number;
  readonly value: number;
  readonly onChange: (change: Partial<DrillOptions>) => void;
}

function Count({ field, min, max, value, onChange }: CountProps) {
  const { t } = useTranslation();
  return (
    <NumberInput
      label={t(`drill.${field}`)}
      description={t(`drill.${field}Hint`)}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      min={min}
      max={max}
      clampBehavior="strict"
      value={value}
      onChange={(next) => {
        if (typeof next === 'number' && next >= min) onChange({ [field]: next });
      }}
    />
  );
}
