import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import type { Representer } from './compileRepresentation.js';
import type { Rewrite } from './dataRewrites.js';
import type { FetchOperation } from './fetchOperation.js';
import type { PathStep } from './responsePlaces.js';

/** A variable on which a step hangs (the planner's `Condition`), and the value that it must have. */
export interface StepCondition {
  readonly variable: string;
  readonly value: boolean;
}

/** One fetch node of a plan, compiled. */
export interface FetchStep {
  readonly index: number;
  readonly service: string;
  readonly operation: FetchOperation;
  readonly variableUsages: readonly string[];
  /** Where in the data the objects are that it adds to. */
  readonly path: readonly PathStep[];
  /** Steps with the same key here find the same objects at their paths. */
  readonly placesKey: string;
  /** `path` as keys joined by dots. */
  readonly at: string;
  /** Absent for a fetch of root fields. */
  readonly representer: Representer | undefined;
  readonly rewriteInput: Rewrite | undefined;
  readonly rewriteOutput: Rewrite | undefined;
  /** Arguments that come from objects above (`@context`). */
  readonly contexts: readonly FetchDataKeyRenamer[];
  readonly conditions: readonly StepCondition[];
  /** Steps that must be over before this one starts, by index. */
  readonly after: readonly number[];
  /** 0 for one that waits for none, else one more than the highest of those that it waits for. */
  readonly level: number;
  /**
   * Whether all places of this step get the same from other steps; not so when one of them has to do with objects below some
   * types only. Only then may places of one entity have objects in common.
   */
  readonly uniform: boolean;
  /** What other steps add at `at` and below: two steps of one shape may put the same objects into the data. */
  readonly shape: string;
  /** Response paths, with dots, of the objects and lists of objects that it brings below its own. */
  readonly nested: readonly string[];
}
