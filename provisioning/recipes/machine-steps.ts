import { hereDocument, quote } from './quote.ts';
import type { CommandStep, FileStep, RecipeStep } from './recipe.ts';

export type MachineScriptStyle = 'readable' | 'progress';

/** Steps as text for `machine-script.ts`, whose functions they call; numbered from `first`. */
export function renderSteps(steps: readonly RecipeStep[], first: number, style: MachineScriptStyle): string[] {
  // The way out for progress: what a command leaves behind must not hold it open.
  const redirection = style === 'progress' ? '< /dev/null 3>&-' : '< /dev/null';
  return steps.map((step, index) => renderStep(step, first + index, redirection));
}

function renderStep(step: RecipeStep, number: number, redirection: string): string {
  const title = oneLine(step.title);
  const section = step.section === undefined ? '' : oneLine(step.section);
  const where = section === '' ? '' : ` (document: ${section})`;
  const words = [String(number), quote(title), ...(section === '' ? [] : [quote(section)])];
  return `# ${number}. ${title}${where}\nstep ${words.join(' ')}\n${renderAction(step, redirection)}\n`;
}

function renderAction(step: RecipeStep, redirection: string): string {
  switch (step.kind) {
    case 'file':
      return renderFile(step);
    case 'command':
      return renderCommand(step, redirection);
    case 'service':
      return `serve ${quote(step.unit)}`;
  }
}

function renderFile({ path, content, mode }: FileStep): string {
  return `put ${quote(path)}${mode === undefined ? '' : ` ${mode}`} ${hereDocument(content)}`;
}

/** In a subshell, so that it can neither move nor end the script, and away from standard input, which may be the script. */
export function renderCommand(
  { run, unless }: Pick<CommandStep, 'run' | 'unless'>,
  redirection = '< /dev/null',
): string {
  const command = `(\n${run.trimEnd()}\n) ${redirection}`;
  if (unless === undefined) return command;
  const condition = unless.includes('\n') ? `(\n${unless.trimEnd()}\n)` : `{ ${unless}; }`;
  return `if ! ${condition} ${redirection}; then ${command}; fi`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
