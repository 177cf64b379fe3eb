import { z } from 'zod';

/** What an import understood and what it did not: codes for programs and the window, English for the command line. */

const place = {
  /** In the folder. */
  file: z.string(),
  /** From 1. */
  line: z.number().int(),
  column: z.number().int(),
};

export const changeKindSchema = z.enum([
  'machine-added',
  'machine-removed',
  'memory',
  'processors',
  'title',
  'address',
  'mac',
  'adapter-added',
  'adapter-removed',
  'adapter-network',
  'network-address',
  'network-mtu',
  'box',
  'provider',
  'order',
  'drill-removed',
]);
export type ChangeKind = z.infer<typeof changeKindSchema>;

/** Something in the folder that is otherwise than it was exported, and is so in the testbed, too. */
export const importChangeSchema = z.object({
  kind: changeKindSchema,
  /** The node, network or whatever else it is about. */
  subject: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  ...place,
});
export type ImportChange = z.infer<typeof importChangeSchema>;

export const findingCodeSchema = z.enum([
  'malformed',
  'invalid',
  'duplicate-machine',
  'unknown-role',
  'single-role',
  'no-address',
  'unknown-network',
  'condition',
  'loop',
  'definition',
  'interpolation',
  'expression',
  'unknown-line',
  'missing-line',
  'disagrees',
  'no-provider',
  'network-disagrees',
  'order-kept',
  'not-kept',
  'file-edited',
  'file-missing',
  'file-added',
]);
export type FindingCode = z.infer<typeof findingCodeSchema>;

/** Something in the folder that is not in the testbed. */
export const importFindingSchema = z.object({
  code: findingCodeSchema,
  /** `error`: nothing is imported. `left-out`: imported without it. */
  severity: z.enum(['error', 'left-out']),
  subject: z.string().optional(),
  /** The line as written, or what is missing. */
  text: z.string().optional(),
  /** What the testbed has instead. */
  instead: z.string().optional(),
  message: z.string(),
  /** What could be done. */
  hint: z.string(),
  ...place,
});
export type ImportFinding = z.infer<typeof importFindingSchema>;

/** What a finding says, before it becomes sentences. */
export interface FindingFacts {
  readonly code: FindingCode;
  readonly line: number;
  readonly column: number;
  readonly file?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly instead?: string;
  /** Of `malformed` and `invalid`: what is wrong, as a sentence. */
  readonly problem?: string;
}

export const vagrantfileName = 'Vagrantfile';

const errors: ReadonlySet<FindingCode> = new Set([
  ...(['malformed', 'invalid', 'duplicate-machine', 'unknown-role', 'single-role', 'no-address'] as const),
  'unknown-network',
]);

export function finding(facts: FindingFacts): ImportFinding {
  const { code, line, column, file = vagrantfileName, subject, text, instead } = facts;
  const [message, hint] = sentences[code]({
    ...facts,
    subject: subject ?? '',
    text: text ?? '',
    instead: instead ?? '',
  });
  return {
    ...{ code, severity: errors.has(code) ? 'error' : 'left-out', file, line, column, message, hint },
    ...(subject === undefined ? {} : { subject }),
    ...(text === undefined ? {} : { text: shortened(text) }),
    ...(instead === undefined ? {} : { instead }),
  };
}

const LONGEST = 160;

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

type Words = FindingFacts & { readonly subject: string; readonly text: string; readonly instead: string };
type Sentences = (words: Words) => readonly [message: string, hint: string];

const code = (what: string, hint: string): Sentences => {
  return ({ text }) => [`${what} is not understood: ${shortened(text)}`, hint];
};

const sentences: Readonly<Record<FindingCode, Sentences>> = {
  malformed: ({ problem = '' }) => [
    `This is not Ruby: ${problem}`,
    'Mend the Vagrantfile; "ruby -c Vagrantfile" helps.',
  ],
  invalid: ({ problem = '' }) => [problem, 'Mend it there and import again.'],
  'duplicate-machine': ({ subject }) => [
    `The machine "${subject}" is there already.`,
    'Give the second one a name of its own.',
  ],
  'unknown-role': ({ subject }) => [
    `What the machine "${subject}" is cannot be known.`,
    'Write a comment above it that names the machine which it is one more of, such as: # like: web1',
  ],
  'single-role': ({ subject, instead }) => [
    `"${subject}" would be one more like ${instead}, and a testbed has one of these only.`,
    `Remove it, or say with a comment whom it is like instead: # like: web1`,
  ],
  'no-address': ({ subject }) => [
    `${subject} has no address.`,
    'Write ip: and netmask:, or for a NAT network of VirtualBox a comment above it, such as: # eth1: nat, 192.168.1.11',
  ],
  'unknown-network': ({ subject, text, instead }) => [
    `${subject} is on the network "${text}", which is none of this testbed's.`,
    `Networks: ${instead}. New networks are made in Relevo, not in the folder.`,
  ],
  condition: code('Ruby with a condition', 'Write out what it comes to, without "if".'),
  loop: code('Ruby with a loop', 'Write each machine as a block of its own.'),
  definition: code('A definition', 'Write out what it is used for.'),
  interpolation: code('A text with #{…} in it', 'Write the text out.'),
  expression: code('Ruby beyond texts, numbers and lists', 'Write the value itself.'),
  'unknown-line': ({ text, subject }) => [
    `In ${subject}, a testbed has no place for this: ${shortened(text)}`,
    'It is not in the testbed. Keep it in the folder, or write it into the Vagrantfile of the next export again.',
  ],
  'missing-line': ({ text, subject }) => [
    `In ${subject}, this is missing: ${shortened(text)}`,
    'An export of the testbed has it again.',
  ],
  disagrees: ({ text, subject, instead }) => [
    `${subject}: the folder says ${text} here, the testbed has ${instead}.`,
    'Say the same everywhere in the folder, or leave it as it is.',
  ],
  'no-provider': ({ subject, text }) => [
    `The machine "${subject}" is not described for ${text}.`,
    'An export of the testbed describes it.',
  ],
  'network-disagrees': ({ subject, text }) => [
    `The network "${subject}" has several addresses in the folder: ${text}.`,
    'To renumber it, change the addresses and masks of all its adapters, and --network where VirtualBox makes it.',
  ],
  'order-kept': ({ subject, instead }) => [
    `The machines are in another order here; "${subject}" would come after ${instead}.`,
    'Storage starts first, then the master, then the other directors.',
  ],
  'not-kept': ({ subject }) => [
    `What relevo.json says of "${subject}" is more than a testbed's file can say.`,
    'It is simplified. Look at it before you start the lab.',
  ],
  'file-edited': ({ subject }) => [
    `${subject} was edited. What is in it is not read back.`,
    'Relevo makes these files from the testbed; change the testbed instead, or keep the folder.',
  ],
  'file-missing': ({ subject }) => [`${subject} is missing.`, 'An export of the testbed has it again.'],
  'file-added': ({ subject }) => [
    `${subject} is not from Relevo and is not read.`,
    'Keep the folder if you still need it.',
  ],
};
