import { machineProviderSchema } from '../../exporters/vagrant/options.ts';
import type { MachineProvider } from '../../exporters/vagrant/options.ts';
import type { Found, FoundDefaults, FoundLab, FoundMachine, FoundSettings, Leftover } from './model.ts';
import { canonical, inScope, normalStatement } from './normal.ts';
import type { Scope } from './normal.ts';
import { readSettings } from './read-settings.ts';
import type { Call, Statement, Value } from './syntax.ts';
import type { Comment, Place } from './tokens.ts';
import { numberIn, stringIn } from './values.ts';

/** What the statements of a Vagrantfile say; what they say beyond that is left over, each statement with its place. */
export function readLab(statements: readonly Statement[], comments: readonly Comment[]): FoundLab {
  const reader = new Reader(comments);
  reader.file(statements);
  return reader;
}

type Defaults = { -readonly [K in keyof FoundDefaults]: FoundDefaults[K] };

class Reader implements FoundLab {
  readonly defaults = new Map<MachineProvider, FoundDefaults>();
  readonly machines: FoundMachine[] = [];
  readonly natNetworks = new Map<string, Found<string>>();
  readonly leftovers: Leftover[] = [];
  readonly #comments: ReadonlyMap<number, Comment>;

  constructor(comments: readonly Comment[]) {
    this.#comments = new Map(comments.map((comment) => [comment.line, comment]));
  }

  file(statements: readonly Statement[]): void {
    const scope: Scope = new Map();
    for (const statement of statements) {
      const configures = isCall(statement, 'Vagrant.configure', scope) && stringIn(statement.positional[0]) === '2';
      if (configures && statement.block !== undefined && isPlain(statement, 1)) {
        const { parameters, body } = statement.block;
        this.#configuration(body, inScope(scope, parameters, ['@config']));
      } else this.#leave('file', statement, scope);
    }
  }

  #configuration(body: readonly Statement[], scope: Scope): void {
    for (const statement of body) {
      const provider = providerOf(statement, '@config.vm.provider', scope);
      if (provider !== undefined && !this.defaults.has(provider)) this.#defaults(statement as Call, provider, scope);
      else if (isCall(statement, '@config.vm.define', scope) && isMachine(statement)) this.#machine(statement, scope);
      else {
        if (isCall(statement, '@config.trigger.before', scope)) this.#natNetwork(statement);
        this.#leave('config', statement, scope);
      }
    }
  }

  #defaults(call: Call, provider: MachineProvider, outer: Scope): void {
    const { block } = call;
    const scope = inScope(outer, block?.parameters ?? [], ['@provider', '@override']);
    const found: Defaults = { line: call.line, column: call.column };
    for (const statement of block?.body ?? []) {
      if (!readDefault(statement, scope, found)) this.#leave(`all machines, ${provider}`, statement, scope);
    }
    this.defaults.set(provider, found);
  }

  #machine(call: Call, outer: Scope): void {
    const { line, column, positional, block } = call;
    const name = nameIn(positional[0]) ?? '';
    const scope = inScope(outer, block?.parameters ?? [], ['@node']);
    const settings = new Map<MachineProvider, FoundSettings>();
    const scripts: Found<string>[] = [];
    const context = `machine ${name}`;
    for (const statement of block?.body ?? []) {
      const provider = providerOf(statement, '@node.vm.provider', scope);
      if (provider !== undefined && !settings.has(provider)) {
        const read = readSettings(statement as Call, scope, {
          context: `${context}, ${provider}`,
          comment: (at) => this.#comments.get(at)?.text,
        });
        settings.set(provider, read.settings);
        this.leftovers.push(...read.leftovers);
        continue;
      }
      const script = scriptOf(statement, scope);
      if (script !== undefined) scripts.push(script);
      this.#leave(context, statement, scope, script !== undefined || copiesDirector(statement, scope));
    }
    const like = this.#like(line, block?.body[0]?.line ?? line + 1);
    this.machines.push({ name, line, column, settings, scripts, ...(like === undefined ? {} : { like }) });
  }

  /** A comment "like: NODE" right above the machine or at its beginning. */
  #like(line: number, bodyLine: number): Found<string> | undefined {
    let from = line;
    while (this.#comments.has(from - 1)) from -= 1;
    for (let at = from; at < Math.max(bodyLine, line + 1); at += 1) {
      const comment = this.#comments.get(at);
      const name = /^like:?\s+(\S+)$/i.exec(comment?.text ?? '')?.[1];
      if (comment !== undefined && name !== undefined)
        return { value: name, line: comment.line, column: comment.column };
    }
    return undefined;
  }

  /** The addresses of VirtualBox's NAT network are words in the code that makes it. */
  #natNetwork(call: Call): void {
    const words = call.block === undefined ? [] : wordsIn(call.block.body);
    const after = (option: string) => words[words.findIndex(({ text }) => text === option) + 1];
    const [label, cidr] = [after('--netname'), after('--network')];
    if (label === undefined || cidr === undefined || !words.some(({ text }) => text === 'natnetwork')) return;
    this.natNetworks.set(label.text, { value: cidr.text, line: cidr.line, column: cidr.column });
  }

  #leave(context: string, statement: Statement, scope: Scope, provisions = false): void {
    const { line, column, text } = statement;
    this.leftovers.push({
      ...{ context, normal: normalStatement(statement, scope), text, line, column },
      ...(statement.kind === 'opaque' ? { reason: statement.reason } : {}),
      ...(provisions ? { provisions } : {}),
    });
  }
}

