import type { Explanation, FlowQuestion } from '../../api/explain.ts';
import type { Balancer } from './balancer.ts';

/** Placeholder of engineer C until engineer B's file is here. */
export function explain(_balancer: Balancer, question: FlowQuestion, _now: number): Explanation {
  return { by: 'no-service', steps: [`Nobody can say yet where ${question.clientAddress} goes`], candidates: [] };
}
