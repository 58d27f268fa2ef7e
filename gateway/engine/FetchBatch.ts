import type { FetchStep } from './FetchStep.js';

/** Steps that ask one subgraph for the very same selection, so that their entities go into one list. */
export interface FetchAsk {
  /** Equal for the same question to the same subgraph anywhere in a plan. */
  readonly id: string;
  readonly steps: readonly [FetchStep, ...FetchStep[]];
  /** Whether its entities may be asked for again later, and are the same then: nothing is after a mutation. */
  readonly remembers: boolean;
}

/** Asks that go to one subgraph in one request. */
export interface FetchBatch {
  readonly service: string;
  readonly steps: readonly FetchStep[];
  readonly asks: readonly FetchAsk[];
  /** Ended when the caller goes away, and sent again when it failed in passing; not so a mutation, which may have happened. */
  readonly abortable: boolean;
}

/**
 * Puts steps together that ask the same subgraph at the same level. What changes something goes alone, and so does what takes
 * arguments from objects above, because it becomes several requests.
 *
 * @param steps in the order of the plan
 */
export function groupSteps(steps: readonly FetchStep[]): FetchBatch[] {
  const groups = new Map<string, FetchStep[]>();
  for (const step of steps) {
    const alone = step.operation.kind === 'mutation' || step.contexts.length > 0;
    const key = JSON.stringify([step.service, step.level, alone ? step.index : 'together']);
    const group = groups.get(key);
    if (group) group.push(step);
    else groups.set(key, [step]);
  }
  const changes = steps.some(({ operation }) => operation.kind === 'mutation');
  return [...groups.values()].map((group) => ({
    service: group[0]?.service ?? '',
    steps: group,
    asks: asksOf(group, (id) => !changes && steps.filter((step) => askId(step) === id).length > 1),
    abortable: group.every(({ operation }) => operation.kind !== 'mutation'),
  }));
}

function asksOf(steps: readonly FetchStep[], remembers: (id: string) => boolean): FetchAsk[] {
  const asks = new Map<string, [FetchStep, ...FetchStep[]]>();
  for (const step of steps) {
    const id = askId(step);
    const same = asks.get(id);
    if (same) same.push(step);
    else asks.set(id, [step]);
  }
  return [...asks].map(([id, together]) => ({ id, steps: together, remembers: remembers(id) }));
}

/** What arguments from above an entity was fetched with is not in its representation. */
function askId({ index, service, representer, contexts, operation, rewriteOutput, at }: FetchStep): string {
  const alone = !representer || contexts.length > 0;
  return JSON.stringify([service, alone ? index : 'entities', operation.selectionText, rewriteOutput ? at : '']);
}
