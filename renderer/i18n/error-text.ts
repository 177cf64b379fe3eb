import type { TFunction } from 'i18next';
import type { ErrorCode } from '../../provisioning/contract/index.ts';

export interface ErrorText {
  readonly title: string;
  readonly hint: string;
}

/** An error code in plain words. A code newer than this window falls back to the engine's own sentence. */
export function errorText(t: TFunction, code: ErrorCode, message: string): ErrorText {
  return {
    title: t(`errors.code.${code}.title`, { defaultValue: message }),
    hint: t(`errors.code.${code}.hint`, { defaultValue: '' }),
  };
}
