import { Code, Collapse, Group, Paper, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ErrorDetail, RpcError } from '../../provisioning/contract/index.ts';
import { errorText } from '../i18n/error-text.ts';
import { testIds } from '../test-ids.ts';
import classes from './error-panel.module.css';

interface Props {
  readonly error: RpcError;
  /** Buttons: what the reader can do about it. */
  readonly actions?: ReactNode;
}

/** An error in plain words: what happened, where, which command, what it printed, why probably, and the next step. */
export function ErrorPanel({ error, actions }: Props) {
  const { t } = useTranslation();
  const { title, hint } = errorText(t, error.code, error.message);
  const { detail } = error;
  return (
    <Paper withBorder p="md" role="alert" data-testid={testIds.errorPanel} data-code={error.code}>
      <Stack gap="sm">
        <Group gap="sm" wrap="nowrap" align="flex-start">
          <IconAlertTriangle size="1.4rem" color="var(--relevo-bad)" className={classes['icon']} />
          <div>
            <Text fw={600}>{title}</Text>
            <Text size="sm" c="dimmed" className={classes['wrap']}>
              {error.message}
            </Text>
          </div>
        </Group>
        <Facts detail={detail} />
        <Problems problems={detail.problems} />
        {detail.output === undefined || detail.output === '' ? null : <Output text={detail.output} />}
        {detail.cause === undefined ? null : <Field label={t('errors.cause')}>{detail.cause}</Field>}
        <Field label={t('errors.hint')}>{hint === '' ? detail.hint : hint}</Field>
        {detail.hint === undefined || hint === '' ? null : <Field label={t('errors.said')}>{detail.hint}</Field>}
        {actions === undefined ? null : <Group justify="flex-end">{actions}</Group>}
      </Stack>
    </Paper>
  );
}

function Facts({ detail }: { readonly detail: ErrorDetail }) {
  const { t } = useTranslation();
  return (
    <>
      {detail.node === undefined ? null : <Field label={t('errors.node')}>{detail.node}</Field>}
      {detail.step === undefined ? null : <Field label={t('errors.step')}>{detail.step}</Field>}
      {detail.command === undefined ? null : (
        <Field label={t('errors.command')}>
          <Code block className={classes['code']}>
            {detail.command}
          </Code>
        </Field>
      )}
      {detail.exitCode === undefined ? null : <Field label={t('errors.exitCode')}>{detail.exitCode}</Field>}
    </>
  );
}

function Problems({ problems }: { readonly problems: ErrorDetail['problems'] }) {
  const { t } = useTranslation();
  if (problems === undefined || problems.length === 0) return null;
  return (
    <Field label={t('errors.problems')}>
      <Code block className={classes['code']}>
        {problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n')}
      </Code>
    </Field>
  );
}

function Output({ text }: { readonly text: string }) {
  const { t } = useTranslation();
  const [open, { toggle }] = useDisclosure(true);
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    // The last lines are the ones that matter.
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [text, open]);
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={open} className={classes['toggle']}>
        <IconChevronRight size="0.9rem" className={classes['chevron']} data-open={open} />
        {t('errors.output')}
      </UnstyledButton>
      <Collapse expanded={open}>
        <Code ref={box} block className={classes['output']} tabIndex={0}>
          {text}
        </Code>
      </Collapse>
    </div>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={classes['field']}>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div" className={classes['wrap']}>
        {children}
      </Text>
    </div>
  );
}
