import type { TFunction } from 'i18next';
import type { DrillEvent } from '../../provisioning/contract/index.ts';

/** A drill's event in the reader's language. */
export function drillEventText(t: TFunction, event: DrillEvent): string {
  switch (event.type) {
    case 'phase':
      return t('drill.event.phase', { phase: t(`drill.phase.${event.phase}`) });
    case 'fault':
      return t('drill.event.fault');
    case 'heal':
      return t('drill.event.heal');
    case 'vrrp-state':
      return t('drill.event.vrrp-state', { ...event });
    case 'last-advert':
      return t('drill.event.last-advert', { ...event });
    case 'address':
      return t(event.action === 'added' ? 'drill.event.address-added' : 'drill.event.address-removed', { ...event });
    case 'gratuitous-arp':
      return t('drill.event.gratuitous-arp', { ...event });
  }
}

/** The node that an event is about; a phase is about the drill itself. */
export function drillEventNode(event: DrillEvent): string | undefined {
  return event.type === 'phase' ? undefined : event.node;
}
