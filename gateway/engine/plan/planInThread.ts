/** The thread in which plans are made: see `PlannerThread`. */
import { parentPort, workerData } from 'node:worker_threads';
import { OperationPlanner } from './OperationPlanner.js';
import type { PlanRequest, ThreadMessage, ThreadStart } from './threadMessages.js';

const { supergraphSdl, isNew, planCharacters } = workerData as ThreadStart;

function say(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function answer(planner: OperationPlanner, { operation, overrides }: PlanRequest): ThreadMessage {
  const startedAt = performance.now();
  const milliseconds = (): number => performance.now() - startedAt;
  try {
    const node = planner.plan(operation, overrides);
    const plan = node && JSON.stringify(node);
    if (plan !== undefined && plan.length > planCharacters) {
      const message = `its plan has ${plan.length} characters; ${planCharacters} are allowed`;
      return { kind: 'failed', reason: 'large', message, milliseconds: milliseconds() };
    }
    return { kind: 'planned', plan, milliseconds: milliseconds() };
  } catch (error) {
    // The ways to reach a field were too many to be listed, or the selections nest too deep to be followed.
    const reason = error instanceof RangeError ? 'large' : 'bug';
    return { kind: 'failed', reason, message: reasonOf(error), milliseconds: milliseconds() };
  }
}

try {
  const planner = new OperationPlanner(supergraphSdl);
  if (isNew) {
    const { loadWithApollo } = await import('../../apollo/loadWithApollo.js');
    await loadWithApollo(supergraphSdl);
  }
  parentPort?.on('message', (request: PlanRequest) => say(answer(planner, request)));
  say({ kind: 'loaded', facts: planner.facts });
} catch (error) {
  say({ kind: 'refused', reason: reasonOf(error) });
}
