import { z } from 'zod';
import type { LabOptions, MachineOptions, MethodOutput } from '../../provisioning/contract/index.ts';
import { machineOptionsSchema } from '../../provisioning/contract/index.ts';
import { boxNamePattern } from '../../testbeds/exporters/vagrant/boxes.ts';
import type { StartRequest } from '../state/app-state.ts';

/** Where a lab runs, as the reader chooses it: both kinds of machines are one provider's. */
export const placeSchema = z.enum(['namespaces', 'virtualbox', 'libvirt']);
export type Place = z.infer<typeof placeSchema>;
export const places: readonly Place[] = placeSchema.options;

const startChoiceSchema = machineOptionsSchema.omit({ hypervisor: true }).extend({ place: placeSchema });
/** Where, and what machines are made of; remembered from one start to the next. */
export type StartChoice = z.infer<typeof startChoiceSchema>;

type Providers = MethodOutput<'engine.info'>['providers'];
export type Provider = Providers[number];

export function providerAt(place: Place, providers: Providers): Provider | undefined {
  const name = place === 'namespaces' ? 'namespaces' : 'vagrant';
  return providers.find((provider) => provider.name === name);
}

/** What was remembered, as far as it still makes sense; undefined when it does not. */
export function readChoice(remembered: string | null): StartChoice | undefined {
  if (remembered === null) return undefined;
  const parsed = startChoiceSchema.safeParse(parseJson(remembered));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without a choice of the reader's: the first place that works here, namespaces before machines. */
export function firstChoice(providers: Providers): StartChoice {
  const place = places.find((one) => providerAt(one, providers)?.available === true) ?? 'namespaces';
  return startChoiceSchema.parse({ place });
}

export function isMachines({ place }: Pick<StartChoice, 'place'>): boolean {
  return place !== 'namespaces';
}

/** A box that cannot be asked for stands in the way of machines only. */
export function boxProblem({ place, box }: StartChoice): 'invalid' | undefined {
  return place === 'namespaces' || boxNamePattern.test(box) ? undefined : 'invalid';
}

/** What `lab.up` is asked for. Machines' options go only with machines. */
export function startRequest(
  testbed: string,
  lab: string,
  choice: StartChoice,
  options: Omit<LabOptions, 'machines'>,
): StartRequest {
  const { place, stack, plane, box, internet } = choice;
  if (place === 'namespaces') return { testbed, lab, provider: 'namespaces', options };
  const machines: MachineOptions = { hypervisor: place, stack, plane, box, internet };
  return { testbed, lab, provider: 'vagrant', options: { ...options, machines } };
}
