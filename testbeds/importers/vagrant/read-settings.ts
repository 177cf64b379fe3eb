import type { Found, FoundAdapter, FoundSettings, Leftover } from './model.ts';
import { canonical, inScope, normalCall, normalStatement } from './normal.ts';
import type { Scope } from './normal.ts';
import type { Assignment, Call, Pair, Statement, Value } from './syntax.ts';
import { foundMac, foundNumber, foundString, stringIn } from './values.ts';

export interface Surroundings {
  readonly context: string;
  /** The comment in a line, without its "#". */
  readonly comment: (line: number) => string | undefined;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Settings = Writable<FoundSettings> & { adapters: FoundAdapter[] };

/** A provider's block in a machine's. */
export function readSettings(
  call: Call,
  outer: Scope,
  surroundings: Surroundings,
): { readonly settings: FoundSettings; readonly leftovers: readonly Leftover[] } {
  const scope = inScope(outer, call.block?.parameters ?? [], ['@provider', '@override']);
  const settings: Settings = { line: call.line, column: call.column, adapters: [] };
  const leftovers: Leftover[] = [];
  const leave = (statement: Statement, normal: string, context = surroundings.context): void => {
    const { line, column, text } = statement;
    const reason = statement.kind === 'opaque' ? { reason: statement.reason } : {};
    leftovers.push({ context, normal, text, line, column, ...reason });
  };
  for (const statement of call.block?.body ?? []) {
    if (statement.kind === 'assignment' && readAssignment(statement, scope, settings)) continue;
    if (statement.kind === 'call' && readDescription(statement, scope, settings)) continue;
    const found = statement.kind === 'call' ? readAdapter(statement, scope, surroundings) : undefined;
    if (found === undefined) {
      leave(statement, normalStatement(statement, scope));
      if (statement.kind === 'opaque' && /\.network\b|--nic/.test(statement.text)) settings.unread = true;
    } else {
      settings.adapters.push(found.adapter);
      leave(statement, found.rest, `${surroundings.context}, adapter ${settings.adapters.length}`);
    }
  }
  return { settings, leftovers };
}

function readAssignment({ target, value }: Assignment, scope: Scope, settings: Settings): boolean {
  const [text, number] = [foundString(value), foundNumber(value)];
  switch (canonical(target, scope)) {
    case '@provider.name':
      return set(settings, 'label', text);
    case '@provider.description':
      return set(settings, 'title', text);
    case '@provider.memory':
      return set(settings, 'memory', number);
    case '@provider.cpus':
      return set(settings, 'processors', number);
    default:
      return false;
  }
}

/** The first one counts; a second is left over. */
function set<K extends 'label' | 'title' | 'memory' | 'processors'>(
  settings: Settings,
  key: K,
  value: Settings[K],
): boolean {
  if (value === undefined || settings[key] !== undefined) return false;
  settings[key] = value;
  return true;
}

/** `customize ["modifyvm", :id, …]`: the words after the machine. */
function customized({ method, positional, keywords }: Call, scope: Scope): readonly Value[] | undefined {
  const [list, ...others] = positional;
  if (canonical(method, scope) !== '@provider.customize' || list?.kind !== 'list') return undefined;
  if (others.length > 0 || keywords.length > 0) return undefined;
  const [command, machine, ...words] = list.items;
  return stringIn(command) === 'modifyvm' && machine?.kind === 'symbol' && machine.text === 'id' ? words : undefined;
}

function readDescription(call: Call, scope: Scope, settings: Settings): boolean {
  const words = customized(call, scope);
  if (words?.length !== 2 || stringIn(words[0]) !== '--description') return false;
  return set(settings, 'title', foundString(words[1]));
}

interface ReadAdapter {
  readonly adapter: FoundAdapter;
  /** What else the call says, in normal form. */
  readonly rest: string;
}

function readAdapter(call: Call, scope: Scope, surroundings: Surroundings): ReadAdapter | undefined {
  const method = canonical(call.method, scope);
  const words = customized(call, scope);
  if (words !== undefined) return readNatAdapter(call, words, surroundings);
  const [kind, ...others] = call.positional;
  if (method !== '@override.vm.network' || stringIn(kind) !== 'private_network' || others.length > 0) return undefined;
  const { line, column } = call;
  const adapter: Writable<FoundAdapter> = { line, column };
  const rest = call.keywords.filter(({ key, value }) => !takeKeyword(adapter, key, value));
  return { adapter, rest: normalCall(method, call.positional, rest) };
}

function takeKeyword(adapter: Writable<FoundAdapter>, key: string, value: Value): boolean {
  switch (key) {
    case 'ip':
      return put(adapter, 'address', foundString(value));
    case 'netmask':
      return put(adapter, 'netmask', foundString(value));
    case 'mac':
      return put(adapter, 'mac', foundMac(value));
    case 'libvirt__network_name':
    case 'virtualbox__intnet':
      return put(adapter, 'label', foundString(value));
    case 'libvirt__mtu':
      return put(adapter, 'mtu', foundNumber(value));
    default:
      return false;
  }
}

function put<K extends 'address' | 'netmask' | 'mac' | 'label' | 'mtu'>(
  adapter: Writable<FoundAdapter>,
  key: K,
  value: FoundAdapter[K],
): boolean {
  if (value === undefined || adapter[key] !== undefined) return false;
  adapter[key] = value;
  return true;
}

/** VirtualBox alone: an adapter on its NAT network. Its address is in the comment above. */
function readNatAdapter(call: Call, words: readonly Value[], { comment }: Surroundings): ReadAdapter | undefined {
  const options = pairs(words);
  if (options === undefined || !options.some(({ key }) => /^--nat-network\d+$/.test(key))) return undefined;
  const { line, column } = call;
  const adapter: Writable<FoundAdapter> = { line, column };
  const rest = options.filter(({ key, value }) => {
    if (/^--nat-network\d+$/.test(key)) return !put(adapter, 'label', foundString(value));
    return !(/^--macaddress\d+$/.test(key) && put(adapter, 'mac', foundMac(value)));
  });
  const address = addressIn(comment(line - 1), line - 1, column);
  if (address !== undefined) adapter.address = address;
  return { adapter, rest: normalCall('modifyvm', [], rest) };
}

function pairs(words: readonly Value[]): Pair[] | undefined {
  if (words.length % 2 !== 0) return undefined;
  const found: Pair[] = [];
  for (let index = 0; index < words.length; index += 2) {
    const [key, value] = [stringIn(words[index]), words[index + 1]];
    if (key === undefined || value === undefined) return undefined;
    found.push({ key, value });
  }
  return found;
}

function addressIn(comment: string | undefined, line: number, column: number): Found<string> | undefined {
  const address = /^eth\d+: [\w-]+, (\d+(?:\.\d+){3})$/.exec(comment ?? '')?.[1];
  return address === undefined ? undefined : { value: address, line, column };
}
