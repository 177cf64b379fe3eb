import type { Explanation, FlowQuestion } from '../api/explain.ts';
import type { ConnectionSnapshot, DirectorSnapshot, TableSnapshot } from '../api/snapshot.ts';
import type { TableCommand, TableResult } from '../api/table.ts';
import type { MarkRule } from '../engine/marks.ts';
import { ServiceTable } from '../engine/ipvs/service-table.ts';
import { explainMark, type ExplainedMark } from '../engine/explain-mark.ts';
import type { ForwardingPlane } from '../engine/ipvs/plane.ts';
import { snapshotTable } from '../engine/ipvs/table-snapshot.ts';
import type { ChosenPlane } from './control/create-plane.ts';
import { interfaceTowards } from './incoming-interface.ts';

/** The forwarding plane, if one is needed. */
export class PlaneSlot {
  #chosen: ChosenPlane | undefined;
  #local: readonly string[] = [];
  /** By which the plane marks packets. */
  #marks: readonly MarkRule[] = [];

  get #plane(): ForwardingPlane | undefined {
    return this.#chosen?.plane;
  }

  get running(): boolean {
    return this.#plane !== undefined;
  }

  get description(): DirectorSnapshot['plane'] {
    return this.#chosen
      ? { name: this.#chosen.plane.name, reason: this.#chosen.reason }
      : { name: 'none', reason: 'there are no virtual services' };
  }

  setPlane(chosen: ChosenPlane): void {
    this.#chosen = chosen;
    chosen.plane.setLocalAddresses(this.#local);
  }

  /** False where the kernel's own firewall marks packets. */
  get setsMarks(): boolean {
    return this.#chosen?.setMarks !== undefined;
  }

  setMarks(rules: readonly MarkRule[]): void {
    this.#marks = rules;
    this.#chosen?.setMarks?.(rules);
  }

  drops(): Readonly<Record<string, number>> {
    return this.#chosen?.drops?.() ?? {};
  }

  /** How many connections other directors have told; undefined where a director that starts cannot ask for them. */
  async learned(): Promise<number | undefined> {
    return this.#chosen?.learned?.();
  }

  /** Without a plane nothing is done, and there are no results. */
  execute(commands: readonly TableCommand[]): Promise<readonly TableResult[]> {
    return this.#plane?.execute(commands) ?? Promise.resolve([]);
  }

  setLocalAddresses(addresses: readonly string[]): void {
    this.#local = addresses;
    this.#plane?.setLocalAddresses(addresses);
  }

  addInterfaces(names: readonly string[]): void {
    this.#plane?.addInterfaces(names);
  }

  table(): TableSnapshot {
    return this.#plane?.table() ?? snapshotTable(new ServiceTable());
  }

  connections(): Promise<ConnectionSnapshot[]> {
    return this.#plane?.connections() ?? Promise.resolve([]);
  }

  async explain(question: FlowQuestion): Promise<Explanation> {
    if (!this.#plane)
      return {
        by: 'no-service',
        steps: ['Nothing is forwarded: there are no virtual services'],
        candidates: [],
      };
    const marked = this.#markOf(question);
    if (!marked) return this.#plane.explain(question);
    const explanation = await this.#plane.explain({ ...question, mark: marked.mark });
    return { ...explanation, steps: [marked.step, ...explanation.steps] };
  }

  /** Undefined where the question says it, or where rules of ours have no part in it. */
  #markOf(question: FlowQuestion): ExplainedMark | undefined {
    if (!this.setsMarks || question.mark !== undefined || this.#marks.length === 0) return undefined;
    const interfaceName = question.interface ?? interfaceTowards(question.clientAddress);
    return explainMark(this.#marks, question, interfaceName);
  }

  async stop(): Promise<void> {
    await this.#plane?.stop();
    this.#chosen = undefined;
  }
}
