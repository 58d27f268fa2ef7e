import type { PlanNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { EngineRun } from './EngineRun.js';
import { groupSteps } from './FetchBatch.js';
import { compileSchedule } from './compileSchedule.js';
import { listSteps } from './listSteps.js';
import { entityPlacer } from './placeEntity.js';
import { type Upstream, compileBatch } from './runBatch.js';
import { objectTypeMatcher } from './typeMatcher.js';

/** A plan, ready to run. */
export interface CompiledPlan {
  /** Fills the data of a run. It never rejects for what a subgraph does. */
  readonly run: (run: EngineRun) => Promise<void>;
  /** Response paths at which one object may stand in several places. */
  readonly sharedPaths: ReadonlySet<string>;
  /** Of the texts of its fetches together. */
  readonly characters: number;
}

/**
 * Compiles a plan: its fetches become steps, and steps that may go together become batches.
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
  const placer = entityPlacer(objectTypeMatcher(schema), sharing);
  const batches = groupSteps(steps);
  const sharedPaths = new Set<string>();
  for (const { representer, at, nested } of steps) {
    if (sharing && representer) for (const path of [at, ...nested]) sharedPaths.add(path);
  }
  return {
    sharedPaths,
    characters: steps.reduce((sum, { operation }) => sum + operation.text.length, 0),
    run: compileSchedule(
      steps,
      batches.map((batch) => ({ batch, run: compileBatch(batch, placer, upstream) })),
    ),
  };
}
