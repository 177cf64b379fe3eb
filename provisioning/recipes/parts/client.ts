import type { RecipePart } from '../recipe.ts';

/** Who asks from outside, with the document's tools (section 4). */
export function client(): RecipePart {
  return { packages: ['apache2-utils', 'curl', 'bind9-dnsutils', 'tcpdump'] };
}
