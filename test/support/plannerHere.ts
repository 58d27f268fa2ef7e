import { OperationPlanner } from '../../gateway/engine/plan/OperationPlanner.js';
import { PlanFailed } from '../../gateway/engine/plan/PlanFailed.js';
import type { Planner } from '../../gateway/engine/plan/PlannedGraph.js';

/** The planner in this thread: for tests that have many supergraphs, and none that keeps the planner busy. */
export function plannerHere(supergraphSdl: string): Planner {
  const planner = new OperationPlanner(supergraphSdl);
  return {
    facts: planner.facts,
    async plan(operation, { overrides }) {
      try {
        // As it comes out of the thread.
        const node = planner.plan(operation, overrides);
        return node && JSON.parse(JSON.stringify(node));
      } catch (cause) {
        throw new PlanFailed('bug', cause instanceof Error ? cause.message : String(cause), { cause });
      }
    },
  };
}
