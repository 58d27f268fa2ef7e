import type { PlanNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { EngineRun } from './EngineRun.js';
import { groupSteps } from './FetchBatch.js';
import { listSteps } from './listSteps.js';
import { entityPlacer } from './placeEntity.js';
import { type Upstream, compileBatch } from './runBatch.js';
import { objectTypeMatcher } from './typeMatcher.js';

/** A plan, ready to run. */
export interface CompiledPlan {
  /** Fills the data of a run. It never rejects for what a subgraph does. */
  run(run: EngineRun): Promise<void>;
  /** Response paths at which one object may stand in several places. */
  readonly sharedPaths: ReadonlySet<string>;
}

/**
 * Compiles a plan: its fetches become batches that start as soon as those that they wait for are over.
 *
 * @param schema the supergraph's
 * @param given the response paths that are in the data from the start
 */
export function compilePlan(
  schema: GraphQLSchema,
  node: PlanNode | undefined,
  upstream: Upstream,
  given?: ReadonlySet<string>,
): CompiledPlan {
  const steps = listSteps(schema, node, given);
  const sharing = steps.every(({ contexts }) => contexts.length === 0);
  const placeEntity = entityPlacer(objectTypeMatcher(schema), sharing);
  const batches = groupSteps(steps).map((batch) => ({ ...batch, run: compileBatch(batch, placeEntity, upstream) }));

  const sharedPaths = new Set<string>();
  for (const { represent, nested } of steps) {
    if (sharing && represent) for (const path of nested) sharedPaths.add(path);
  }

  return {
    sharedPaths,
    run: (run) =>
      new Promise((resolve, reject) => {
        const waiting = batches.map(({ waitsFor }) => waitsFor);
        let left = batches.length;
        const finish = (batch: (typeof batches)[number]): void => {
          left -= 1;
          for (const next of batch.next) {
            waiting[next] = (waiting[next] ?? 0) - 1;
            if (waiting[next] === 0) start(next);
          }
          if (left === 0) resolve();
        };
        const start = (index: number): void => {
          const batch = batches[index];
          if (!batch) return;
          const running = batch.run(run);
          if (running) running.then(() => finish(batch)).catch(reject);
          else finish(batch);
        };
        if (left === 0) resolve();
        for (const { index, waitsFor } of batches) if (waitsFor === 0) start(index);
      }),
  };
}
