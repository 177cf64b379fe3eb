import { recipesFor } from '../recipes/index.ts';
import type { Recipe } from '../recipes/index.ts';
import type { LabRecord } from './lab-record.ts';

/** The recipes of a lab's nodes, with its own keys. */
export function labRecipes({ testbed, provider, keys, specification }: LabRecord): Recipe[] {
  return recipesFor(testbed, {
    sharing: testbed.differences[provider].sharing.kind,
    init: provider === 'namespaces' ? 'none' : 'systemd',
    hasDrills: true,
    ...(specification.provider === 'vagrant'
      ? { stack: specification.machines.stack, plane: specification.machines.plane }
      : {}),
    keys: {
      clusterPrivateKey: keys.cluster.privateKey,
      clusterPublicKey: keys.cluster.publicKey,
      hostPrivateKey: keys.host.privateKey,
      hostPublicKey: keys.host.publicKey,
      webPrivateKey: keys.web,
    },
  });
}
