import type { FetchAsk } from './FetchBatch.js';
import type { FetchStep } from './FetchStep.js';
import type { JsonObject } from './mergeData.js';

/** An object in the data that waits for what a subgraph knows about it. */
export interface Target {
  readonly object: JsonObject;
  readonly step: FetchStep;
}

/** A distinct entity that is asked about. */
export interface AskedEntity {
  readonly representation: JsonObject;
  /** The text of the representation. */
  readonly key: string;
  readonly targets: Target[];
}

/** What one ask comes to in a run. */
export interface FetchPart {
  readonly ask: FetchAsk;
  /** The steps that are not left out by a condition. */
  readonly steps: readonly FetchStep[];
  /** Empty for a fetch of root fields. */
  readonly entities: readonly AskedEntity[];
  /** The objects that get the fields of a fetch of root fields. */
  readonly roots: readonly JsonObject[];
  /** Variables beside the client's: arguments that come from objects above. */
  readonly contextVariables: JsonObject;
}
