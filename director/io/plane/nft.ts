import { spawn, spawnSync } from 'node:child_process';

/** nft could not be started, or refused rules. `rules` is what it was given. */
export class NftError extends Error {
  override readonly name = 'NftError';
  readonly rules: string;

  constructor(message: string, rules: string, cause?: unknown) {
    super(message, { cause });
    this.rules = rules;
  }
}

/** Loads rules in one transaction: all of them, or none and a rejection. Takes about 6 ms. */
export function loadRules(rules: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('nft', ['-f', '-'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    child.on('error', (cause) =>
      reject(new NftError(`Cannot start nft (package nftables): ${cause.message}`, rules, cause)),
    );
    child.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new NftError(`nft refused the packet plane's rules: ${complaint.trim()}`, rules));
    });
    // A child that could not start closes the pipe: its own error tells more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(rules);
  });
}

/** For the last moments of a process, when nothing can be awaited any more. */
export function loadRulesNow(rules: string): void {
  spawnSync('nft', ['-f', '-'], { input: rules, stdio: ['pipe', 'ignore', 'ignore'] });
}
