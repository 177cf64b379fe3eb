import type { ProviderName } from '../contract/index.ts';
import { createNamespacesProvider } from './namespaces/provider.ts';
import type { NamespacesOptions } from './namespaces/provider.ts';
import type { Provider } from './provider.ts';
import { createVagrantProvider } from './vagrant/provider.ts';

/** Every kind of machines, by its name. */
export type Providers = Readonly<Record<ProviderName, Provider>>;

export function createProviders(options: NamespacesOptions): Providers {
  return { namespaces: createNamespacesProvider(options), vagrant: createVagrantProvider() };
}
