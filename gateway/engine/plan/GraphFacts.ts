import type { AccessTables } from '../../access/accessRules.js';
import type { CostWeights } from '../../limits/costWeights.js';

/** What the planner's thread tells of a supergraph once it is loaded: all that running operations needs beside their plans. */
export interface GraphFacts {
  /** SDL of what clients see. */
  readonly apiSdl: string;
  /** SDL of what the subgraphs share: it knows the types that clients do not see. */
  readonly supergraphSdl: string;
  /** What callers need to see what. */
  readonly access: AccessTables;
  /** What it says about costs. */
  readonly costWeights: CostWeights;
  /** The names of fields that some field set selects with arguments. */
  readonly requiredWithArguments: ReadonlySet<string>;
  /** The labels of progressive `@override` that apply to a share of the requests, in percent. */
  readonly overridePercents: ReadonlyMap<string, number>;
}
