import { toLatin1 } from '../../http/octets.ts';
import { constantOf } from '../formats/log-format.ts';
import type { CheckStep, ExpectStep } from './check-steps.ts';

/** Where in the rules of `option tcp-check` a connection broke or time ran out, as HAProxy's messages say it. */
export function stepText(step: CheckStep): string {
  if (step.action === 'connect' && step.rule === undefined) return ' at initial connection step of tcp-check';
  const comment = step.comment === undefined ? '' : ` comment: '${step.comment}'`;
  return ` at step ${step.index + 1} of tcp-check${actionText(step)}${comment}`;
}

function actionText(step: CheckStep): string {
  switch (step.action) {
    case 'connect': {
      const port = step.rule?.port;
      return typeof port === 'number' ? ` (connect port ${port})` : ' (connect)';
    }
    case 'expect':
      return ` (expect ${expectedText(step.expectation)})`;
    default:
      return ' (send)';
  }
}

function expectedText(expectation: ExpectStep['expectation']): string {
  switch (expectation.what) {
    case 'text': {
      const text = constantOf(expectation.text);
      return text === undefined ? 'log-format string' : `string '${text}'`;
    }
    case 'octets':
      return `binary '${toLatin1(expectation.octets)}'`;
    case 'octetsPattern':
      return 'binary regex';
    default:
      return 'regex';
  }
}
