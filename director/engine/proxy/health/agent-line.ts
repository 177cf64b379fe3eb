import type { AgentAdvice } from './check-status.ts';

const HEALTH: ReadonlySet<string> = new Set(['up', 'down', 'stopped', 'fail']);
const PREFIX = 'maxconn:';

/** The line that an agent has sent, without its end: words between blanks or commas, then `# remark`. */
export function readAgentLine(line: string): AgentAdvice {
  const advice: { -readonly [K in keyof AgentAdvice]: AgentAdvice[K] } = { remark: '' };
  // A number sign begins the remark only where a word could begin.
  const words = /([ \t,]*)(#[ \t]*(?<remark>[^]*)|[^ \t,]+)/y;
  for (let found = words.exec(line); found !== null; found = words.exec(line)) {
    const remark = found.groups?.['remark'];
    if (remark !== undefined) advice.remark = remark;
    else takeWord(found[2] ?? '', advice);
  }
  return advice;
}

function takeWord(word: string, advice: { -readonly [K in keyof AgentAdvice]: AgentAdvice[K] }): void {
  const lower = word.toLowerCase();
  if (HEALTH.has(lower)) advice.health = word;
  else if (lower === 'ready' || lower === 'drain' || lower === 'maint') advice.mode = lower;
  else if (/^\d/.test(word) && word.includes('%')) advice.weight = word;
  else if (lower.startsWith(PREFIX)) advice.maxConnections = word.slice(PREFIX.length);
  else advice.unknown ??= word;
}
