import type { Differences } from '../../testbeds/differences.ts';
import type { ResolvedTestbed } from '../../testbeds/resolved.ts';
import { recipesFor } from './recipes-for.ts';

/** What students use on any node and no recipe needs. */
const tools = ['tcpdump', 'curl', 'less', 'nano', 'bind9-dnsutils', 'apache2-utils', 'netcat-openbsd'];

/**
 * Every Debian package that some node of the testbed needs, sorted: what one base layer for all of them holds. It is asked for
 * before a lab exists, so no key is needed.
 */
export function packagesFor(testbed: ResolvedTestbed, provider: keyof Differences = 'namespaces'): string[] {
  const keys = { clusterPrivateKey: '', clusterPublicKey: '', hostPrivateKey: '', hostPublicKey: '' };
  const sharing = testbed.differences[provider].sharing.kind;
  const recipes = recipesFor(testbed, { sharing, init: provider === 'namespaces' ? 'none' : 'systemd', keys });
  return [...new Set([...recipes.flatMap((recipe) => recipe.packages), ...tools])].sort();
}
