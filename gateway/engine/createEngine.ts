import { type DocumentNode, type GraphQLSchema, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { CompiledOperation, CompiledSubscription } from './CompiledOperation.js';
import { OperationPlanner } from './OperationPlanner.js';
import type { SubgraphConnection } from './SubgraphConnection.js';
import { type Graph, compileOperation } from './compileOperation.js';
import { overrideLabels } from './overrideLabels.js';

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
   * Compiles an operation, or finds it compiled: by the document itself, else by its text.
   *
   * @param document valid by `apiSchema`
   * @throws GraphQLError when the document holds no such operation
   * @throws when the planner cannot plan it
   */
  compile(document: DocumentNode, operationName?: string): CompiledOperation | CompiledSubscription;
}

const DEFAULT_CACHE_SIZE = 1_000;

/**
 * Makes the engine of a supergraph.
 *
 * @throws when the text is no valid supergraph
 */
export function createEngine(options: EngineOptions): Engine {
  const planner = new OperationPlanner(options.supergraphSdl);
  const graph: Graph = {
    planner,
    labels: overrideLabels(options.supergraphSdl),
    upstream: { subgraphs: options.subgraphs, logger: options.logger },
  };
  const byText = new LRUCache<string, CompiledOperation | CompiledSubscription>({
    max: options.cacheSize ?? DEFAULT_CACHE_SIZE,
  });
  // Apollo Server keeps the documents of texts that it has seen, so most are found without writing them out again.
  const textOf = new WeakMap<DocumentNode, string>();

  return {
    apiSchema: planner.apiSchema,
    compile(document, operationName) {
      let text = textOf.get(document);
      if (text === undefined) textOf.set(document, (text = print(document)));
      const key = `${operationName ?? ''}\n${text}`;
      let compiled = byText.get(key);
      if (!compiled) byText.set(key, (compiled = compileOperation(graph, document, operationName)));
      return compiled;
    },
  };
}
