import { InvalidArgumentError } from 'commander';

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('It must be a number above 0.');
  }
  return value;
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** One of several: a network that moves, and where to. */
export function networkMove(text: string, earlier: readonly string[] = []): readonly string[] {
  if (!/^[^=]+(=[^=]+)?$/.test(text)) throw new InvalidArgumentError('It must be NETWORK=CIDR, or NETWORK alone.');
  return [...earlier, text];
}

/** The same option on every command that makes something of a testbed. */
export const renumberOption = [
  '--renumber <network[=cidr]>',
  'give a network other addresses, of the same prefix length; without CIDR a free one is found (may be repeated)',
  networkMove,
] as const;
