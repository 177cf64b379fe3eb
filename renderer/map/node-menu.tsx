import { Menu } from '@mantine/core';
import {
  IconBolt,
  IconMoonStars,
  IconPlayerPlay,
  IconPlug,
  IconPower,
  IconScissors,
  IconSnowflake,
  IconTerminal2,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { NodeState } from '../../provisioning/contract/index.ts';
import { abilities } from '../../provisioning/contract/index.ts';
import type { ResolvedNode } from '../../testbeds/resolved.ts';
import { useLab, useServices } from '../app/services.ts';
import { useLocalized } from '../i18n/use-format.ts';
import { MenuEntry } from '../lifecycle/menu-entry.tsx';
import { nodeActions } from '../lifecycle/offers.ts';
import { useLabBusy } from '../lifecycle/use-lab-facts.ts';
import { testIds } from '../test-ids.ts';

interface Props {
  readonly lab: string;
  readonly node: ResolvedNode;
  readonly opened: boolean;
  readonly onChange: (opened: boolean) => void;
  readonly children: ReactNode;
}

/** Everything that can be done to a node. What makes no sense now stays visible but cannot be chosen. */
export function NodeMenu({ lab, node, opened, onChange, children }: Props) {
  const { t } = useTranslation();
  const { terminals } = useServices();
  return (
    <Menu opened={opened} onChange={onChange} position="bottom-start" shadow="md" withinPortal>
      <Menu.Target>{children}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{node.name}</Menu.Label>
        <Menu.Item leftSection={<IconTerminal2 size="1rem" />} onClick={() => terminals.open(lab, node.name)}>
          {t('map.terminal')}
        </Menu.Item>
        <Menu.Divider />
        <PowerItems lab={lab} node={node.name} />
        <Menu.Divider />
        <CableItems lab={lab} node={node.name} />
      </Menu.Dropdown>
    </Menu>
  );
}

const startTexts: Partial<Record<NodeState, 'map.thaw' | 'map.resume'>> = {
  frozen: 'map.thaw',
  suspended: 'map.resume',
};

function PowerItems({ lab, node }: { readonly lab: string; readonly node: string }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const state = useLab(lab, (view) => view.nodes[node]?.state ?? 'off');
  const busy = useLabBusy(lab);
  const alive = state === 'running' || state === 'frozen' || state === 'starting';
  return (
    <>
      <Menu.Item
        color="red"
        leftSection={<IconBolt size="1rem" />}
        disabled={!alive}
        onClick={() => commands.node('node.kill', lab, node)}
      >
        {t('map.kill')}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconPlayerPlay size="1rem" />}
        disabled={!nodeActions(state).start || (state === 'suspended' && busy)}
        onClick={() =>
          // What was suspended goes on where it was; that takes the progress of an operation.
          state === 'suspended'
            ? commands.lab('lab.start', { lab, nodes: [node] })
            : commands.node('node.start', lab, node)
        }
      >
        {t(startTexts[state] ?? 'map.start')}
      </Menu.Item>
      <RestItems lab={lab} node={node} />
      <Menu.Item
        leftSection={<IconSnowflake size="1rem" />}
        disabled={state !== 'running'}
        onClick={() => commands.node('node.freeze', lab, node)}
      >
        {t('map.freeze')}
      </Menu.Item>
    </>
  );
}

/** The gentle ways to stop. */
function RestItems({ lab, node }: { readonly lab: string; readonly node: string }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const state = useLab(lab, (view) => view.nodes[node]?.state ?? 'off');
  const able = useLab(lab, (view) => abilities[view.summary.provider].includes('suspend'));
  const busy = useLabBusy(lab);
  const { halt, suspend } = nodeActions(state);
  return (
    <>
      <Menu.Item
        leftSection={<IconPower size="1rem" />}
        disabled={!halt || busy}
        onClick={() => commands.lab('lab.halt', { lab, nodes: [node] })}
        data-testid={testIds.nodeAction('halt', node)}
      >
        {t('map.halt')}
      </Menu.Item>
      {able ? (
        <Menu.Item
          leftSection={<IconMoonStars size="1rem" />}
          disabled={!suspend || busy}
          onClick={() => commands.lab('lab.suspend', { lab, nodes: [node] })}
          data-testid={testIds.nodeAction('suspend', node)}
        >
          {t('map.suspend')}
        </Menu.Item>
      ) : (
        <MenuEntry
          icon={<IconMoonStars size="1rem" />}
          label={t('map.suspend')}
          hint={t('lifecycle.refusal.machines-only')}
          refused
          testId={testIds.nodeAction('suspend', node)}
        />
      )}
    </>
  );
}

function CableItems({ lab, node }: { readonly lab: string; readonly node: string }) {
  const { t } = useTranslation();
  const localized = useLocalized();
  const { commands } = useServices();
  const interfaces = useLab(lab, (view) => view.nodes[node]?.interfaces);
  const networks = useLab(lab, (view) => view.testbed.networks);
  return (interfaces ?? []).map(({ name, network, cable }) => {
    const title = networks.find((candidate) => candidate.name === network)?.title;
    const text = { network: title === undefined ? network : localized(title) };
    return cable === 'cut' ? (
      <Menu.Item
        key={name}
        leftSection={<IconPlug size="1rem" />}
        onClick={() => commands.link('link.restore', lab, node, network)}
      >
        {t('map.restore', text)}
      </Menu.Item>
    ) : (
      <Menu.Item
        key={name}
        leftSection={<IconScissors size="1rem" />}
        onClick={() => commands.link('link.cut', lab, node, network)}
      >
        {t('map.cut', text)}
      </Menu.Item>
    );
  });
}
