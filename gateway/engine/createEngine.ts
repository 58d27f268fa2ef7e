import { type DocumentNode, type GraphQLSchema, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Caller } from '../../schema/contract.js';
import { Access } from '../access/Access.js';
import type { DeniedFields } from '../access/DeniedFields.js';
import { type Guard, meets } from '../access/Guard.js';
import { visibleSchema } from '../access/visibleSchema.js';
import type { CompiledOperation, CompiledSubscription, RefusedSubscription } from './CompiledOperation.js';
import { OperationPlanner } from './OperationPlanner.js';
import type { SubgraphConnection } from './SubgraphConnection.js';
import { type Graph, compileOperation } from './compileOperation.js';
import { documentGuards } from './documentGuards.js';
import { overrideLabels } from './overrideLabels.js';
import { shareRuns } from './shareRuns.js';

export interface EngineOptions {
  /** The composed supergraph, as it is. */
  readonly supergraphSdl: string;
  /** By the name that the supergraph gives them. */
  readonly subgraphs: ReadonlyMap<string, SubgraphConnection>;
  /** Told of each subgraph that gave no answer; nothing is logged without it. */
  readonly logger?: Logger;
  /** How long an operation may take with all its fetches, in milliseconds; 30,000 by default. */
  readonly deadlineMs?: number;
  /** Lets identical queries of one caller that are in flight at once have one run; off by default. */
  readonly shareIdenticalQueries?: boolean;
  /** What becomes of fields that the caller may not see; `error` by default. */
  readonly deniedFields?: DeniedFields;
  /** Whether introspection tells callers only of what they may see; off by default. */
  readonly introspectionHidesDenied?: boolean;
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
  /** Whether the supergraph guards anything with `@authenticated` or `@requiresScopes`. */
  readonly isGuarded: boolean;
  /**
   * Compiles an operation, or finds it compiled: by the document itself, else by its text. Callers who may see the same of it have it
   * in common.
   *
   * @param document valid by `apiSchema`
   * @throws GraphQLError when the document holds no such operation
   * @throws when the planner cannot plan it
   */
  compile(document: DocumentNode, operationName: string | undefined, caller: Caller): Compiled;
  /** What was asked for most of what is kept, the most used first; each with one of those who asked. */
  mostUsed(limit: number): readonly UsedOperation[];
}

/** An operation as it was asked for. */
interface UsedOperation {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly caller: Caller;
}

/** A compiled operation that is kept. */
interface Kept extends UsedOperation {
  readonly compiled: Compiled;
  uses: number;
}

type Compiled = CompiledOperation | CompiledSubscription | RefusedSubscription;

/** A document that was asked for, with what was compiled of it. */
interface Known {
  /** Those that make a difference to it. */
  readonly guards: readonly Guard[];
  /** By the operation's name and the guards that the caller does not meet. */
  readonly compiled: LRUCache<string, Kept>;
}

const DEFAULT_CACHE_SIZE = 1_000;
const DEFAULT_DEADLINE_MS = 30_000;

/** Of one document, by name and by what callers may see. */
const MAX_COMPILED = 100;

/** Schemas as introspection tells them. */
const MAX_SHOWN = 20;

/**
 * Makes the engine of a supergraph.
 *
 * @throws when the text is no valid supergraph
 */
export function createEngine(options: EngineOptions): Engine {
  const { introspectionHidesDenied = false } = options;
  const planner = new OperationPlanner(options.supergraphSdl);
  const { apiSchema, rules } = planner;
  const graph: Graph = {
    planner,
    labels: overrideLabels(options.supergraphSdl),
    upstream: {
      subgraphs: options.subgraphs,
      logger: options.logger,
      deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
    },
    deniedFields: options.deniedFields ?? 'error',
    shownSchema: (access) => (introspectionHidesDenied && access ? shownTo(access) : apiSchema),
  };
  const shown = new LRUCache<string, GraphQLSchema>({ max: MAX_SHOWN });
  const shownTo = (access: Access): GraphQLSchema => {
    let schema = shown.get(access.key);
    if (!schema) shown.set(access.key, (schema = visibleSchema(apiSchema, access)));
    return schema;
  };
  const byText = new LRUCache<string, Kept>({
    max: options.cacheSize ?? DEFAULT_CACHE_SIZE,
  });
  // Apollo Server keeps the documents of texts that it has seen, so most are found without writing them out again.
  const byDocument = new WeakMap<DocumentNode, Known>();

  function findOrCompile(
    document: DocumentNode,
    operationName: string | undefined,
    caller: Caller,
    guards: readonly Guard[],
    unmet: readonly Guard[],
  ): Kept {
    const key = `${operationName ?? ''} ${idsOf(unmet)}\n${print(document)}`;
    const known = byText.get(key);
    options.onLookup?.(known !== undefined);
    if (known) return known;
    const met = new Set(guards.filter((guard) => !unmet.includes(guard)));
    const access = unmet.length === 0 ? undefined : new Access(apiSchema, rules, met);
    const operation = compileOperation(graph, document, operationName, access);
    const compiled = options.shareIdenticalQueries && operation.kind === 'query' ? shareRuns(operation) : operation;
    const kept: Kept = { compiled, document, operationName, caller, uses: 0 };
    byText.set(key, kept);
    return kept;
  }

  function look(document: DocumentNode): Known {
    const known: Known = {
      guards: documentGuards(apiSchema, rules, document, introspectionHidesDenied),
      compiled: new LRUCache({ max: MAX_COMPILED }),
    };
    byDocument.set(document, known);
    return known;
  }

  return {
    apiSchema,
    isGuarded: rules.guards.length > 0,
    get size() {
      return byText.size;
    },
    mostUsed: (limit) => [...byText.values()].sort((one, other) => other.uses - one.uses).slice(0, limit),
    compile(document, operationName, caller) {
      const { guards, compiled } = byDocument.get(document) ?? look(document);
      const unmet = guards.filter((guard) => !meets(guard, caller));
      const key = `${operationName ?? ''} ${idsOf(unmet)}`;
      let found = compiled.get(key);
      if (found) options.onLookup?.(true);
      else compiled.set(key, (found = findOrCompile(document, operationName, caller, guards, unmet)));
      found.uses += 1;
      return found.compiled;
    },
  };
}

function idsOf(guards: readonly Guard[]): string {
  return guards.map(({ id }) => id).join();
}
