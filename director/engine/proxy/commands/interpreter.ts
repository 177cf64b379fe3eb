import { CommandError, levels, type Command, type CommandScope, type CommandState, type Level } from './command.ts';
import { frontendCommands } from './frontend-commands.ts';
import { serverCommands } from './server-commands.ts';
import { sessionCommands } from './session-commands.ts';
import { setServer } from './set-server.ts';
import { showCommands } from './show-commands.ts';
import { showServers } from './show-servers.ts';
import { tableCommands } from './table-commands.ts';
import { commandsOf, wordsOf } from './words.ts';

const commands: readonly (Command & { readonly words: readonly string[] })[] = [
  ...[...serverCommands, ...frontendCommands, setServer, ...showServers, ...showCommands],
  ...[...sessionCommands, ...tableCommands],
]
  .map((command) => ({ ...command, words: command.name.split(' ') }))
  .sort((one, other) => (one.usage < other.usage ? -1 : 1));

const builtIn = [
  'help [<command>]                        : list matching or all commands',
  'prompt                                  : toggle interactive mode with prompt',
  'quit                                    : disconnect',
];

/** What HAProxy puts in front of an answer, by how bad it is (`set severity-output`). */
const severities = { error: { number: 3, string: 'err' }, info: { number: 6, string: 'info' } } as const;

/** One client of the runtime socket: lines in, text out. */
export class CommandInterpreter {
  readonly state: CommandState;
  readonly #scope: CommandScope;

  constructor(scope: CommandScope, level: Level, severity: CommandState['severity']) {
    this.#scope = scope;
    this.state = { level, severity, interactive: false, timeoutMs: undefined, over: false };
  }

  /**
   * A line with its commands. Once it is answered the connection ends, unless somebody has asked for a prompt: `state.over`.
   * `now`: milliseconds since 1970.
   */
  answer(line: string, now: number): string {
    let text = '';
    for (const command of commandsOf(line)) {
      const words = wordsOf(command);
      const said = this.#run(words, now);
      if (words[0] === 'quit') {
        this.state.over = true;
        return text;
      }
      text += `${said}\n`;
      if (this.state.interactive) text += '> ';
    }
    if (!this.state.interactive) this.state.over = true;
    return text;
  }

  #run(words: readonly string[], now: number): string {
    const [first = ''] = words;
    if (first === 'quit') return '';
    if (first === '' && this.state.interactive) return '';
    if (first === 'prompt') {
      this.state.interactive = !this.state.interactive;
      return '';
    }
    if (first === 'help') return this.#help(words.slice(1));
    const command = commands.find((one) => one.words.every((word, at) => words[at] === word));
    if (command === undefined) return unknown(words);
    if (levels.indexOf(this.state.level) < levels.indexOf(command.level))
      return this.#said('error', 'Permission denied\n');
    return this.#call(command, words.slice(command.words.length), now);
  }

  #call(command: Command, words: readonly string[], now: number): string {
    try {
      return command.run({ scope: this.#scope, state: this.state, words, now });
    } catch (error) {
      if (error instanceof CommandError) return this.#said('error', error.message);
      throw error;
    }
  }

  #said(how: keyof typeof severities, text: string): string {
    const { severity } = this.state;
    return severity === 'none' ? text : `[${severities[how][severity]}]:${text}`;
  }

  #help(words: readonly string[]): string {
    const shown = matching(words).map(({ usage }) => usage);
    const head = 'The following commands are valid at this level:';
    return `${[head, ...(shown.length === 0 ? commands.map(({ usage }) => usage) : shown), ...builtIn].join('\n  ')}\n`;
  }
}

/** Commands that begin with these words, the last of them maybe in part. */
function matching(words: readonly string[]): readonly Command[] {
  return commands.filter((command) => words.every((word, at) => command.words[at] === word));
}

function unknown(words: readonly string[]): string {
  const close = words.length === 0 ? [] : nearest(words);
  const head =
    close.length === 0
      ? 'Unknown command. Please enter one of the following commands only :'
      : 'Unknown command, but maybe one of the following ones is a better match:';
  const shown = (close.length === 0 ? commands : close).map(({ usage }) => usage);
  return `${[head, ...shown, ...builtIn].join('\n  ')}\n`;
}

/** Those that go on where the line ends; else those that share its first words. */
function nearest(words: readonly string[]): readonly Command[] {
  for (let length = words.length; length > 0; length--) {
    const found = matching(words.slice(0, length));
    if (found.length > 0) return found;
  }
  return [];
}
