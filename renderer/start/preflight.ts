import type { Finding, LabOptions, Offer, RpcError } from '../../provisioning/contract/index.ts';

export type Renumbering = NonNullable<LabOptions['renumber']>;

/** What is known of what stands in the way on the engine's computer. */
export type Preflight =
  /** Nothing was asked: namespaces need nothing, and without Vagrant there is nothing to look at. */
  | { readonly kind: 'none' }
  | { readonly kind: 'looking' }
  | { readonly kind: 'found'; readonly findings: readonly Finding[] }
  /** It is not known; the start will tell. */
  | { readonly kind: 'failed'; readonly error: RpcError };

/** Whether the start has to wait: until it is known, and while an error stands. */
export function blocksStart(preflight: Preflight): boolean {
  if (preflight.kind === 'found') return preflight.findings.some(({ level }) => level === 'error');
  return preflight.kind === 'looking';
}

/** What is worth reading, the worst first; what is well is not. */
export function toRead(findings: readonly Finding[]): Finding[] {
  const of = (level: Finding['level']): Finding[] => findings.filter((finding) => finding.level === level);
  return [...of('error'), ...of('warning')];
}

export function takeUp(renumber: Renumbering, { network, cidr }: Offer): Renumbering {
  return { ...renumber, [network]: cidr };
}
