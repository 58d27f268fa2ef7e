import type { GraphFacts } from './GraphFacts.js';

/** What the planner's thread is started with. */
export interface ThreadStart {
  readonly supergraphSdl: string;
  /** Whether Apollo's gateway is asked, too, whether it takes the supergraph: once for each text is enough. */
  readonly isNew: boolean;
  /** The longest plan that is told, in characters of its JSON. */
  readonly planCharacters: number;
}

/** One operation to plan. The thread is sent the next one when it has answered. */
export interface PlanRequest {
  readonly operation: string;
  readonly overrides: ReadonlyMap<string, boolean>;
}

/** What the thread says: first that it is loaded or why not, then an answer to each request. */
export type ThreadMessage =
  | { readonly kind: 'loaded'; readonly facts: GraphFacts }
  | { readonly kind: 'refused'; readonly reason: string }
  /** `plan` is JSON; undefined when no subgraph has to be asked. */
  | { readonly kind: 'planned'; readonly plan: string | undefined; readonly milliseconds: number }
  | {
      readonly kind: 'failed';
      readonly reason: 'large' | 'bug';
      readonly message: string;
      readonly milliseconds: number;
    };
