import type { RuleReader } from '../config/ipvsadm/parse.ts';
import { parseArguments } from './ipvsadm/arguments.ts';
import { IpvsadmExit } from './ipvsadm/exit.ts';
import type { NameResolver } from './ipvsadm/values.ts';

/** Rules in files are read by the very code that reads ipvsadm's command line. */
export function ruleReader(names: NameResolver): RuleReader {
  return (words) => {
    try {
      const request = parseArguments(words, 'ipvsadm', names);
      if (request.type === 'execute') return request.command;
      return {
        wrong: request.type === 'sctp' ? 'this director does not balance SCTP' : `"${request.type}" changes nothing`,
      };
    } catch (error) {
      if (error instanceof IpvsadmExit) return { wrong: error.stderr.trim() || 'not a rule' };
      throw error;
    }
  };
}

/** For places that must not ask the machine: fuzzing, tests, texts that we have written ourselves. */
export const numbersOnly: NameResolver = { hostAddress: () => undefined, servicePort: () => undefined };
