import type { TFunction } from 'i18next';
import type { Formatter } from '../i18n/format.ts';
import { assertNever } from '../state/assert-never.ts';
import type { Happening } from '../state/timeline.ts';

export interface EventText {
  readonly text: string;
  /** The reason, in the director's or the engine's own words. */
  readonly detail: string | undefined;
}

/** An event in the reader's language. */
export function eventText(t: TFunction, format: Formatter, happening: Happening): EventText {
  switch (happening.kind) {
    case 'node': {
      const { node, state, message } = happening;
      return { text: t('events.node', { node, state: t(`node.${state}`) }), detail: message };
    }
    case 'cable':
      return { text: t(`events.cable.${happening.cable}`, { ...happening }), detail: undefined };
    case 'vrrp':
      return { text: t('events.vrrp', { ...happening }), detail: happening.reason };
    case 'address':
      return { text: t(`events.address.${happening.action}`, { ...happening }), detail: undefined };
    case 'handover': {
      const { node, address, from, gapMs } = happening;
      return { text: t('events.handover', { node, address, from, time: format.duration(gapMs) }), detail: undefined };
    }
    case 'gratuitous-arp':
      return { text: t('events.gratuitous-arp', { ...happening }), detail: undefined };
    case 'check': {
      const { node, server, service, up, reason } = happening;
      return { text: t(up ? 'events.check.up' : 'events.check.down', { node, server, service }), detail: reason };
    }
    case 'mode': {
      const { node, server, service, mode, reason } = happening;
      return { text: t(`events.mode.${mode}`, { node, server, service }), detail: reason };
    }
    case 'part': {
      const { node, part, subject, up, reason } = happening;
      return { text: t(`events.part.${part}.${up ? 'up' : 'down'}`, { node, subject }), detail: reason };
    }
    case 'director': {
      const { node, answering } = happening;
      return { text: t(answering ? 'events.director.answers' : 'events.director.silent', { node }), detail: undefined };
    }
    case 'log':
      return { text: t('events.log', { source: happening.source, message: happening.message }), detail: undefined };
    default:
      return assertNever(happening);
  }
}