function readDefault(statement: Statement, scope: Scope, found: Defaults): boolean {
  if (statement.kind !== 'assignment') return false;
  const { value } = statement;
  const { line, column } = value;
  const target = canonical(statement.target, scope);
  const text = stringIn(value);
  const number = numberIn(value);
  if (target === '@override.vm.box' && text !== undefined && found.box === undefined) {
    found.box = { value: text, line, column };
    return true;
  }
  if (number === undefined) return false;
  if (target === '@provider.memory' && found.memory === undefined) found.memory = { value: number, line, column };
  else if (target === '@provider.cpus' && found.processors === undefined)
    found.processors = { value: number, line, column };
  else return false;
  return true;
}

function isCall(statement: Statement, method: string, scope: Scope): statement is Call {
  return statement.kind === 'call' && canonical(statement.method, scope) === method;
}

/** So many values, and no keywords. */
function isPlain({ positional, keywords }: Call, count: number): boolean {
  return positional.length === count && keywords.length === 0;
}

function isMachine(call: Call): boolean {
  return call.block !== undefined && isPlain(call, 1) && nameIn(call.positional[0]) !== undefined;
}

function nameIn(value: Value | undefined): string | undefined {
  return value?.kind === 'string' || value?.kind === 'symbol' ? value.text : undefined;
}

function providerOf(statement: Statement, method: string, scope: Scope): MachineProvider | undefined {
  if (!isCall(statement, method, scope) || statement.block === undefined || !isPlain(statement, 1)) return undefined;
  return machineProviderSchema.safeParse(nameIn(statement.positional[0])).data;
}

function scriptOf(statement: Statement, scope: Scope): Found<string> | undefined {
  if (!isCall(statement, '@node.vm.provision', scope) || nameIn(statement.positional[0]) !== 'shell') return undefined;
  if (!statement.keywords.every(({ key }) => key === 'name' || key === 'path')) return undefined;
  const value = statement.keywords.find(({ key }) => key === 'path')?.value;
  const text = stringIn(value);
  return value === undefined || text === undefined
    ? undefined
    : { value: text, line: value.line, column: value.column };
}

function copiesDirector(statement: Statement, scope: Scope): boolean {
  if (!isCall(statement, '@node.vm.provision', scope) || nameIn(statement.positional[0]) !== 'file') return false;
  return statement.keywords.some(({ key, value }) => key === 'source' && stringIn(value) === 'director/director');
}

/** Every text in the statements, also in those that are not understood. */
function wordsIn(statements: readonly Statement[]): ({ readonly text: string } & Place)[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'opaque') return statement.tokens.filter(({ kind }) => kind === 'string');
    if (statement.kind === 'assignment') return textsIn(statement.value);
    return [...statement.positional.flatMap(textsIn), ...wordsIn(statement.block?.body ?? [])];
  });
}

function textsIn(value: Value): ({ readonly text: string } & Place)[] {
  if (value.kind === 'string') return [value];
  return value.kind === 'list' ? value.items.flatMap(textsIn) : [];
}
