import type { Acl, AclTest, Condition, ConditionTerm } from '../expressions.ts';
import { compileSample } from '../samples/compile.ts';
import { groupTest } from '../samples/fetches/authorization.ts';
import { textAt } from '../samples/fetches/fetch.ts';
import type { Setting } from '../samples/setting.ts';
import type { Subject } from '../samples/subject.ts';
import { compilePatterns } from './patterns.ts';

/** `unknown`: what is not here yet may decide; never for a subject that is final. */
export type Finding = 'passes' | 'fails' | 'unknown';

type Evaluate = (subject: Subject) => Finding;

function compileTest({ sample, patterns }: AclTest, setting: Setting): (subject: Subject) => boolean {
  // This one compares with what its user belongs to, and not with what it fetches.
  if (sample.fetch === 'http_auth_group' && sample.converters.length === 0 && patterns.method === 'str')
    return groupTest(textAt(sample.arguments, 0), patterns.values, setting);
  const sampler = compileSample(sample, setting);
  const test = compilePatterns(patterns, setting);
  return (subject) => sampler.some(subject, test);
}

function compileAcl({ tests }: Acl, setting: Setting): Evaluate {
  const compiled = tests.map((test) => compileTest(test, setting));
  return (subject) => {
    let finding: Finding = 'fails';
    for (const test of compiled) {
      subject.begunTest();
      if (test(subject)) return 'passes';
      if (subject.isOpen) finding = 'unknown';
    }
    return finding;
  };
}

const opposite = { passes: 'fails', fails: 'passes', unknown: 'unknown' } as const;

function compileTerm({ negated, acl }: ConditionTerm, setting: Setting): Evaluate {
  const evaluate = compileAcl(acl, setting);
  return negated ? (subject) => opposite[evaluate(subject)] : evaluate;
}

/** The terms of an alternative: all must pass, and the first that fails decides. */
function allOf(terms: readonly Evaluate[]): Evaluate {
  const [only] = terms;
  if (only !== undefined && terms.length === 1) return only;
  return (subject) => {
    let finding: Finding = 'passes';
    for (const term of terms) {
      const one = term(subject);
      if (one === 'fails') return 'fails';
      if (one === 'unknown') finding = 'unknown';
    }
    return finding;
  };
}

/** Section 7.2. */
export function evaluateCondition(condition: Condition, setting: Setting): Evaluate {
  const alternatives = condition.alternatives.map((terms) => allOf(terms.map((term) => compileTerm(term, setting))));
  const evaluate: Evaluate = (subject) => {
    let finding: Finding = 'fails';
    for (const alternative of alternatives) {
      const one = alternative(subject);
      if (one === 'passes') return 'passes';
      if (one === 'unknown') finding = 'unknown';
    }
    return finding;
  };
  return condition.polarity === 'if' ? evaluate : (subject) => opposite[evaluate(subject)];
}

/** Where nothing more is waited for: whether it holds. No condition always does. */
export function compileCondition(condition: Condition | undefined, setting: Setting): (subject: Subject) => boolean {
  if (condition === undefined) return () => true;
  const evaluate = evaluateCondition(condition, setting);
  return (subject) => evaluate(subject) === 'passes';
}
