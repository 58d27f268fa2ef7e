import { type DocumentNode, type GraphQLSchema, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { CompiledOperation, CompiledSubscription } from './CompiledOperation.js';
import { OperationPlanner } from './OperationPlanner.js';
import type { SubgraphConnection } from './SubgraphConnection.js';
import { type Graph, compileOperation } from './compileOperation.js';
import { overrideLabels } from './overrideLabels.js';
import { shareRuns } from './shareRuns.js';

export interface EngineOptions {
  /** The composed supergraph, as it is. */
  readonly supergraphSdl: string;
  /** By the name that the supergraph gives them. */
  readonly subgraphs: ReadonlyMap<string, SubgraphConnection>;
  /** Told of each subgraph that gave no answer; nothing is logged without it. */
  readonly logger?: Logger;
  /** Lets identical queries of one caller that are in flight at once have one run; off by default. */
  readonly shareIdenticalQueries?: boolean;
  /** How many compiled operations are kept, 1,000 by default. */
  readonly cacheSize?: number;
  /** Told whenever an operation is asked for, and whether it was compiled already. */
  readonly onLookup?: ((found: boolean) => void) | undefined;
}

/** Runs the operations of one supergraph. A new supergraph is a new engine; what runs on the old one ends there. */
export interface Engine {
  /** What clients see. */
  readonly apiSchema: GraphQLSchema;
  /** How many compiled operations are kept. */
  readonly size: number;
  /**
   * Compiles an operation, or finds it compiled: by the document itself, else by its text.
   *
   * @param document valid by `apiSchema`
   * @throws GraphQLError when the document holds no such operation
   * @throws when the planner cannot plan it
   */
  compile(document: DocumentNode, operationName?: string): Compiled;
}

type Compiled = CompiledOperation | CompiledSubscription;

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
  const byText = new LRUCache<string, Compiled>({
    max: options.cacheSize ?? DEFAULT_CACHE_SIZE,
  });
  // Apollo Server keeps the documents of texts that it has seen, so most are found without writing them out again.
  const byDocument = new WeakMap<DocumentNode, Map<string | undefined, Compiled>>();

  function findOrCompile(document: DocumentNode, operationName: string | undefined): Compiled {
    const key = `${operationName ?? ''}\n${print(document)}`;
    const known = byText.get(key);
    options.onLookup?.(known !== undefined);
    if (known) return known;
    const operation = compileOperation(graph, document, operationName);
    const compiled = options.shareIdenticalQueries && operation.kind === 'query' ? shareRuns(operation) : operation;
    byText.set(key, compiled);
    return compiled;
  }

  return {
    apiSchema: planner.apiSchema,
    get size() {
      return byText.size;
    },
    compile(document, operationName) {
      let known = byDocument.get(document);
      if (!known) byDocument.set(document, (known = new Map()));
      let compiled = known.get(operationName);
      if (compiled) options.onLookup?.(true);
      else known.set(operationName, (compiled = findOrCompile(document, operationName)));
      return compiled;
    },
  };
}
