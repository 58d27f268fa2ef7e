import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { SubgraphAnswer } from '../upstream/SubgraphAnswer.js';
import type { SubgraphRequest } from '../upstream/SubgraphClient.js';
import type { CompiledOperation, CompiledSubscription } from './CompiledOperation.js';
import { OperationPlanner } from './OperationPlanner.js';

/** How the engine reaches a subgraph; `SubgraphClient` is one. */
export interface SubgraphConnection {
  /** @throws SubgraphFailure when there is no answer that can be used */
  ask(
    request: SubgraphRequest,
    options: { readonly headers: Readonly<Record<string, string>>; readonly signal?: AbortSignal | undefined },
  ): Promise<SubgraphAnswer>;
}

export interface EngineOptions {
  /** The composed supergraph, as it is. */
  readonly supergraphSdl: string;
  /** By the name that the supergraph gives them. */
  readonly subgraphs: ReadonlyMap<string, SubgraphConnection>;
  /** Told of each subgraph that gave no answer; nothing is logged without it. */
  readonly logger?: Logger;
  /** How many compiled operations are kept, 1,000 by default. */
  readonly cacheSize?: number;
}

/** Runs the operations of one supergraph. A new supergraph is a new engine; what runs on the old one ends there. */
export interface Engine {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /**
   * Compiles an operation, or finds it compiled.
   *
   * @param document valid by `apiSchema`
   * @throws GraphQLError when the document holds no such operation, or the planner cannot plan it
   */
  compile(document: DocumentNode, operationName?: string): CompiledOperation | CompiledSubscription;
}

/**
 * Makes the engine of a supergraph.
 *
 * @throws when the text is no valid supergraph
 */
export function createEngine(options: EngineOptions): Engine {
  const planner = new OperationPlanner(options.supergraphSdl);
  return {
    apiSchema: planner.apiSchema,
    compile(document, operationName) {
      const node = planner.plan(document, operationName, new Map());
      throw new Error(`The engine plans (${node?.kind ?? 'nothing to ask'}) and does not run yet.`);
    },
  };
}
