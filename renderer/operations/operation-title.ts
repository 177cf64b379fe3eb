import { useTranslation } from 'react-i18next';
import type { Operation } from '../../provisioning/contract/index.ts';

/** What is being done, in the reader's language; the engine's own titles are in one language only. */
export function useOperationTitle(): (operation: Operation) => string {
  const { t } = useTranslation();
  return ({ kind, title }) => (kind === 'up' || kind === 'drill' ? title : t(`operation.kind.${kind}`));
}
