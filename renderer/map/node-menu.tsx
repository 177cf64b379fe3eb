import { Menu } from '@mantine/core';
import { IconPlayerPlay, IconPlug, IconPower, IconScissors, IconSnowflake, IconTerminal2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ResolvedNode } from '../../testbeds/resolved.ts';
import { useLab, useServices } from '../app/services.ts';
import { useLocalized } from '../i18n/use-format.ts';

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

function PowerItems({ lab, node }: { readonly lab: string; readonly node: string }) {
  const { t } = useTranslation();
  const { commands } = useServices();
  const state = useLab(lab, (view) => view.nodes[node]?.state ?? 'off');
  const alive = state === 'running' || state === 'frozen' || state === 'starting';
  return (
    <>
      <Menu.Item
        color="red"
        leftSection={<IconPower size="1rem" />}
        disabled={!alive}
        onClick={() => commands.node('node.kill', lab, node)}
      >
        {t('map.kill')}
      </Menu.Item>
      <Menu.Item
        leftSection={<IconPlayerPlay size="1rem" />}
        disabled={state === 'running' || state === 'starting'}
        onClick={() => commands.node('node.start', lab, node)}
      >
        {t(state === 'frozen' ? 'map.thaw' : 'map.start')}
      </Menu.Item>
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
