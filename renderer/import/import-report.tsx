import { Alert, Code, List, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconBan, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportChange, ImportFinding, ImportResult } from '../../provisioning/contract/index.ts';
import { testIds } from '../test-ids.ts';

/** What was understood and what was not, each with its line. */
export function ImportReport({ result }: { readonly result: ImportResult }) {
  const { t } = useTranslation();
  const { changes, findings, nodes, networks, id } = result;
  const blocking = findings.filter(({ severity }) => severity === 'error');
  const leftOut = findings.filter(({ severity }) => severity === 'left-out');
  return (
    <Stack gap="sm" data-testid={testIds.importReport} aria-live="polite">
      {blocking.length > 0 ? (
        <Alert color="red" icon={<IconBan />} title={t('import.blocked')}>
          <Findings findings={blocking} />
        </Alert>
      ) : (
        <Text size="sm" fw={600}>
          {t('import.becomes', { id, nodes: nodes ?? 0, networks: networks ?? 0 })}
        </Text>
      )}
      <Part title={changes.length === 0 ? t('import.unchanged') : t('import.changes')} icon={<IconCheck size="1rem" />}>
        {changes.map((change, index) => (
          <Change key={index} change={change} />
        ))}
      </Part>
      {leftOut.length === 0 ? null : (
        <Alert color="yellow" icon={<IconAlertTriangle />} title={t('import.leftOut')}>
          <Findings findings={leftOut} />
        </Alert>
      )}
    </Stack>
  );
}

function Part({
  title,
  icon,
  children,
}: {
  readonly title: string;
  readonly icon: ReactNode;
  readonly children: ReactNode[];
}) {
  return (
    <section>
      <Title order={3} size="h6" mb={4}>
        {icon} {title}
      </Title>
      <List size="sm" spacing={4}>
        {children}
      </List>
    </section>
  );
}

function Change({ change }: { readonly change: ImportChange }) {
  const { t } = useTranslation();
  const { kind, subject, from = '–', to = '–', file, line } = change;
  return (
    <List.Item>
      {t(`import.change.${kind}`, { subject, from, to })} <Place file={file} line={line} />
    </List.Item>
  );
}

function Findings({ findings }: { readonly findings: readonly ImportFinding[] }) {
  return (
    <List size="sm" spacing="xs">
      {findings.map((finding, index) => (
        <Finding key={index} finding={finding} />
      ))}
    </List>
  );
}

function Finding({ finding }: { readonly finding: ImportFinding }) {
  const { t } = useTranslation();
  const { code, subject = '', text, instead = '', message, file, line } = finding;
  // What is wrong with Ruby or with a value is told in English, as by every other check.
  const own = code === 'malformed' || code === 'invalid';
  return (
    <List.Item>
      {t(`import.finding.${code}`, { subject, instead, text: text ?? '' })} <Place file={file} line={line} />
      {own ? <Text size="sm">{message}</Text> : null}
      {text === undefined ? null : (
        <Code block mt={2}>
          {text}
        </Code>
      )}
      <Text size="xs">{t(`import.hint.${code}`)}</Text>
    </List.Item>
  );
}

function Place({ file, line }: { readonly file: string; readonly line: number }) {
  return (
    <Text span size="xs" ff="monospace">
      {file}:{line}
    </Text>
  );
}
