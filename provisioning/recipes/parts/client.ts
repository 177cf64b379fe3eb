import type { PartInput, RecipePart } from '../recipe.ts';

/** Where drills call the probe and its Node, on every provider. */
const library = '/opt/relevo/lib';
const node = '/opt/relevo/node';

/** Who asks from outside, with the document's tools (section 4), and from where drills measure. */
export function client({ context }: PartInput): RecipePart {
  const packages = ['apache2-utils', 'curl', 'bind9-dnsutils', 'tcpdump'];
  if (context.init === 'none' || context.hasDrills !== true) return { packages };
  return {
    packages: [...packages, 'nodejs'],
    uploads: [{ asset: 'probe', path: `${library}/probe.cjs` }],
    install: [
      {
        kind: 'command',
        title: 'Let drills measure from here',
        unless: `[ -x ${node} ]`,
        run: `ln -sf "$(command -v node)" ${node}`,
      },
    ],
  };
}
