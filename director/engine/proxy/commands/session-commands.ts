import { levels, CommandError, type Command, type Level, type Invocation } from './command.ts';

function lower(name: Extract<Level, 'user' | 'operator'>): Command {
  return {
    name,
    usage: `${name.padEnd(40)}: lower the level of the current CLI session to ${name}`,
    level: 'user',
    run: ({ state }: Invocation): string => {
      if (levels.indexOf(state.level) < levels.indexOf(name)) throw new CommandError('Permission denied\n');
      state.level = name;
      return '';
    },
  };
}

const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const sessionCommands: readonly Command[] = [
  lower('user'),
  lower('operator'),
  {
    name: 'show cli level',
    usage: 'show cli level                          : display the level of the current CLI session',
    level: 'user',
    run: ({ state }) => `${state.level}\n`,
  },
  {
    name: 'show cli sockets',
    usage: 'show cli sockets                        : dump list of cli sockets',
    level: 'operator',
    run: ({ scope }) =>
      `# socket lvl processes\n${scope.sockets.map(({ place, level }) => `${place} ${level} all\n`).join('')}`,
  },
  {
    name: 'set severity-output',
    usage: 'set severity-output [none|number|string]: set presence of severity level in feedback information',
    level: 'user',
    run: ({ state, words: [kind] }: Invocation): string => {
      if (kind !== 'none' && kind !== 'number' && kind !== 'string')
        throw new CommandError("one of 'none', 'number', 'string' is a required argument\n");
      state.severity = kind;
      return '';
    },
  },
  {
    name: 'set timeout',
    usage: 'set timeout [cli] <delay>               : change a timeout setting',
    level: 'user',
    run: ({ state, words: [what, delay = ''] }: Invocation): string => {
      if (what !== 'cli') throw new CommandError("'set timeout' only supports 'cli'.\n");
      const [, number, unit = 's'] = /^(\d+)(us|ms|s|m|h|d)?$/.exec(delay) ?? [];
      if (number === undefined || Number(number) === 0) throw new CommandError('Invalid timeout value.\n');
      state.timeoutMs = Number(number) * (units[unit] ?? 1000);
      return '';
    },
  },
];
