import type { FetchAsk } from './FetchBatch.js';
import type { FetchStep } from './FetchStep.js';
import type { JsonObject } from './mergeData.js';

/** A distinct entity that is asked about. */
export interface AskedEntity {
  readonly representation: JsonObject;
  /** Tells it from others of the same ask. */
  readonly key: string;
  /** The objects in the data that it stands for. */
  readonly objects: JsonObject[];
  /** For each of `objects` the step to which it belongs. */
  readonly steps: FetchStep[];
}

/** What one ask comes to in a run. */
export interface FetchPart {
  readonly ask: FetchAsk;
  /** The steps that ask: those that a condition leaves out, or that have no object to ask about, are not among them. */
  readonly steps: readonly FetchStep[];
  /** Empty for a fetch of root fields. */
  readonly entities: readonly AskedEntity[];
  /** The objects that get the fields of a fetch of root fields. */
  readonly roots: readonly JsonObject[];
  /** Variables beside the client's: arguments that come from objects above. */
  readonly contextVariables: JsonObject;
}
