/** What the pretended nodes know how to say. */
export interface ShellContext {
  readonly node: string;
  /** Lines of `ip addr`. */
  addresses(): string[];
}

/** A tiny shell: it echoes what is typed, runs a few words, and knows backspace, Ctrl-C and `exit`. */
export class FakeShell {
  readonly #context: ShellContext;
  readonly #print: (text: string) => void;
  readonly #exit: (code: number) => void;
  #line = '';

  constructor(context: ShellContext, print: (text: string) => void, exit: (code: number) => void) {
    this.#context = context;
    this.#print = print;
    this.#exit = exit;
    print(`Linux ${context.node} 6.18 x86_64\r\n\r\n`);
    this.#prompt();
  }

  write(text: string): void {
    for (const character of text) this.#key(character);
  }

  #key(character: string): void {
    if (character === '\r') this.#enter();
    else if (character === '\u0003') this.#abandon();
    else if (character === '\u007f') this.#erase();
    else if (character >= ' ') {
      this.#line += character;
      this.#print(character);
    }
  }

  #enter(): void {
    const line = this.#line.trim();
    this.#line = '';
    this.#print('\r\n');
    if (line === 'exit') {
      this.#exit(0);
      return;
    }
    for (const answer of this.#run(line)) this.#print(`${answer}\r\n`);
    this.#prompt();
  }

  #abandon(): void {
    this.#line = '';
    this.#print('^C\r\n');
    this.#prompt();
  }

  #erase(): void {
    if (this.#line === '') return;
    this.#line = this.#line.slice(0, -1);
    this.#print('\b \b');
  }

  #run(line: string): string[] {
    const [word, ...rest] = line.split(/\s+/);
    switch (word) {
      case '':
      case undefined:
        return [];
      case 'hostname':
        return [this.#context.node];
      case 'ip':
        return this.#context.addresses();
      case 'echo':
        return [rest.join(' ')];
      case 'colours':
        return [31, 32, 33, 34, 35, 36].map((code) => `\u001b[${code}mcolour ${code}\u001b[0m`);
      default:
        return [`bash: ${word}: command not found`];
    }
  }

  #prompt(): void {
    this.#print(`\u001b[32mroot@${this.#context.node}\u001b[0m:~# `);
  }
}
