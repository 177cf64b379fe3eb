import type { CheckConfiguration } from '../engine/checks/configuration.ts';
import type { Loss } from './result.ts';

/** Gathers what a writer has no words for. */
export class Losses {
  readonly list: Loss[] = [];

  add(what: string, why: string, part?: object): void {
    this.list.push(part === undefined ? { what, why } : { what, why, part });
  }

  /** When `lost` holds. */
  when(lost: boolean, what: string, why: string, part?: object): void {
    if (lost) this.add(what, why, part);
  }
}

/** A check as messages name it. */
export function describeCheck(check: CheckConfiguration): string {
  const target = 'address' in check ? ` of ${check.address}` : '';
  return `${check.kind === 'NEGOTIATE' ? `${check.service} negotiation` : check.kind}${target}`;
}
