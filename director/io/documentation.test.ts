import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { numbersOnly, ruleReader } from '../cli/rule-reader.ts';
import { parseConfiguration, type FormatName } from '../config/formats.ts';
import { formatProblem } from '../config/problem.ts';
import { directorEventSchema } from '../api/event.ts';
import { adminMethods } from '../api/admin.ts';

const page = (name: string): string => readFileSync(new URL(`../../docs/director/${name}`, import.meta.url), 'utf8');

/** The first block of code after a heading. */
function example(text: string, heading: string): string {
  const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return /^```\w*\n(.*?)^```/ms.exec(section)?.[1] ?? '';
}

describe('what the documentation shows can be used', () => {
  const formats: (readonly [string, FormatName])[] = [
    ['director.yaml', 'yaml'],
    ['ldirectord.cf', 'ldirectord'],
    ['lvs.cf', 'lvs'],
    ['ipvsadm', 'ipvsadm'],
  ];
  it.each(formats)('the example of %s', (heading, format) => {
    const text = example(page('configuration.md'), heading);
    const { configuration, problems } = parseConfiguration(text, heading, {
      format,
      readRule: ruleReader(numbersOnly),
    });
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(formatProblem)).toEqual([]);
    expect(configuration?.virtualServers).toHaveLength(1);
  });
});

describe('the page about the admin API', () => {
  const text = page('admin-api.md');
  const listed = (heading: string): string[] => {
    const section = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    return [...section.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
      names.split(', ').map((name) => name.slice(1, -1)),
    );
  };

  it('lists every method and every event', () => {
    expect(listed('Methods').sort()).toEqual([...Object.keys(adminMethods), 'watch'].sort());
    const types = directorEventSchema.options.map((option) => option.shape.type.value);
    expect(listed('Events').sort()).toEqual([...types].sort());
  });

  it('shows requests that are understood', () => {
    const [request = ''] = /^\{"method":"explain".*$/m.exec(text) ?? [];
    const { method: _, ...fields } = JSON.parse(request) as { method: string };
    expect(adminMethods.explain.input.safeParse(fields).success).toBe(true);
  });
});
