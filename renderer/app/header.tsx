import { ActionIcon, Menu, SegmentedControl, Text, Tooltip, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { isLanguage, languageNames, languages } from '../i18n/language.ts';
import { changeLanguage } from '../i18n/setup.ts';
import { useLanguage } from '../i18n/use-format.ts';
import { testIds } from '../test-ids.ts';
import classes from './app.module.css';
import { writeRoute } from './route.ts';
import { useApp } from './services.ts';

export function Header() {
  const { t } = useTranslation();
  const version = useApp(({ engine }) => engine?.version);
  return (
    <header className={classes['header']}>
      <a className={classes['skip']} href="#content" onClick={focusContent}>
        {t('app.skip')}
      </a>
      <Tooltip label={t('app.home')}>
        <a className={classes['brand']} href={writeRoute({ screen: 'start' })} aria-label={t('app.home')}>
          <img src="./icon.svg" alt="" />
          {t('app.name')}
        </a>
      </Tooltip>
      <Text size="xs" c="dimmed" style={{ flex: 1 }}>
        {version === undefined ? '' : t('app.engine', { version })}
      </Text>
      <LanguageChooser />
      <AppearanceChooser />
    </header>
  );
}

/** The address is the route, so the usual link to an element would leave the screen. */
function focusContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

function LanguageChooser() {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      size="xs"
      data-testid={testIds.language}
      aria-label={t('app.language')}
      value={useLanguage()}
      onChange={(language) => {
        if (isLanguage(language)) changeLanguage(language);
      }}
      data={languages.map((language) => ({
        value: language,
        label: <span title={languageNames[language]}>{language.toUpperCase()}</span>,
      }))}
    />
  );
}

function AppearanceChooser() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const choices = [
    { scheme: 'auto', label: t('app.system'), icon: <IconDeviceDesktop size="1rem" /> },
    { scheme: 'light', label: t('app.light'), icon: <IconSun size="1rem" /> },
    { scheme: 'dark', label: t('app.dark'), icon: <IconMoon size="1rem" /> },
  ] as const;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={t('app.appearance')} data-testid={testIds.appearance}>
          {choices.find(({ scheme }) => scheme === colorScheme)?.icon}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('app.appearance')}</Menu.Label>
        {choices.map(({ scheme, label, icon }) => (
          <Menu.Item key={scheme} leftSection={icon} onClick={() => setColorScheme(scheme)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
