import { CommandError, type Command, type Invocation, namedFrontend } from './command.ts';
import { leadingNumber } from './words.ts';

const EXPECTS_INTEGER = 'Integer value expected.\n';

function limitProcess({ scope, words }: Invocation): string {
  const [text = ''] = words;
  if (text === '') throw new CommandError('Expects an integer value.\n');
  const { process } = scope;
  const limit = leadingNumber(text);
  if (limit < 0 || limit > process.hardMaxConnections) throw new CommandError('Value out of range.\n');
  process.maxConnections = limit === 0 ? process.hardMaxConnections : limit;
  return '';
}

export const frontendCommands: readonly Command[] = [
  {
    name: 'disable frontend',
    usage: 'disable frontend <frontend>             : temporarily disable specific frontend',
    level: 'admin',
    run: (invocation: Invocation): string => {
      const front = namedFrontend(invocation);
      if (front.state === 'stopped') throw new CommandError('Frontend was previously shut down, cannot disable.\n');
      if (front.state === 'paused') throw new CommandError('All sockets are already disabled.\n');
      front.state = 'paused';
      invocation.scope.frontends.pause(front);
      return '';
    },
  },
  {
    name: 'enable frontend',
    usage: 'enable frontend <frontend>              : re-enable specific frontend',
    level: 'admin',
    run: (invocation: Invocation): string => {
      const front = namedFrontend(invocation);
      if (front.state === 'stopped') throw new CommandError('Frontend was previously shut down, cannot enable.\n');
      if (front.state === 'open' || front.state === 'full')
        throw new CommandError('All sockets are already enabled.\n');
      front.state = 'open';
      invocation.scope.frontends.resume(front);
      return '';
    },
  },
  {
    name: 'shutdown frontend',
    usage: 'shutdown frontend <frontend>            : stop a specific frontend',
    level: 'admin',
    run: (invocation: Invocation): string => {
      const front = namedFrontend(invocation);
      if (front.state === 'stopped') throw new CommandError('Frontend was already shut down.\n');
      front.state = 'stopped';
      invocation.scope.frontends.stop(front);
      return '';
    },
  },
  {
    name: 'set maxconn frontend',
    usage: "set maxconn frontend <frontend> <value> : change a frontend's maxconn setting",
    level: 'admin',
    run: (invocation: Invocation): string => {
      const front = namedFrontend(invocation);
      const [, text = ''] = invocation.words;
      if (text === '') throw new CommandError(EXPECTS_INTEGER);
      const limit = leadingNumber(text);
      if (limit < 0) throw new CommandError('Value out of range.\n');
      front.maxConnections = limit;
      invocation.scope.frontends.limitChanged(front);
      return '';
    },
  },
  {
    name: 'set maxconn global',
    usage: 'set maxconn global <value>              : change the per-process maxconn setting',
    level: 'admin',
    run: limitProcess,
  },
];
