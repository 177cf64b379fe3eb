import { Button, Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useApp, useServices } from '../app/services.ts';
import { errorText } from '../i18n/error-text.ts';
import { ErrorPanel } from './error-panel.tsx';

/** Whatever a command failed with, until the reader has read it. */
export function FailureDialog() {
  const { t } = useTranslation();
  const { commands } = useServices();
  const failure = useApp((state) => state.failure);
  const close = (): void => commands.dismissFailure();
  return (
    <Modal
      opened={failure !== undefined}
      onClose={close}
      size="lg"
      centered
      withCloseButton={false}
      padding={0}
      {...(failure === undefined ? {} : { 'aria-label': errorText(t, failure.code, failure.message).title })}
    >
      {failure === undefined ? null : (
        <ErrorPanel
          error={failure}
          actions={
            <Button onClick={close} data-autofocus>
              {t('errors.close')}
            </Button>
          }
        />
      )}
    </Modal>
  );
}
