import type { EngineRequest } from './CompiledOperation.js';
import type { Failures } from './Failures.js';
import type { JsonObject } from './mergeData.js';

/** The state of one operation while it runs. */
export interface EngineRun {
  /** What the subgraphs said so far, in the shape of the response. */
  readonly data: JsonObject;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly request: EngineRequest;
  /** When no subgraph is waited for any longer, as `performance.now()` tells time. */
  readonly endsAt: number;
  /** What went wrong upstream, with paths in the client's response. */
  readonly failures: Failures;
  /** The distinct objects at the path of a step, by its `placesKey`. */
  readonly places: Map<string, JsonObject[]>;
  /** Entities by the ask that brought them and the text of their representation. */
  readonly entities: Map<string, Map<string, KnownEntity>>;
}

/** An entity that this operation has fetched before. */
export interface KnownEntity {
  /** Null when the subgraph does not know it. */
  readonly value: JsonObject | null;
  /** The shape (see `FetchStep`) of the step into whose places it was put as it is; others get a copy. */
  readonly shape: string;
}
